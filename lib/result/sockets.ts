import { z } from "zod";
import { formatDscp } from "../text/dscp.ts";
import { durationText, formatBitRate, formatSize } from "../text/format-units.ts";
import { count } from "./schema-parts.ts";

/** Options of a TCP socket as the kernel keeps them. */
export const socketsSchema = z.object({
  congestion: z.string().nullable().describe("name of the congestion control"),
  mptcp: z.boolean().nullable().describe("false when MPTCP was asked for, and the connection fell back to TCP"),
  fastOpen: z.boolean().nullable().default(null).describe("whether the kernel has TCP Fast Open on for the socket"),
  dscp: count.nullable().describe("Differentiated Services code point of the packets"),
  mssBytes: count.nullable().describe("largest segment that is sent, without TCP's options"),
  device: z.string().nullable().describe("network interface"),
  pacingBytesPerSecond: z.number().min(0).nullable().describe("highest rate of sending"),
  userTimeoutMs: count.nullable().describe("how long sent bytes may wait for their acknowledgement"),
  notsentLowatBytes: count.nullable().describe("bytes not sent yet that the kernel takes at most"),
  sourcePorts: z.object({ from: count, to: count }).nullable().describe("from which connections are made"),
});

type Sockets = z.output<typeof socketsSchema>;

type Writer<T> = (value: T) => readonly [name: string, value: string];

const writers: { readonly [K in keyof Sockets]: Writer<NonNullable<Sockets[K]>> } = {
  congestion: (name) => ["congestion control", name],
  mptcp: (isMptcp) => ["MPTCP", isMptcp ? "yes" : "no, fell back to TCP"],
  fastOpen: (isOn) => ["TCP Fast Open", isOn ? "on" : "off"],
  dscp: (codePoint) => ["DSCP", formatDscp(codePoint)],
  mssBytes: (bytes) => ["MSS", formatSize(bytes)],
  device: (name) => ["device", name],
  pacingBytesPerSecond: (rate) => ["paced to", formatBitRate(rate)],
  userTimeoutMs: (ms) => ["user timeout", durationText(ms)],
  notsentLowatBytes: (bytes) => ["unsent at most", formatSize(bytes)],
  sourcePorts: ({ from, to }) => ["source ports", `${from} to ${to}`],
};

/** The options in words and with their units, those alone that are known. */
export function socketFacts(sockets: Sockets): Array<readonly [name: string, value: string]> {
  const write = <K extends keyof Sockets>(key: K): Array<readonly [string, string]> => {
    const value = sockets[key];
    return value === null ? [] : [writers[key](value)];
  };
  return (Object.keys(writers) as Array<keyof Sockets>).flatMap((key) => write(key));
}

/** The options that were asked for; the congestion control is known even if it was not. */
export const describeSockets = (sockets: Sockets, isCongestionAsked: boolean): string[] =>
  socketFacts(isCongestionAsked ? sockets : { ...sockets, congestion: null }).map(
    ([name, value]) => `${name} ${value}`,
  );
