import { join } from "node:path";
import { z } from "zod";
import type { Engine } from "../../lib/loop/engine.ts";
import type { RunResult } from "../../lib/result/run-result.ts";
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

/** The client in C. */
export const cClient: RivalClient = {
  name: "C, epoll, unverified",
  verifies: false,
  needs: ["cc"],
  async prepare(folder, prefix) {
    const program = join(folder, "echo_client_c");
    await compile(cCompiler(await writeSource(folder, "echo_client.c", clientSource), program));
    return async ({ connections, messageBytes, pipeline = 1 }, { warmupMs, durationMs }, port) => {
      const amounts = [port, connections, messageBytes, pipeline, warmupMs / 1_000, durationMs / 1_000];
      const { messagesPerSecond, p50Us, p99Us, p99_9Us } = cClientResult.parse(
        await runForJson([...prefix, program, ...amounts.map(String)]),
      );
      return { messagesPerSecond, p50Ns: p50Us * 1_000, p99Ns: p99Us * 1_000, p99_9Ns: p99_9Us * 1_000 };
    };
  },
};

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
export const rivalClients: readonly RivalClient[] = [cClient, ...engines.map((engine) => ourClient(engine))];
