import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunFailedError, UsageError } from "../../lib/errors.ts";
import { checkoutRoot, isExecutable, programArguments } from "../../lib/invocation.ts";

import { keepFailedRun } from "./report-folder.ts";

const NS_PER_MS = 1e6;

/** The command line of one of echobench's programs. @param checkout the folder of the repository to run it from */
export const commandLineOf = (program: "server" | "client", checkout = checkoutRoot): readonly string[] =>
  checkout === checkoutRoot ? programArguments(program) : [process.execPath, join(checkout, program, "cli.ts")];

/** @throws UsageError in the executable, which has no repository whose commits could be measured */
export function requireCheckout(command: string): void {
  if (!isExecutable) return;
  throw new UsageError(`bench ${command}: expected a checkout of echobench; run bun run bench ${command} there`);
}

/** Options of every echobench server that is measured. */
export const quietServer = ["--host", "127.0.0.1", "--port", "0", "--quiet"];

/** A server that listens on a loopback port; disposing ends it. */
export interface RunningServer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

async function readPort(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<number | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  const reader = stdout.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return undefined;
    text += decoder.decode(value, { stream: true });
    const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(text)?.[1];
    if (port !== undefined) {
      reader.releaseLock();
      return Number(port);
    }
  }
}

/**
 * Starts a server and waits until it prints `Listening on 127.0.0.1:PORT`.
 * @param environment variables besides those of this process
 * @throws RunFailedError when it ends before
 */
export async function startServer(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const env = { ...process.env, ...environment };
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "inherit", env });
  const port = await readPort(child.stdout);
  if (port === undefined) throw new RunFailedError(`the server did not start: ${command.join(" ")}`);
  return {
    port,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Runs a command to its end and parses the JSON that it prints.
 * @param stop interrupts the command
 * @throws RunFailedError when the command fails; names the file where its output is kept
 */
export async function runForJson(command: readonly string[], stop?: AbortSignal): Promise<unknown> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  stop?.addEventListener("abort", () => child.kill("SIGINT"), { once: true });
  const [stdout, stderr, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  const output = parseJson(stdout);
  if (exitCode === 0 && output !== undefined) return output;
  const reason = exitCode === 0 ? "expected JSON on standard output" : `exit code ${exitCode}: ${stderr.trim()}`;
  const kept = stop?.aborted ? "" : `; kept in ${await keepFailedRun({ command, exitCode, stdout, stderr })}`;
  throw new RunFailedError(`${command.join(" ")}: ${reason}${kept}`);
}

/**
 * Runs a compiler.
 * @throws RunFailedError with the compiler's messages when it fails
 */
export async function compile(command: readonly string[]): Promise<void> {
  const compiler = Bun.spawn([...command], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const [stderr, exitCode] = await Promise.all([compiler.stderr.text(), compiler.exited]);
  if (exitCode !== 0) throw new RunFailedError(`${command.join(" ")}: ${stderr.trim()}`);
}

/**
 * Processor time that the threads of a process have used so far, in milliseconds; undefined where the platform does
 * not report it. It is read from the scheduler's nanoseconds: the ticks of /proc/PID/stat are too coarse for a short
 * measurement.
 */
export function processCpuMs(pid: number): number | undefined {
  try {
    const tasks = `/proc/${pid}/task`;
    const usedNs = readdirSync(tasks).map((task) => {
      const [onCpu] = readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ");
      return Number(onCpu);
    });
    return usedNs.reduce((sum, ns) => sum + ns, 0) / NS_PER_MS;
  } catch {
    return undefined;
  }
}
