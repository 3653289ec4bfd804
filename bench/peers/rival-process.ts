import { RunFailedError } from "../../lib/errors.ts";
import type { RunResult } from "../../lib/result/run-result.ts";
import { compile, runForJson } from "../driver/processes.ts";
import { measure, type Timing } from "../driver/measure.ts";
import type { Placement } from "../driver/placement.ts";
import type { Scenario } from "../driver/scenarios.ts";
import { z } from "zod";
import { join } from "node:path";
import { cCompiler, writeSource } from "./rival-servers.ts";
import clientSource from "./sources/echo_client.c" with { type: "text" };

/** How long a server may take to accept connections. */
const START_MS = 5_000;
const TRY_AGAIN_MS = 20;

const cClientResult = z.object({ messagesPerSecond: z.number(), p99_9Us: z.number() });

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

/** What a load has measured. */
export interface LoadFigures {
  readonly messagesPerSecond: number;
  /** of the round trip */
  readonly p99_9Ns: number;
}

/** Puts a load on a port. */
export type PutLoad = (scenario: Scenario, timing: Timing, port: number) => Promise<LoadFigures>;

/** The load of echobench's own client, which verifies every byte. @param options more of its options */
export const ourLoad =
  ({ load: prefix }: Placement, options: readonly string[] = []): PutLoad =>
  async (scenario, timing, port) => {
    const { throughput, rttNs } = await measure(scenario, timing, { prefix, port, options });
    return { messagesPerSecond: throughput.messagesPerSecond, p99_9Ns: rttNs.p99_9 };
  };

/** The same with all that it measures. */
export const measureLatency = (
  scenario: Scenario,
  timing: Timing,
  port: number,
  { load: prefix }: Placement,
): Promise<RunResult> => measure(scenario, timing, { prefix, port });

/** Makes the client in C. @returns the program's path */
export async function compileCClient(folder: string): Promise<string> {
  const program = join(folder, "echo_client_c");
  await compile(cCompiler(await writeSource(folder, "echo_client.c", clientSource), program));
  return program;
}

/** The load of the client in C, which verifies nothing. */
export const cLoad =
  ({ load: prefix }: Placement, program: string): PutLoad =>
  async ({ connections, messageBytes, pipeline }, { warmupMs, durationMs }, port) => {
    const amounts = [port, connections, messageBytes, pipeline, warmupMs / 1_000, durationMs / 1_000];
    const output = cClientResult.parse(await runForJson([...prefix, program, ...amounts.map(String)]));
    return { messagesPerSecond: output.messagesPerSecond, p99_9Ns: output.p99_9Us * 1_000 };
  };
