import { join } from "node:path";
import { RunFailedError, UsageError } from "../../lib/errors.ts";
import { checkoutRoot, isExecutable, programArguments } from "../../lib/invocation.ts";

/** The command line of one of echobench's programs. @param checkout the folder of the repository to run it from */
export const programCommand = (program: "server" | "client", checkout = checkoutRoot): readonly string[] =>
  checkout === checkoutRoot ? programArguments(program) : [process.execPath, join(checkout, program, "cli.ts")];

/** @throws UsageError in the executable, which holds no repository whose commits could be measured */
export function requireCheckout(command: string): void {
  if (!isExecutable) return;
  throw new UsageError(`bench ${command}: expected a checkout of echobench; there it is: bun run bench ${command}`);
}

/** Options of an echo server of ours that is measured. */
export const quietServer = ["--host", "127.0.0.1", "--port", "0", "--quiet"];

/** A server that listens on a loopback port. */
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
 * @throws RunFailedError when it ends without
 */
export async function startServer(command: readonly string[]): Promise<RunningServer> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
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

/**
 * Runs a command to its end and gives the JSON it prints.
 * @param stop ends it before
 * @throws RunFailedError when it fails, or prints none
 */
export async function runForJson(command: readonly string[], stop?: AbortSignal): Promise<unknown> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  stop?.addEventListener("abort", () => child.kill("SIGINT"), { once: true });
  const [stdout, stderr, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (exitCode === 0) return JSON.parse(stdout);
  throw new RunFailedError(`${command.join(" ")}: exit code ${exitCode}: ${stderr.trim()}`);
}
