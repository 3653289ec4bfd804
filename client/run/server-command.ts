import { serviceOf, waysOf } from "../../lib/result/load-modes.ts";
import { formatEndpoint, stripBrackets } from "../../lib/address/address.ts";
import { InterruptedError, messageOf, UnreachableError, UsageError } from "../../lib/errors.ts";
import { type Endpoint, accepts, awaitListener, endOf, freePort } from "../../lib/process/await-listener.ts";
import { endGroup, killAtExit, killGroup } from "../../lib/process/child-group.ts";
import { shownCommand } from "../../lib/text/shown-command.ts";
import { formatDuration, plural } from "../../lib/text/format-units.ts";
import { within } from "../../lib/timers.ts";
import type { ClientOptions } from "../options/options.ts";
import { portMarks } from "../options/target-options.ts";

/** A server has at least this long to accept connections. */
const LEAST_START_MS = 5_000;
/** A server that has not ended so long after SIGTERM is killed: sooner when the user waits for the end of a run. */
const END_MS = 5_000;
const STOPPED_END_MS = 500;
/** How much of what a server said is kept. */
const KEPT = { characters: 4_096, lines: 10 };
/** How long the last of it may take after the end of the server: what it has started may hold the pipe. */
const LAST_WORDS_MS = 250;
/** Exit codes of a shell that could not run a command. */
const notRun: ReadonlyMap<number | null, string> = new Map([
  [126, "a command that can be executed"],
  [127, "a command that exists"],
]);

/**
 * Runs a command line, and ends its process group when standard input ends, as it does with this program, however that
 * ends. The guard is no child of the command, which might wait for all of its own. It survives its own SIGTERM, and kills
 * whoever ignores it.
 */
const guarded = `
exec 3<&0 </dev/null
((read -r _ <&3; trap '' TERM; kill -TERM 0; sleep 2; kill -KILL 0) >/dev/null 2>&1 &)
exec 3<&-
exec sh -c "$1"
`;

const marks = Object.entries(portMarks) as ReadonlyArray<[keyof typeof portMarks, string]>;

/** The options with which the client connects where `{port}` and the like in the command have the server listen. */
export function withFreePort(options: ClientOptions): ClientOptions {
  const named = marks.filter(([, mark]) => options.serverCommand?.includes(mark));
  if (named.length === 0) return options;
  const ports = new Set<number>();
  while (ports.size < named.length) ports.add(freePort());
  const chosen = [...ports];
  return {
    ...{ ...options, host: "127.0.0.1", unix: undefined },
    ...Object.fromEntries(named.map(([option], i) => [option, chosen[i]])),
  };
}

/** The port that the load is for. */
function portOf(options: ClientOptions): number {
  const [way] = waysOf(options.mode);
  return way ? options[serviceOf[way]] : options.port;
}

const withPorts = (command: string, options: ClientOptions): string =>
  marks.reduce((line, [option, mark]) => line.replaceAll(mark, String(options[option])), command);

/** The end of what a server says on standard error. */
class LastWords {
  readonly #drained: Promise<void>;
  #text = "";

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#drained = this.#read(stream).catch(() => {});
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.#text = (this.#text + decoder.decode(chunk, { stream: true })).slice(-KEPT.characters);
    }
  }

  /** What follows the reason of a failure: nothing, or its last lines below it. */
  async after(): Promise<string> {
    await within(this.#drained, LAST_WORDS_MS);
    const text = this.#text.trim();
    if (text === "") return "; it wrote nothing to standard error";
    const lines = text.split("\n");
    const last = lines.slice(-KEPT.lines);
    const which = lines.length > last.length ? `the last ${plural(last.length, "line")}` : "what it wrote";
    return `; ${which} to standard error:\n${last.map((line) => `  ${line}`).join("\n")}`;
  }
}

const endpointOf = (options: ClientOptions): Endpoint =>
  options.unix === undefined
    ? { hostname: stripBrackets(options.host), port: portOf(options) }
    : { unix: options.unix };

const placeOf = (options: ClientOptions): string =>
  options.unix ?? formatEndpoint(stripBrackets(options.host), portOf(options));

function spawn(line: string, label: string) {
  const how = { stdin: "pipe", stdout: "ignore", stderr: "pipe", detached: true } as const;
  try {
    return Bun.spawn(["sh", "-c", guarded, "sh", line], how);
  } catch (error) {
    throw new UsageError(`${label}: expected a shell, sh, to run it: ${messageOf(error)}`);
  }
}

/** A server that was started for a run. Disposing it ends it, and all that it has started. */
interface StartedServer extends AsyncDisposable {
  /** Warns if the server has ended by itself: the errors of the run are its. */
  explainErrors(): Promise<void>;
}

/**
 * Starts the server of `--server-command`, if there is one, and waits until it accepts connections.
 * @throws UsageError when its command cannot be run
 * @throws UnreachableError when it ends before it accepts a connection, or does not accept one in time
 * @throws InterruptedError when the run was stopped meanwhile
 */
export async function startServerCommand(
  options: ClientOptions,
  stop: AbortSignal,
  warn: (message: string) => void,
): Promise<StartedServer | undefined> {
  const { serverCommand, connectTimeout } = options;
  if (serverCommand === undefined) return undefined;
  const label = `--server-command "${shownCommand(serverCommand)}"`;
  const place = placeOf(options);
  const endpoint = endpointOf(options);
  const limitMs = Math.max(LEAST_START_MS, connectTimeout);
  if (await accepts(endpoint, limitMs, stop))
    throw new UnreachableError(`${label}: expected nobody to listen on ${place} yet`);
  const child = spawn(withPorts(serverCommand, options), label);
  killAtExit(child, () => killGroup(child));
  const words = new LastWords(child.stderr);
  const end = (): Promise<void> => (stop.aborted ? endGroup(child, STOPPED_END_MS) : endGroup(child, END_MS, stop));
  const outcome = await awaitListener(child, endpoint, limitMs, stop);
  if (outcome !== "accepts") {
    const [how, expected] = [endOf(child), notRun.get(child.exitCode)];
    await end();
    if (outcome === "stopped") throw new InterruptedError("interrupted before the load began");
    if (expected !== undefined) throw new UsageError(`${label}: expected ${expected}${await words.after()}`);
    const problem =
      outcome === "ended"
        ? `${how}, before it accepted a connection on ${place}`
        : `it accepted no connection on ${place} within ${formatDuration(limitMs)}; a longer --connect-timeout gives it more time`;
    throw new UnreachableError(`${label}: ${problem}${await words.after()}`);
  }
  return {
    async explainErrors() {
      await within(child.exited, LAST_WORDS_MS);
      const how = endOf(child);
      if (how !== undefined) warn(`${label}: ${how}, before the run was over${await words.after()}`);
    },
    [Symbol.asyncDispose]: end,
  };
}
