import { Program } from "../fixtures/program.ts";

const programs = new Set<Program>();

/** Ends a process when this one ends, even by SIGKILL. It replaces itself, so that the ID is that of the program. */
const leash = Bun.which("setpriv") ? ["setpriv", "--pdeathsig", "KILL"] : [];

/** Starts a child process that does not outlive this one. */
export function startLeashed(command: readonly string[]): Program {
  const program = new Program([...leash, ...command]);
  programs.add(program);
  void program.child.exited.then(() => programs.delete(program));
  return program;
}

/** The command line of the client or the server. */
export const commandOf = (program: "client" | "server", ...args: readonly string[]): string[] => [
  process.execPath,
  `${program}/cli.ts`,
  ...args,
];

/** Asks every child to stop, and ends those that have not stopped in time. */
export async function endAll(limitMs: number): Promise<void> {
  const left = [...programs];
  for (const program of left) {
    program.kill("SIGCONT");
    program.kill("SIGTERM");
  }
  await Promise.race([Promise.all(left.map(({ child }) => child.exited)), Bun.sleep(limitMs)]);
  for (const program of programs) program.kill("SIGKILL");
}

/** Removes what is left of this process's network namespaces and its folder when it has ended, however that happens. */
export function startJanitor(folder: string): void {
  const script = `trap "" INT TERM; cat > /dev/null
for name in $(ip netns list 2> /dev/null | grep -o "^echobench-${process.pid}-[^ ]*"); do
  ip netns del "$name"; rm -rf "/etc/netns/$name"
done
rm -rf "$1"`;
  // Ended by the end of its standard input: of a process in a session of its own, which Ctrl+C does not reach.
  const janitor = Bun.spawn(["setsid", "sh", "-c", script, "janitor", folder], {
    stdin: "pipe",
    stdout: "ignore",
    stderr: "ignore",
  });
  janitor.unref();
}
