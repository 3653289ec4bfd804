import { z } from "zod";
import { runResultSchema } from "../../lib/result/run-result.ts";
import { conditionsShape } from "../driver/conditions.ts";
import { describeOneWay, describeScenario, peerScenarios } from "../driver/scenarios.ts";

const values = z
  .record(z.string(), z.record(z.string(), z.array(z.number())))
  .describe("by scenario and rival, ordered by round");

const roundTripFigures = z.object({
  messagesPerSecond: z.number(),
  p50Ns: z.number().describe("of the round trip"),
  p99Ns: z.number(),
  p99_9Ns: z.number(),
});

/** The rate and the round trips of a load. Times in nanoseconds. */
export type RoundTripFigures = z.output<typeof roundTripFigures>;

const scheduleFigures = roundTripFigures.extend({
  sendLagP99Ns: z.number().describe("from when a message was due and there was room for it until it was sent"),
  p50Ns: z.number().describe("of the round trip, from when a message was due"),
});

/** How well a client kept a schedule, and the round trips that it saw. Times in nanoseconds. */
export type ScheduleFigures = z.output<typeof scheduleFigures>;

const oneWayFigures = z.object({ bytesPerSecond: z.number().describe("as the end that receives counts them") });

/** The goodput of a load of one way. */
export type OneWayFigures = z.output<typeof oneWayFigures>;

/** The result of `bench peers`, `echobench.peers/1`. */
export const peersResultSchema = z.object({
  schema: z.literal("echobench.peers/1"),
  ...conditionsShape,
  load: z.string().describe("the client that loads the servers"),
  loadVerifies: z.boolean().describe("whether that client compares every byte, or counts only"),
  baseline: z
    .object({
      ...{ server: z.string(), client: z.string() },
      ...{ pacer: z.string().default(""), pair: z.string().default(""), oneWay: z.string().default("") },
    })
    .describe(
      "the rivals that ratios are to; the server is also the one that loads from all clients are measured against",
    ),
  servers: values.describe("messages a second of each server under `load`, by scenario and name, ordered by round"),
  clients: values.describe("messages a second of each client against the baseline's server, likewise"),
  schedules: z
    .record(z.string(), z.record(z.string(), z.array(scheduleFigures)))
    .default({})
    .describe("open loops against the baseline's server, by scenario and client, ordered by round"),
  pairs: z
    .record(z.string(), z.record(z.string(), z.array(roundTripFigures)))
    .default({})
    .describe("server and client of one maker with one message in flight, by scenario and pair, ordered by round"),
  oneWay: z
    .record(z.string(), z.record(z.string(), z.array(oneWayFigures)))
    .default({})
    .describe("bytes that go one way, server and client of one maker, by scenario and maker, ordered by round"),
  p99_9Ns: z
    .object({ servers: values, clients: values })
    .describe("99.9th percentile of the round trip in the same measurements, in nanoseconds"),
  latency: z
    .record(z.string(), z.record(z.string(), runResultSchema))
    .describe("by scenario and server: one more run, of echobench's client"),
  failed: z.record(z.string(), z.string()).describe("rivals that are not ranked, with the reason"),
  failedWhileMeasured: z
    .array(z.string())
    .describe("those of them that had passed their check and failed later; the exit code is then 1"),
  notInstalled: z.array(z.string()).describe("rivals whose programs are not on PATH"),
});

/** The result of `bench peers`. */
export type PeersResult = z.output<typeof peersResultSchema>;

/** The two kinds of rivals that are ranked by their rate. */
export type Side = "servers" | "clients";

/** The kinds of rivals that are compared by figures of their own. */
export type ContestKind = "schedules" | "pairs" | "oneWay";

/** All kinds of rivals. */
export type RivalKind = Side | ContestKind;

const baselineKeys = {
  servers: "server",
  clients: "client",
  schedules: "pacer",
  pairs: "pair",
  oneWay: "oneWay",
} as const;

/** The rival that others of its kind are compared with. */
export const baselineOf = ({ baseline }: PeersResult, kind: RivalKind): string => baseline[baselineKeys[kind]];

/** The title of a column of ratios: `to C` for the baseline `C, epoll`. */
export const ratioTitle = (result: PeersResult, kind: RivalKind): string =>
  `to ${baselineOf(result, kind).replace(/,.*/, "")}`;

/** A scenario in words. */
export const loadText = (name: string): string => {
  const scenario = peerScenarios.find((each) => each.name === name);
  if (!scenario) return name;
  return "way" in scenario ? describeOneWay(scenario) : describeScenario(scenario);
};
