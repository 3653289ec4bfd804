import { join } from "node:path";
import { z } from "zod";
import type { Engine } from "../../lib/loop/engine.ts";
import { measure, type Timing } from "../driver/measure.ts";
import { compile, runForJson } from "../driver/processes.ts";
import type { Scenario } from "../driver/scenarios.ts";
import { cCompiler, engineName, engines, writeSource } from "./rival-servers.ts";
import clientSource from "./sources/echo_client.c" with { type: "text" };

/** What a client measured. */
export interface LoadFigures {
  readonly messagesPerSecond: number;
  /** 99.9th percentile of the round trip */
  readonly p99_9Ns: number;
}

/** Loads the server on a loopback port. */
export type RunLoad = (scenario: Scenario, timing: Timing, port: number) => Promise<LoadFigures>;

/** A load client that is compared with others. */
export interface RivalClient {
  readonly name: string;
  /** programs that have to be on PATH */
  readonly needs: readonly string[];
  /** whether it compares every byte that comes back, or counts only */
  readonly verifies: boolean;
  /** Compiles it if necessary. @param folder for what it writes @param prefix runs before its command */
  readonly prepare: (folder: string, prefix: readonly string[]) => Promise<RunLoad>;
}

const cClientResult = z.object({ messagesPerSecond: z.number(), p99_9Us: z.number() });

const cClient: RivalClient = {
  name: "C, epoll, unverified",
  verifies: false,
  needs: ["cc"],
  async prepare(folder, prefix) {
    const program = join(folder, "echo_client_c");
    await compile(cCompiler(await writeSource(folder, "echo_client.c", clientSource), program));
    return async ({ connections, messageBytes, pipeline = 1 }, { warmupMs, durationMs }, port) => {
      const amounts = [port, connections, messageBytes, pipeline, warmupMs / 1_000, durationMs / 1_000];
      const output = cClientResult.parse(await runForJson([...prefix, program, ...amounts.map(String)]));
      return { messagesPerSecond: output.messagesPerSecond, p99_9Ns: output.p99_9Us * 1_000 };
    };
  },
};

const ourClient = (engine: Engine): RivalClient => ({
  name: `${engineName(engine)}, verifying`,
  verifies: true,
  needs: [],
  prepare: (_folder, prefix) =>
    Promise.resolve(async (scenario, timing, port) => {
      const options = ["--engine", engine];
      const { throughput, rttNs } = await measure(scenario, timing, { prefix, port, options });
      return { messagesPerSecond: throughput.messagesPerSecond, p99_9Ns: rttNs.p99_9 };
    }),
});

/** Every client that is compared if its programs are installed. The first one is the baseline and loads the servers. */
export const rivalClients: readonly RivalClient[] = [cClient, ...engines.map(ourClient)];
