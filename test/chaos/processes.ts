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

/**
 * Removes what is left when this process has ended, however that happens: its network namespaces, these folders, and the
 * folder of the run unless that holds the output of failures.
 */
export function startJanitor(runFolder: string, ...folders: readonly string[]): void {
  const script = `trap "" INT TERM; cat > /dev/null
for name in $(ip netns list 2> /dev/null | grep -o "^echobench-${process.pid}-[^ ]*"); do
  ip netns del "$name"; rm -rf "/etc/netns/$name"
done
run=$1; shift; rm -rf "$@"
[ -d "$run/failures" ] || rm -rf "$run"`;
  // The end of its standard input wakes it. Ctrl+C does not reach it in a session of its own.
  const janitor = Bun.spawn(["setsid", "sh", "-c", script, "janitor", runFolder, ...folders], {
    stdin: "pipe",
    stdout: "ignore",
    stderr: "ignore",
  });
  janitor.unref();
}
