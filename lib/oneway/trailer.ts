import type { TcpInfo } from "../posix/tcp-info.ts";
import { GREETING } from "./request.ts";

/** How long it always is, so that whoever reads a stream to its end knows where the stream ends. */
export const TRAILER_BYTES = 512;

/** The kernel's figures of the sending end that a trailer carries. */
export type SenderInfo = Pick<
  TcpInfo,
  | "rttUs"
  | "minRttUs"
  | "retransmits"
  | "cwnd"
  | "sndMss"
  | "deliveryRateBps"
  | "busyMs"
  | "rwndLimitedMs"
  | "sndbufLimitedMs"
>;

/** In the order in which they are written. */
const fields = [
  "rttUs",
  "minRttUs",
  "retransmits",
  "cwnd",
  "sndMss",
  "deliveryRateBps",
  "busyMs",
  "rwndLimitedMs",
  "sndbufLimitedMs",
] as const satisfies ReadonlyArray<keyof SenderInfo>;

/** What follows a stream that was asked for. */
export interface Trailer {
  /** bytes of the stream */
  readonly sent: number;
  /** null where the kernel of the sending end cannot be asked */
  readonly sender: SenderInfo | null;
}

/** The trailer as bytes: a line, filled up with spaces. */
export function encodeTrailer({ sent, sender }: Trailer): Uint8Array {
  const figures = sender ? fields.map((name) => ` ${name}=${sender[name]}`).join("") : "";
  return Buffer.from(`${`${GREETING} END sent=${sent}${figures}`.padEnd(TRAILER_BYTES - 1)}\n`, "latin1");
}

/** Reads a trailer; undefined for any other bytes. */
export function decodeTrailer(bytes: Uint8Array): Trailer | undefined {
  const text = Buffer.from(bytes).toString("latin1");
  const [, sent, figures = ""] = /^ECHOBENCH\/1 END sent=(\d{1,16})((?: \w+=[\d.]{1,20})*) *\n$/.exec(text) ?? [];
  if (sent === undefined || bytes.length !== TRAILER_BYTES) return undefined;
  const given = new Map(
    figures
      .trim()
      .split(" ")
      .map((figure) => figure.split("=") as [string, string]),
  );
  const values = fields.map((name) => [name, Number(given.get(name))] as const);
  const isWhole = values.every(([, value]) => Number.isFinite(value));
  return { sent: Number(sent), sender: isWhole ? (Object.fromEntries(values) as unknown as SenderInfo) : null };
}
