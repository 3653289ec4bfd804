import { join, parse } from "node:path";
import { type Engine, engineText } from "../../lib/loop/engine.ts";
import cSource from "./sources/echo_server.c" with { type: "text" };
import goSource from "./sources/echo_server.go" with { type: "text" };
import nodeSource from "./sources/echo_server.mjs" with { type: "text" };
import rustSource from "./sources/echo_server.rs" with { type: "text" };
import { commandLineOf, compile } from "../driver/processes.ts";

/** An echo server that takes part in a contest. */
export interface Contestant {
  readonly name: string;
  /** programs it takes, on PATH */
  readonly needs: readonly string[];
  /** Makes it ready. @param folder for what it builds @returns its command on a loopback port */
  readonly prepare: (folder: string) => Promise<(port: number) => readonly string[]>;
}

/** Writes a source where a compiler or an interpreter finds it. @returns its path */
export async function writeSource(folder: string, name: string, source: string): Promise<string> {
  const path = join(folder, name);
  await Bun.write(path, source);
  return path;
}

/** A compiled server that takes its port as its only argument. */
const compiled =
  (name: string, source: string, compiler: (source: string, output: string) => readonly string[]) =>
  async (folder: string): Promise<(port: number) => readonly string[]> => {
    const program = join(folder, parse(name).name);
    await compile(compiler(await writeSource(folder, name, source), program));
    return (port) => [program, String(port)];
  };

/** Compiles C as the fastest it can be. */
export const cCompiler = (source: string, output: string): readonly string[] => [
  ...["cc", "-O2", "-D_GNU_SOURCE", "-o", output, source],
];

const command = (build: (port: number) => readonly string[]) => (): Promise<(port: number) => readonly string[]> =>
  Promise.resolve(build);

/** The server that the others are held against: first of all that are there. */
export const cServer: Contestant = {
  name: "C, epoll",
  needs: ["cc"],
  prepare: compiled("echo_server.c", cSource, cCompiler),
};

const ourCommand = (port: number): readonly string[] => [
  ...commandLineOf("server"),
  ...["--host", "127.0.0.1", "--port", String(port), "--quiet"],
];

/** echobench's own. */
export const ourServer: Contestant = { name: "echobench", needs: [], prepare: command(ourCommand) };

/** The same on the engine that is named. */
export const ourServerOn = (engine: Engine): Contestant => ({
  name: `echobench on ${engineText[engine]}`,
  needs: [],
  prepare: command((port) => [...ourCommand(port), "--engine", engine]),
});

/** A goroutine for each connection. */
export const goServer: Contestant = {
  name: "Go",
  needs: ["go"],
  prepare: compiled("echo_server.go", goSource, (source, output) => ["go", "build", "-o", output, source]),
};

/** Every echo server there is a contestant of, whether its tools are installed or not. */
export const contestants: readonly Contestant[] = [
  cServer,
  ourServer,
  {
    name: "Node, net",
    needs: ["node"],
    prepare: async (folder) => {
      const script = await writeSource(folder, "echo_server.mjs", nodeSource);
      return (port) => ["node", script, String(port)];
    },
  },
  goServer,
  {
    name: "Rust, std::net",
    needs: ["rustc"],
    prepare: compiled("echo_server.rs", rustSource, (source, output) => ["rustc", "-O", "-o", output, source]),
  },
  {
    name: "socat",
    needs: ["socat"],
    prepare: command((port) => ["socat", `TCP-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr,backlog=4096`, "PIPE"]),
  },
  {
    name: "ncat",
    needs: ["ncat"],
    prepare: command((port) => [
      ...["ncat", "--listen", "127.0.0.1", String(port), "--keep-open"],
      ...["--max-conns", "5000", "--exec", "/bin/cat"],
    ]),
  },
];

/** Whether all that a contestant takes is installed. */
export const isInstalled = ({ needs }: Contestant): boolean => needs.every((tool) => Bun.which(tool) !== null);

/** Reads `name=command {port}`, where `{port}` is put in; undefined for anything else. */
export function parseContestant(text: string): Contestant | undefined {
  const [, name, line] = /^([^=]+)=(.*\{port\}.*)$/.exec(text) ?? [];
  if (name === undefined || line === undefined) return undefined;
  return {
    name: name.trim(),
    needs: [],
    prepare: command((port) => ["sh", "-c", `exec ${line.replaceAll("{port}", String(port))}`]),
  };
}
