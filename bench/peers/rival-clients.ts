import { join } from "node:path";
import { z } from "zod";
import type { Engine } from "../../lib/loop/engine.ts";
import type { RunResult } from "../../lib/result/run-result.ts";
import { PAYLOAD_PERIOD_BYTES } from "../../lib/payload/generated-payload.ts";
import { measure, type Timing } from "../driver/measure.ts";
import { compile, runForJson } from "../driver/processes.ts";
import type { Scenario } from "../driver/scenarios.ts";
import type { RoundTripFigures } from "./result.ts";
import { cCompiler, engineName, engines, writeSource } from "./rival-servers.ts";
import clientSource from "./sources/echo_client.c" with { type: "text" };

/** Loads the server on a loopback port. @returns what it measured */
export type RunLoad<F = RoundTripFigures, S = Scenario> = (scenario: S, timing: Timing, port: number) => Promise<F>;

/** A load client that is compared with others. */
export interface RivalClient<F = RoundTripFigures, S = Scenario> {
  readonly name: string;
  /** programs that have to be on PATH */
  readonly needs: readonly string[];
  /** whether it compares every byte that comes back, or counts only */
  readonly verifies: boolean;
  /** Compiles it if necessary. @param folder for what it writes @param prefix runs before its command */
  readonly prepare: (folder: string, prefix: readonly string[]) => Promise<RunLoad<F, S>>;
}

const cClientResult = z.object({
  messagesPerSecond: z.number(),
  p50Us: z.number(),
  p99Us: z.number(),
  p99_9Us: z.number(),
});

/** The client in C. @param periodBytes after so many its payload repeats, and it compares every byte; 0 compares none */
const cClientOf = (name: string, periodBytes: number): RivalClient => ({
  name,
  verifies: periodBytes > 0,
  needs: ["cc"],
  async prepare(folder, prefix) {
    // Each has files of its own, since all are prepared at the same time.
    const program = join(folder, `echo_client_${periodBytes}`);
    await compile(cCompiler(await writeSource(folder, `echo_client_${periodBytes}.c`, clientSource), program));
    return async ({ connections, messageBytes, pipeline = 1 }, { warmupMs, durationMs }, port) => {
      const amounts = [port, connections, messageBytes, pipeline, warmupMs / 1_000, durationMs / 1_000];
      if (periodBytes > 0) amounts.push(periodBytes);
      const { messagesPerSecond, p50Us, p99Us, p99_9Us } = cClientResult.parse(
        await runForJson([...prefix, program, ...amounts.map(String)]),
      );
      return { messagesPerSecond, p50Ns: p50Us * 1_000, p99Ns: p99Us * 1_000, p99_9Ns: p99_9Us * 1_000 };
    };
  },
});

/** The one that the others are compared with. */
export const cClient = cClientOf("C, epoll, unverified", 0);

/** What echobench's client measured. */
export const figuresOf = ({ throughput, rttNs }: RunResult): RoundTripFigures => ({
  messagesPerSecond: throughput.messagesPerSecond,
  p50Ns: rttNs.p50,
  p99Ns: rttNs.p99,
  p99_9Ns: rttNs.p99_9,
});

/** The client of echobench. @param more options of it */
export const ourClient = (engine: Engine, more: readonly string[] = []): RivalClient => ({
  name: `${engineName(engine)}, verifying`,
  verifies: true,
  needs: [],
  prepare: (_folder, prefix) =>
    Promise.resolve(async (scenario, timing, port) => {
      const options = ["--engine", engine, ...more];
      return figuresOf(await measure(scenario, timing, { prefix, port, options }));
    }),
});

/** Every client that is compared if its programs are installed. The first one is the baseline and loads the servers. */
export const rivalClients: readonly RivalClient[] = [
  cClient,
  cClientOf("C, epoll, verifying", PAYLOAD_PERIOD_BYTES),
  ...engines.map((engine) => ourClient(engine)),
];
