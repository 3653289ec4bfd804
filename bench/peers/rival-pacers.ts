import { join } from "node:path";
import { z } from "zod";
import type { Engine } from "../../lib/loop/engine.ts";
import { measure } from "../driver/measure.ts";
import { compile, runForJson } from "../driver/processes.ts";
import type { ScheduleFigures } from "./result.ts";
import { figuresOf, type RivalClient } from "./rival-clients.ts";
import { cCompiler, engineName, engines, writeSource } from "./rival-servers.ts";
import type { PacedScenario } from "./sort-scenarios.ts";
import pacerSource from "./sources/echo_pacer.c" with { type: "text" };

/** A client of open loops that is compared with others. */
type RivalPacer = RivalClient<ScheduleFigures, PacedScenario>;

/** Seconds without an echo for which the window of a connection has room, as it has in our client by default. */
const STALL_SECONDS = 1;

const cPacerResult = z.object({
  messagesPerSecond: z.number(),
  sendLagNs: z.object({ p99: z.number() }),
  rttNs: z.object({ p50: z.number(), p99: z.number(), p99_9: z.number() }),
});

const cPacer: RivalPacer = {
  name: "C, open loop, unverified",
  verifies: false,
  needs: ["cc"],
  async prepare(folder, prefix) {
    const program = join(folder, "echo_pacer_c");
    await compile(cCompiler(await writeSource(folder, "echo_pacer.c", pacerSource), program));
    return async ({ connections, messageBytes, rate }, { warmupMs, durationMs }, port) => {
      const inFlight = Math.ceil((rate * STALL_SECONDS) / connections);
      const amounts = [port, connections, messageBytes, rate, inFlight, warmupMs / 1_000, durationMs / 1_000];
      const { messagesPerSecond, sendLagNs, rttNs } = cPacerResult.parse(
        await runForJson([...prefix, program, ...amounts.map(String)]),
      );
      return {
        messagesPerSecond,
        sendLagP99Ns: sendLagNs.p99,
        p50Ns: rttNs.p50,
        p99Ns: rttNs.p99,
        p99_9Ns: rttNs.p99_9,
      };
    };
  },
};

/** It runs without a prefix: by default it keeps its threads out of each other's way itself. */
const ourPacer = (engine: Engine): RivalPacer => ({
  name: `${engineName(engine)}, open loop, verifying`,
  verifies: true,
  needs: [],
  prepare: () =>
    Promise.resolve(async (scenario, timing, port) => {
      const result = await measure(scenario, timing, { prefix: [], port, options: ["--engine", engine] });
      return { ...figuresOf(result), sendLagP99Ns: result.sendLagNs?.p99 ?? 0 };
    }),
});

/** Every client of open loops that is compared if its programs are installed. The first one is the baseline. */
export const rivalPacers: readonly RivalPacer[] = [cPacer, ...engines.map(ourPacer)];
