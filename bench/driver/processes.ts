import { join } from "node:path";
import { InterruptedError, RunFailedError, UsageError } from "../../lib/errors.ts";
import { killAtExit, killGroup } from "../../lib/process/child-group.ts";
import { programStop } from "../../lib/process/stop.ts";
import { checkoutRoot, form, programArguments } from "../../lib/invocation.ts";
import { type ProcessSchedule, scheduleOf } from "./process-schedule.ts";
import { keepFailedRun } from "./report-folder.ts";

/** The command line of one of echobench's programs. @param checkout the folder of the repository to run it from */
export const commandLineOf = (program: "server" | "client", checkout = checkoutRoot): readonly string[] =>
  checkout === checkoutRoot ? programArguments(program) : [process.execPath, join(checkout, program, "cli.ts")];

/** @throws UsageError where there is no repository whose commits could be measured */
export function requireCheckout(command: string): void {
  if (form === "checkout") return;
  throw new UsageError(`bench ${command}: expected a checkout of echobench; run bun run bench ${command} there`);
}

/** Options of every echobench server that is measured, besides where it listens. */
export const quietOnAnyPort = ["--port", "0", "--quiet"];

/** Options of a server that is measured on this machine. */
export const quietServer = ["--host", "127.0.0.1", ...quietOnAnyPort];

function ownBy<C extends Bun.Subprocess>(child: C, kill: () => void): C {
  killAtExit(child, kill);
  if (programStop.aborted) kill();
  programStop.addEventListener("abort", kill);
  void child.exited.finally(() => programStop.removeEventListener("abort", kill));
  return child;
}

/** Owns a child process: a stop of this program kills it, and so does its end. Its measurement would not be whole. */
export const own = <C extends Bun.Subprocess>(child: C): C => ownBy(child, () => child.kill("SIGKILL"));

/** Owns a child that was started as `detached`, with whatever it starts: commands of others start more processes. */
export const ownGroup = <C extends Bun.Subprocess>(child: C): C => ownBy(child, () => killGroup(child));

/** The error of a child process that failed, or that a stop has killed. */
export const failed = (message: string): RunFailedError | InterruptedError =>
  programStop.aborted ? new InterruptedError("interrupted before anything was measured") : new RunFailedError(message);

/** Ignores the error of a measurement that a stop has ended, and throws any other again. */
export const unlessInterrupted =
  (stop: AbortSignal) =>
  (error: unknown): undefined => {
    if (!stop.aborted) throw error;
  };

/** A server that listens; disposing ends it. */
export interface RunningServer extends AsyncDisposable {
  readonly port: number;
  /** on the machine where it runs */
  readonly pid: number;
  /** what the scheduler did with its threads so far; undefined where the platform does not report it */
  schedule(): Promise<ProcessSchedule | undefined>;
}

/** A machine on which a server was started over ssh. */
export interface RemoteMachine {
  scheduleOf(pid: number): Promise<ProcessSchedule | undefined>;
}

/** What a server says of itself. One that was started over ssh has its process id there before its first line. */
async function readStart(
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<{ readonly port: number; readonly pid: number } | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  const reader = stdout.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return undefined;
    text += decoder.decode(value, { stream: true });
    const port = /Listening on \S*:(\d+)\n/.exec(text)?.[1];
    if (port !== undefined) {
      reader.releaseLock();
      return { port: Number(port), pid: Number(/^PID (\d+)$/m.exec(text)?.[1]) };
    }
  }
}

/**
 * Starts a server and waits until it prints `Listening on ADDRESS:PORT`.
 * @param environment variables besides those of this process
 * @param remote where the command starts it over ssh; the end of its standard input ends it then
 * @throws RunFailedError when it ends before
 */
export async function startServer(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  remote?: RemoteMachine,
): Promise<RunningServer> {
  const env = { ...process.env, ...environment };
  const child = own(Bun.spawn([...command], { stdin: "pipe", stdout: "pipe", stderr: "inherit", env }));
  const start = await readStart(child.stdout);
  if (start === undefined) throw failed(`the server did not start: ${command.join(" ")}`);
  const pid = remote ? start.pid : child.pid;
  return {
    port: start.port,
    pid,
    schedule: async () => (remote ?? { scheduleOf }).scheduleOf(pid),
    async [Symbol.asyncDispose]() {
      if (remote) await child.stdin.end();
      else child.kill("SIGTERM");
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
 * Runs a command to its end and parses what it prints.
 * @param parse returns undefined for what it cannot read
 * @param expected what `parse` reads, for errors
 * @throws RunFailedError when the command fails; names the file where its output is kept
 */
export async function runFor<T>(
  command: readonly string[],
  parse: (stdout: string) => T | undefined,
  expected: string,
): Promise<T> {
  // A pipe, as the end of its standard input ends what is started over ssh.
  const child = own(Bun.spawn([...command], { stdin: "pipe", stdout: "pipe", stderr: "pipe" }));
  const [stdout, stderr, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  const output = parse(stdout);
  if (exitCode === 0 && output !== undefined) return output;
  const reason = exitCode === 0 ? `expected ${expected} on standard output` : `exit code ${exitCode}: ${stderr.trim()}`;
  const kept = programStop.aborted ? "" : `; kept in ${await keepFailedRun({ command, exitCode, stdout, stderr })}`;
  throw failed(`${command.join(" ")}: ${reason}${kept}`);
}

/** Runs a command to its end and parses the JSON that it prints. @throws RunFailedError as `runFor` does */
export const runForJson = (command: readonly string[]): Promise<unknown> => runFor(command, parseJson, "JSON");

/**
 * Runs a compiler.
 * @throws RunFailedError with the compiler's messages when it fails
 */
export async function compile(command: readonly string[]): Promise<void> {
  const compiler = own(Bun.spawn([...command], { stdin: "ignore", stdout: "ignore", stderr: "pipe" }));
  const [stderr, exitCode] = await Promise.all([compiler.stderr.text(), compiler.exited]);
  if (exitCode !== 0) throw failed(`${command.join(" ")}: ${stderr.trim()}`);
}
