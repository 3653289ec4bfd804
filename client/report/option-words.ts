import { describeOptions } from "../../lib/cli/option-spec.ts";
import { optionText } from "../../lib/result/option-text.ts";
import { formatDscp } from "../../lib/text/dscp.ts";
import { formatBitRate, formatCount, formatDuration, formatRate, formatSize } from "../../lib/text/format-units.ts";
import { clientOptions, type ClientOptions } from "../options/options.ts";
import { inWords } from "./field-words.ts";

const names: Readonly<Record<keyof ClientOptions, string>> = {
  ...{
    host: "host",
    port: "port",
    serverCommand: "server's command",
    discard: "port of discard",
    chargen: "port of chargen",
    unix: "Unix socket",
    bind: "source addresses",
  },
  ...{ ipv4: "IPv4 only", ipv6: "IPv6 only", mode: "mode", conns: "connections" },
  ...{ duration: "duration", messages: "messages at most", bytes: "bytes at most" },
  ...{
    size: "message size",
    pipeline: "in flight on a connection",
    rate: "rate",
    bitrate: "bytes a second",
    stages: "stages",
    arrival: "arrivals",
  },
  ...{
    warmup: "warm-up",
    ramp: "ramp",
    engine: "engine",
    cpu: "processors",
    busyPoll: "busy polling",
    threads: "threads",
  },
  ...{ timeout: "time for an echo", connectTimeout: "time for a connect", reconnect: "reconnects" },
  ...{ payload: "payload", seed: "seed", expectTransform: "server's transform", verify: "bytes are compared" },
  ...{ buffer: "socket buffers", sndbuf: "send buffer", rcvbuf: "receive buffer", noDelay: "TCP_NODELAY" },
  ...{ congestion: "congestion control", dscp: "DSCP", mss: "largest segment (MSS)", device: "network interface" },
  ...{ pacingRate: "paced to", userTimeout: "time for an acknowledgement", notsentLowat: "unsent bytes at most" },
  ...{ mptcp: "MPTCP", fastopen: "TCP Fast Open", sourcePort: "source ports" },
  ...{ tls: "TLS", tlsCa: "trusted certificates", tlsCert: "certificate", tlsKey: "private key" },
  ...{ tlsServerName: "TLS server name", tlsFingerprint: "certificate's fingerprint" },
  ...{
    insecure: "certificate is not checked",
    expect: "thresholds",
    abortOn: "ends early on",
    interval: "length of a row",
  },
  ...{ ndjson: "events as JSON", hdr: "percentiles in", html: "page in", csv: "time series in" },
  ...{ prometheus: "metrics in", json: "result in", serverStats: "server's figures from" },
  ...{ shard: "shard", startAt: "starts at", startLate: "may start late" },
  ...{ admin: "live page on", adminToken: "token of the live page" },
  ...{ serverStatsToken: "token of the server's figures", quiet: "quiet", label: "labels", config: "config file" },
};

const hints = new Map(describeOptions(clientOptions.shape).map(({ key, hint }) => [key, hint]));

/** How the numbers of an option are written, by what its help calls its value. */
const numbers = new Map<string | undefined, (value: number) => string>([
  ["TIME", formatDuration],
  ["SIZE", formatSize],
  ["RATE", formatRate],
  ["BITRATE", formatBitRate],
  ["NAME|N", formatDscp],
]);

/** Numbers that count nothing. */
const plainNumbers = new Set(["port", "seed"]);

/** The name of an option of the client in words, as far as this version knows it. */
export const optionName = (key: string): string =>
  Object.hasOwn(names, key) ? names[key as keyof ClientOptions] : inWords(key);

/** The value of an option as a result holds it, with its unit. */
export function optionValue(key: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (plainNumbers.has(key)) return String(value);
  if (typeof value === "number") return (numbers.get(hints.get(key)) ?? formatCount)(value);
  if (Array.isArray(value)) return value.map((each) => optionValue(key, each)).join(", ") || "–";
  if (typeof value !== "object") return optionText(value);
  return Object.entries(value)
    .map(([name, each]) => `${inWords(name)} ${optionText(each)}`)
    .join(", ");
}
