import { join, parse } from "node:path";
import { type Engine, engineText } from "../../lib/loop/engine.ts";
import { epollAvailable } from "../../lib/posix/epoll.ts";
import { commandLineOf, compile } from "../driver/processes.ts";
import { type CommandOnPort, parseCommandLine } from "../driver/server-on-port.ts";
import cSource from "./sources/echo_server.c" with { type: "text" };
import goSource from "./sources/echo_server.go" with { type: "text" };
import nodeSource from "./sources/echo_server.mjs" with { type: "text" };
import rustSource from "./sources/echo_server.rs" with { type: "text" };

/** An echo server that is compared with others. */
export interface RivalServer {
  readonly name: string;
  /** programs that have to be on PATH */
  readonly needs: readonly string[];
  /** Compiles it if necessary. @param folder for what it writes */
  readonly prepare: (folder: string) => Promise<CommandOnPort>;
}

/** The engines that this platform has, as rivals. */
export const engines: readonly Engine[] = epollAvailable ? ["epoll", "bun"] : ["bun"];

/** The name of echobench on one of its engines. */
export const engineName = (engine: Engine): string => `echobench, ${engineText[engine]}`;

/** Writes a source file for a compiler or an interpreter. @returns its path */
export async function writeSource(folder: string, name: string, source: string): Promise<string> {
  const path = join(folder, name);
  await Bun.write(path, source);
  return path;
}

/** The command that compiles C with optimization. */
export const cCompiler = (source: string, output: string): readonly string[] => [
  ...["cc", "-O2", "-D_GNU_SOURCE", "-o", output, source],
];

/** A compiled server that takes its port as its only argument. */
const compiled =
  (name: string, source: string, compiler: typeof cCompiler) =>
  async (folder: string): Promise<CommandOnPort> => {
    const program = join(folder, parse(name).name);
    await compile(compiler(await writeSource(folder, name, source), program));
    return (port) => [program, String(port)];
  };

/** A server that is there already. */
export const installed = (commandOn: CommandOnPort) => (): Promise<CommandOnPort> => Promise.resolve(commandOn);

/** The server in C. */
export const cServer: RivalServer = {
  name: "C, epoll",
  needs: ["cc"],
  prepare: compiled("echo_server.c", cSource, cCompiler),
};

/** The server of echobench. @param more options of it */
export const ourServer = (engine: Engine, more: readonly string[] = []): RivalServer => ({
  name: engineName(engine),
  needs: [],
  prepare: installed((port) => [
    ...commandLineOf("server"),
    ...["--host", "127.0.0.1", "--port", String(port), "--quiet", "--engine", engine, ...more],
  ]),
});

/** Every server that is compared if its programs are installed. The first one that runs is the baseline. */
export const rivalServers: readonly RivalServer[] = [
  cServer,
  ...engines.map((engine) => ourServer(engine)),
  {
    name: "Node, net",
    needs: ["node"],
    prepare: async (folder) => {
      const script = await writeSource(folder, "echo_server.mjs", nodeSource);
      return (port) => ["node", script, String(port)];
    },
  },
  {
    name: "Go",
    needs: ["go"],
    prepare: compiled("echo_server.go", goSource, (source, output) => ["go", "build", "-o", output, source]),
  },
  {
    name: "Rust, std::net",
    needs: ["rustc"],
    prepare: compiled("echo_server.rs", rustSource, (source, output) => ["rustc", "-O", "-o", output, source]),
  },
  {
    name: "socat",
    needs: ["socat"],
    prepare: installed((port) => ["socat", `TCP-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr,backlog=4096`, "PIPE"]),
  },
  {
    name: "ncat",
    needs: ["ncat"],
    prepare: installed((port) => [
      ...["ncat", "--listen", "127.0.0.1", String(port), "--keep-open"],
      ...["--max-conns", "5000", "--exec", "/bin/cat"],
    ]),
  },
];

/** Whether all programs that a rival needs are installed. */
export const isInstalled = ({ needs }: { readonly needs: readonly string[] }): boolean =>
  needs.every((tool) => Bun.which(tool) !== null);

/** Parses `name=command`, where the command contains `{port}`; undefined for anything else. */
export function parseRival(text: string): RivalServer | undefined {
  const [, name, line = ""] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  const command = parseCommandLine(line);
  return name === undefined || !command ? undefined : { name: name.trim(), needs: [], prepare: installed(command.on) };
}
