import { InterruptedError, RunFailedError, UsageError } from "../../lib/errors.ts";
import { programStop } from "../../lib/process/stop.ts";
import { shellWord } from "../../lib/text/shell-word.ts";
import { parseSchedstat, type ProcessSchedule } from "./process-schedule.ts";
import { own } from "./processes.ts";

/** The exit code of ssh when it has not run anything. */
const UNREACHABLE = 255;

/**
 * Runs a command until it ends, or until its standard input does: ssh closes that when it is killed here, or this machine
 * dies. Standard input of a command in the background is /dev/null, so it is kept as descriptor 3.
 */
const OWNED = [
  'exec 3<&0; "$@" 3<&- & pid=$!',
  '(read -r _ <&3; kill -TERM "$pid"; sleep 1; kill -KILL "$pid") >/dev/null 2>&1 & watcher=$!',
  'wait "$pid"; code=$?; kill "$watcher" 2>/dev/null; exit "$code"',
].join("\n");

/** The same, which first says which process it is. */
const OWNED_WITH_PID = OWNED.replace("pid=$!\n", 'pid=$!; echo "PID $pid"\n');

/** A machine that is reached by ssh, with a folder of its own for what is measured there. Disposing removes the folder. */
export class SshHost implements AsyncDisposable {
  /**
   * Goes there.
   * @param flag the option that names it, for errors
   * @throws UsageError when it cannot be reached
   * @throws InterruptedError when a stop ends it
   */
  static async connect(flag: string, destination: string): Promise<SshHost> {
    const ask = 'mktemp -d && echo "$SSH_CONNECTION"';
    const { stdout, stderr, exitCode } = await run(sshTo(destination, ask));
    const [folder = "", connection = ""] = stdout.split("\n");
    if (exitCode === 0) return new SshHost(flag, destination, folder, connection);
    const reason = exitCode === UNREACHABLE ? "ssh cannot reach it" : "it cannot be used";
    throw new UsageError(`${flag} "${destination}": ${reason}: ${lastLine(stderr)}`);
  }

  readonly destination: string;
  /** of that machine, by which ssh has reached it */
  readonly address: string;
  /** of this machine, as it is seen from there */
  readonly callerAddress: string;
  readonly #flag: string;
  readonly #folder: string;

  private constructor(flag: string, destination: string, folder: string, connection: string) {
    this.#flag = flag;
    this.destination = destination;
    this.#folder = folder;
    const [caller = "", , address = ""] = connection.split(" ");
    this.callerAddress = caller;
    this.address = address;
  }

  /**
   * Copies an executable there.
   * @throws UsageError when it does not run there
   */
  async push(executable: string, name: string): Promise<void> {
    const path = shellWord(this.#path(name));
    const copy = `cat > ${path} && chmod +x ${path} && ${path} --version`;
    const { stderr, exitCode } = await run(sshTo(this.destination, copy), Bun.file(executable));
    if (exitCode === 0) return;
    throw new UsageError(
      `${this.#flag} "${this.destination}": cannot run echobench of this machine: ${lastLine(stderr)}`,
    );
  }

  /** The command line that runs an executable that was copied there. Words that follow it have to need no quotes. */
  command(name: string, program: "server" | "client"): string[] {
    const script = program === "server" ? OWNED_WITH_PID : OWNED;
    return [...sshTo(this.destination, "sh"), "-c", shellWord(script), "sh", shellWord(this.#path(name)), program];
  }

  #path(name: string): string {
    return `${this.#folder}/${name}`;
  }

  /** What the scheduler did with a process there; undefined where it does not report it. */
  async scheduleOf(pid: number): Promise<ProcessSchedule | undefined> {
    const { stdout, exitCode } = await run(sshTo(this.destination, `grep . /proc/${pid}/task/*/schedstat`));
    if (exitCode !== 0) return undefined;
    const threads = stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(":", 2));
    return new Map(threads.map(([path = "", times = ""]) => [path, parseSchedstat(times)]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const remove = sshTo(this.destination, `rm -rf ${shellWord(this.#folder)}`);
    const silent = { stdin: "ignore", stdout: "ignore", stderr: "ignore", detached: true } as const;
    const removing = Bun.spawn(remove, silent);
    // After a stop in a process of its own, as this program is about to end.
    if (programStop.aborted) removing.unref();
    else await removing.exited;
  }
}

const sshTo = (destination: string, command: string): string[] => [
  ...["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=5"],
  ...["--", destination, command],
];

const lastLine = (text: string): string => text.trim().split("\n").at(-1) || "it said nothing";

async function run(command: readonly string[], stdin: "ignore" | Blob = "ignore") {
  if (Bun.which("ssh") === null) throw new RunFailedError("ssh is not installed on this machine");
  const child = own(Bun.spawn([...command], { stdin, stdout: "pipe", stderr: "pipe" }));
  const [stdout, stderr, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (programStop.aborted) throw new InterruptedError("interrupted before anything was measured");
  return { stdout, stderr, exitCode };
}
