import { RunFailedError } from "../../lib/errors.ts";
import { sleep } from "../../lib/timers.ts";
import { measure, type Timing } from "../driver/measure.ts";
import { failed, own } from "../driver/processes.ts";
import type { Placement } from "../driver/placement.ts";
import type { Scenario } from "../driver/scenarios.ts";
import type { CommandOnPort } from "./rival-servers.ts";

/** A server has this long to accept connections. */
const START_MS = 5_000;
const RETRY_MS = 20;

/** The load that checks a server: messages that take several reads, on parallel connections. */
const check: Scenario = { name: "check", connections: 5, messageBytes: 100_000, pipeline: 2 };
const checkTiming: Timing = { warmupMs: 0, durationMs: 300 };

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

/** A server that accepts connections; disposing ends it. */
export interface RivalProcess extends AsyncDisposable {
  readonly port: number;
}

/**
 * Starts a server on a free port and waits until it accepts connections.
 * @throws RunFailedError when it does not
 */
export async function startRival(commandOn: CommandOnPort, { server: prefix }: Placement): Promise<RivalProcess> {
  const port = freePort();
  const command = [...prefix, ...commandOn(port)];
  const child = own(Bun.spawn(command, { stdin: "ignore", stdout: "ignore", stderr: "ignore" }));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await child.exited;
  };
  const giveUpMs = performance.now() + START_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw failed(`it ended at once with exit code ${child.exitCode}`);
    if (child.signalCode !== null) throw failed(`it was ended at once by ${child.signalCode}`);
    if (performance.now() >= giveUpMs) {
      await stop();
      throw new RunFailedError(`it accepted no connection within ${START_MS / 1_000} s`);
    }
    await sleep(RETRY_MS);
  }
  return { port, [Symbol.asyncDispose]: stop };
}

/**
 * Checks that a server echoes every byte.
 * @throws RunFailedError with what is wrong
 */
export async function verifyEcho(port: number, { load: prefix }: Placement): Promise<void> {
  await measure(check, checkTiming, { prefix, port });
}
