import { RunFailedError } from "../lib/errors.ts";
import type { RunResult } from "../lib/run-result.ts";
import { runForJson } from "./processes.ts";
import { measure, type Timing } from "./load.ts";
import type { Placement } from "./placement.ts";
import type { Scenario } from "./scenarios.ts";
import { z } from "zod";

/** How long a server may take to accept connections. */
const START_MS = 5_000;
const TRY_AGAIN_MS = 20;

const cClientResult = z.object({ messagesPerSecond: z.number() });

/** What a contestant has to echo before it is ranked: pieces that arrive in several reads, on connections side by side. */
const proof: Scenario = { name: "proof", connections: 5, messageBytes: 100_000, pipeline: 2 };
const proofTiming: Timing = { warmupMs: 0, durationMs: 300 };

function freePort(): number {
  using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  return listener.port;
}

async function accepts(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}

/** A contestant's server, accepting connections. */
export interface ContestServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * Starts a server on a free port and waits until it accepts connections.
 * @throws RunFailedError when it does not
 */
export async function startContestant(
  commandOn: (port: number) => readonly string[],
  { server: prefix }: Placement,
): Promise<ContestServer> {
  const port = freePort();
  const child = Bun.spawn([...prefix, ...commandOn(port)], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await child.exited;
  };
  const giveUpMs = performance.now() + START_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new RunFailedError(`it ended at once with exit code ${child.exitCode}`);
    if (performance.now() >= giveUpMs) {
      await stop();
      throw new RunFailedError(`it accepted no connection within ${START_MS / 1_000} s`);
    }
    await Bun.sleep(TRY_AGAIN_MS);
  }
  return { port, [Symbol.asyncDispose]: stop };
}

/**
 * Has every byte verified that a server echoes.
 * @throws RunFailedError with what is wrong with it
 */
export async function verifyEcho(port: number, { load: prefix }: Placement): Promise<void> {
  await measure(proof, proofTiming, { prefix, port });
}

/** Puts a load on a port. @returns messages a second */
export type PutLoad = (scenario: Scenario, timing: Timing, port: number) => Promise<number>;

/** The load of echobench's own client, which verifies every byte. */
export const ourLoad =
  ({ load: prefix }: Placement): PutLoad =>
  async (scenario, timing, port) =>
    (await measure(scenario, timing, { prefix, port })).throughput.messagesPerSecond;

/** The same with all that it measures. */
export const measureLatency = (
  scenario: Scenario,
  timing: Timing,
  port: number,
  { load: prefix }: Placement,
): Promise<RunResult> => measure(scenario, timing, { prefix, port });

/** The load of the client in C, which verifies nothing. */
export const cLoad =
  ({ load: prefix }: Placement, program: string): PutLoad =>
  async ({ connections, messageBytes, pipeline }, { warmupMs, durationMs }, port) => {
    const amounts = [port, connections, messageBytes, pipeline, warmupMs / 1_000, durationMs / 1_000];
    return cClientResult.parse(await runForJson([...prefix, program, ...amounts.map(String)])).messagesPerSecond;
  };
