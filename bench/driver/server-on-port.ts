import { RunFailedError } from "../../lib/errors.ts";
import { awaitListener, endOf, freePort } from "../../lib/process/await-listener.ts";
import { endGroup } from "../../lib/process/child-group.ts";
import { measure, type Timing } from "./measure.ts";
import type { Placement } from "./placement.ts";
import { scheduleOf } from "./process-schedule.ts";
import { failed, ownGroup, type RunningServer } from "./processes.ts";
import type { Scenario } from "./scenarios.ts";

/** A server has this long to accept connections. */
const START_MS = 5_000;
/** A server that has not ended so long after SIGTERM is killed. */
const END_MS = 5_000;

/** The load that checks a server: messages that take several reads, on parallel connections. */
const check: Scenario = { name: "check", connections: 5, messageBytes: 100_000, pipeline: 2 };
const checkMessages = 100;
/** A slow server has this long for them. */
const checkTiming: Timing = { warmupMs: 0, durationMs: 5_000 };

/** The command that starts a server on a loopback port. */
export type CommandOnPort = (port: number) => readonly string[];

/** A command as people write it, which contains `{port}`. */
export interface CommandLine {
  readonly line: string;
  readonly on: CommandOnPort;
}

/** Parses the command line of a shell that contains `{port}`; undefined for any other. */
export const parseCommandLine = (line: string): CommandLine | undefined =>
  line.includes("{port}")
    ? { line, on: (port) => ["sh", "-c", `exec ${line.replaceAll("{port}", String(port))}`] }
    : undefined;

/** How a server is started. */
export interface ServerSetup {
  /** runs before the command, such as `taskset` */
  readonly prefix: readonly string[];
  /** where the command runs; this program's folder by default */
  readonly folder?: string | undefined;
  /** what becomes of its messages on standard error; they are ignored by default */
  readonly messages?: "inherit" | undefined;
}

/**
 * Starts a server on a free port and waits until it accepts connections.
 * @throws RunFailedError when it does not
 */
export async function startOnPort(
  commandOn: CommandOnPort,
  { prefix, folder, messages }: ServerSetup,
): Promise<RunningServer> {
  const port = freePort();
  const command = [...prefix, ...commandOn(port)];
  const how = { stdin: "ignore", stdout: "ignore", stderr: messages ?? "ignore", detached: true } as const;
  const child = ownGroup(Bun.spawn(command, { ...how, ...(folder !== undefined && { cwd: folder }) }));
  // Also what a server that has ended left behind, which would go on in the next measurement.
  const end = (): Promise<void> => endGroup(child, END_MS);
  const outcome = await awaitListener(child, { hostname: "127.0.0.1", port }, START_MS);
  if (outcome !== "accepts") {
    const ended = endOf(child);
    await end();
    if (outcome === "ended") throw failed(`${ended}, before it accepted a connection`);
    throw new RunFailedError(`it accepted no connection within ${START_MS / 1_000} s`);
  }
  return { port, pid: child.pid, schedule: async () => scheduleOf(child.pid), [Symbol.asyncDispose]: end };
}

/**
 * Checks that a server echoes every byte.
 * @throws RunFailedError with what is wrong
 */
export async function verifyEcho(port: number, { load: prefix }: Placement): Promise<void> {
  await measure(check, checkTiming, { prefix, port, options: ["--messages", String(checkMessages)] });
}
