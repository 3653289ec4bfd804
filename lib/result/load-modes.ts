/**
 * What a load does: `echo` sends messages, `stream` keeps sockets full of bytes that come back, `churn` sends one message a
 * connection; `upload`, `download` and `both` move bytes one way, or each way on connections of its own.
 */
export const loadModes = ["echo", "stream", "churn", "upload", "download", "both"] as const;

/** One of them. */
export type LoadMode = (typeof loadModes)[number];

/** Whether each connection moves bytes one way only. */
export const isOneWay = (mode: unknown): boolean => mode === "upload" || mode === "download" || mode === "both";

/** Whether a load is measured in messages; one that is not in bytes only. */
export const hasMessages = (mode: unknown): boolean => mode !== "stream" && !isOneWay(mode);

/** Whether this end sees retransmits while a load goes on: those of a download only the server sees, and a Unix socket has none. */
export const seesRetransmits = ({ mode, hasTcp }: { readonly mode: unknown; readonly hasTcp: boolean }): boolean =>
  hasTcp && mode !== "download";

/** A way that bytes go, from the client's point of view. */
export type Way = "upload" | "download";

/** The service that takes part in each way. */
export const serviceOf = { upload: "discard", download: "chargen" } as const satisfies Record<Way, string>;

/** The ways of a mode. */
export const waysOf = (mode: unknown): readonly Way[] =>
  mode === "both" ? ["upload", "download"] : mode === "upload" || mode === "download" ? [mode] : [];
