import { join } from "node:path";
import { runResultSchema, type RunResult } from "../lib/result/run-result.ts";

const root = join(import.meta.dir, "..");

/** A program of this repository, or any other, running as a child process. */
export class Program implements AsyncDisposable {
  readonly child: Bun.Subprocess<"pipe", "pipe", "pipe">;
  stdout = "";
  stderr = "";
  readonly #drained: Promise<unknown>;
  #waiters: Array<() => void> = [];

  constructor(command: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.child = Bun.spawn([...command], {
      cwd: root,
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
      env: { ...process.env, NO_COLOR: "1", ...environment },
    });
    this.#drained = Promise.all([
      this.#read(this.child.stdout, (text) => (this.stdout += text)),
      this.#read(this.child.stderr, (text) => (this.stderr += text)),
    ]);
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>, keep: (text: string) => void): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      keep(decoder.decode(chunk, { stream: true }));
      this.#wake();
    }
    this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }

  /** Settles when `find`, called whenever there is more output, gives something; fails when the program ends without. */
  async until<T>(find: () => T | null, what: string): Promise<T> {
    const ended = this.#drained.then(() => "ended" as const);
    for (;;) {
      const found = find();
      if (found !== null) return found;
      const more = new Promise<"more">((resolve) => this.#waiters.push(() => resolve("more")));
      if ((await Promise.race([more, ended])) === "more") continue;
      const last = find();
      if (last !== null) return last;
      throw new Error(`the program ended without ${what}:\n${this.stdout}${this.stderr}`);
    }
  }

  /** Settles when standard output matches; fails when the program ends without. */
  saw(pattern: RegExp): Promise<RegExpExecArray> {
    return this.until(() => pattern.exec(this.stdout), String(pattern));
  }

  /** Settles when standard output has this text so many times. */
  sawTimes(text: string, times: number): Promise<true> {
    return this.until(() => (this.stdout.split(text).length > times ? true : null), `${times} times ${text}`);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** The exit code, once all output was read. */
  async exited(): Promise<number> {
    const code = await this.child.exited;
    await this.#drained;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null) this.child.kill("SIGKILL");
    await this.exited();
  }
}

/** An echo server of ours, listening. */
export class ServerProgram extends Program {
  port = 0;

  /** Starts on a free port of the loopback interface, unless the arguments say otherwise. */
  static async start(...args: readonly string[]): Promise<ServerProgram> {
    const where = args.includes("--host") || args.includes("--unix") ? [] : ["--host", "127.0.0.1"];
    const port = args.includes("--port") || args.includes("--unix") ? [] : ["--port", "0"];
    const server = new ServerProgram([process.execPath, "server/cli.ts", ...where, ...port, ...args]);
    const match = await server.saw(/Listening on (?:\S*:(\d+)|\S+)\n|"endpoint":"\S*?:(\d+)"/);
    server.port = Number(match[1] ?? match[2] ?? 0);
    return server;
  }

  /** Asks it to end, as Ctrl+C does. @returns its exit code */
  async stop(): Promise<number> {
    this.kill("SIGINT");
    return this.exited();
  }
}

/** Starts the client. */
export const startClient = (...args: readonly string[]): Program =>
  new Program([process.execPath, "client/cli.ts", ...args]);

/** What a client said in the end. */
export interface ClientOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the client to its end. */
export async function runClient(...args: readonly string[]): Promise<ClientOutcome> {
  await using client = startClient(...args);
  const exitCode = await client.exited();
  return { exitCode, stdout: client.stdout, stderr: client.stderr };
}

/** Runs the client with `--json` and reads its result. */
export async function runClientForResult(
  ...args: readonly string[]
): Promise<{ readonly exitCode: number; readonly result: RunResult; readonly stderr: string }> {
  const { exitCode, stdout, stderr } = await runClient(...args, "--json");
  if (stdout === "") throw new Error(`the client printed no result: ${stderr}`);
  return { exitCode, result: runResultSchema.parse(JSON.parse(stdout)), stderr };
}

/** Runs any command to its end, with this on its standard input. */
export async function runTool(command: readonly string[], input: string | Uint8Array): Promise<ClientOutcome> {
  await using tool = new Program(command);
  void tool.child.stdin.write(input);
  void tool.child.stdin.end();
  const exitCode = await tool.exited();
  return { exitCode, stdout: tool.stdout, stderr: tool.stderr };
}
