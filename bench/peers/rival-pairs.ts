import { epollAvailable } from "../../lib/posix/epoll.ts";
import { runFor } from "../driver/processes.ts";
import type { RoundTripFigures } from "./result.ts";
import { cClient, ourClient, type RivalClient } from "./rival-clients.ts";
import { cServer, engineName, installed, ourServer, type RivalServer } from "./rival-servers.ts";

/** A server and a client of one maker, which are compared with other pairs. */
interface RivalPair {
  readonly name: string;
  /** programs that have to be on PATH */
  readonly needs: readonly string[];
  readonly server: Pick<RivalServer, "needs" | "prepare">;
  readonly client: Pick<RivalClient, "needs" | "prepare">;
}

const pair = (name: string, server: RivalPair["server"], client: RivalPair["client"]): RivalPair => ({
  ...{ name, server, client, needs: [...server.needs, ...client.needs] },
});

/**
 * Reads what a ping-pong of sockperf printed: `[Valid Duration] RunTime=1.536 sec; SentMessages=13220;
 * ReceivedMessages=13220`, and `percentile 99.900 = 7.123` in microseconds.
 * @returns undefined where a figure is missing
 */
export function parseSockperf(text: string): RoundTripFigures | undefined {
  const [, seconds, messages] = /\[Valid Duration\] RunTime=([\d.]+) sec;.* ReceivedMessages=(\d+)/.exec(text) ?? [];
  const percentiles = new Map(
    [...text.matchAll(/ percentile ([\d.]+) = +([\d.]+)/g)].map(([, p, us]) => [Number(p), Number(us) * 1_000]),
  );
  const [p50Ns, p99Ns, p99_9Ns] = [50, 99, 99.9].map((p) => percentiles.get(p));
  if (seconds === undefined || p50Ns === undefined || p99Ns === undefined || p99_9Ns === undefined) return undefined;
  return { messagesPerSecond: Number(messages) / Number(seconds), p50Ns, p99Ns, p99_9Ns };
}

/** sockperf leaves out the first 0.4 s and the last 0.05 s, and runs for whole seconds only. */
const SOCKPERF_UNCOUNTED_MS = 450;

/** sockperf's two ends, with the same options of their sockets. */
const sockperf = (name: string, ...options: readonly string[]): RivalPair => {
  const socketOptions = (port: number): string[] => ["--tcp", "-i", "127.0.0.1", "-p", String(port), ...options];
  return pair(
    `sockperf, ${name}`,
    { needs: ["sockperf"], prepare: installed((port) => ["sockperf", "server", ...socketOptions(port)]) },
    {
      needs: [],
      prepare: (_folder, prefix) =>
        Promise.resolve(({ messageBytes }, { durationMs }, port) => {
          const seconds = Math.ceil((durationMs + SOCKPERF_UNCOUNTED_MS) / 1_000);
          const amounts = ["--full-rtt", "-m", String(messageBytes), "-t", String(seconds)];
          const command = [...prefix, "sockperf", "ping-pong", ...socketOptions(port), ...amounts];
          return runFor(command, parseSockperf, "sockperf's percentiles");
        }),
    },
  );
};

const ours = (name: string, ...options: readonly string[]): RivalPair =>
  pair(`${engineName("epoll")}, ${name}, verifying`, ourServer("epoll", options), ourClient("epoll", options));

/** Every pair that is compared if its programs are installed. The first one is the baseline. */
export const rivalPairs: readonly RivalPair[] = [
  sockperf("polling", "--nonblocked"),
  sockperf("sleeping"),
  ...(epollAvailable ? [ours("polling", "--busy-poll", "on"), ours("sleeping")] : []),
  pair("C, epoll, sleeping", cServer, cClient),
];
