import { isIP } from "node:net";
import { formatEndpoint, stripBrackets } from "../../lib/address/address.ts";
import { unreadableReason } from "../../lib/files/unreadable-reason.ts";
import { readWholeFile } from "../../lib/files/whole-file.ts";
import { UsageError, ValueError } from "../../lib/errors.ts";
import { withoutMark } from "../../lib/files/json.ts";

/** More are probably a mistake. */
const MAX_TARGETS = 10_000;

/** The longest file of targets. */
const MAX_BYTES = 16 * 1024 ** 2;

/** An endpoint to probe. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

const isPort = (port: number): boolean => port >= 1 && port <= 65_535;

/** Whether a word is rather a target, perhaps a wrong one, than the name of a file. */
export const isTargetLike = (word: string): boolean =>
  isIP(stripBrackets(word)) !== 0 || /^\[.*\]|:\d+(?:-\d*)?$/.test(word);

/**
 * `HOST:PORT`, `HOST:FIRST-LAST` or `[IPv6]:PORT`; undefined for anything else.
 * @throws ValueError for a port that there is not
 */
export function parseTargets(text: string): readonly Target[] | undefined {
  const [, bracketed, host = bracketed ?? "", first, last = first] =
    /^(?:\[([0-9a-f:.%a-z]+)\]|([^\s:[\]]+)):(\d+)(?:-(\d+))?$/i.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  const isAddress = bracketed === undefined || isIP(bracketed) === 6;
  if (host === "" || !isAddress) return undefined;
  if (!isPort(from) || !isPort(to)) throw new ValueError("expected ports from 1 to 65535");
  if (from > to) throw new ValueError("expected the smaller port first");
  return Array.from({ length: to - from + 1 }, (_, i) => ({ host: stripBrackets(host), port: from + i }));
}

/** The target as written on the command line. */
export const formatTarget = ({ host, port }: Target): string => formatEndpoint(host, port);

function parseLine(word: string, label: string): readonly Target[] {
  try {
    const targets = parseTargets(word);
    if (targets) return targets;
  } catch (error) {
    throw error instanceof ValueError ? new UsageError(`${label}: ${error.message}`) : error;
  }
  throw new UsageError(`${label}: expected HOST:PORT or HOST:FIRST-LAST`);
}

/** @throws UsageError when the file cannot be read or a line is not a target */
function readTargets(file: string): Target[] {
  let text: string;
  try {
    text = withoutMark(readWholeFile(file === "-" ? "/dev/stdin" : file, MAX_BYTES).toString("utf8"));
  } catch (error) {
    throw new UsageError(`--targets "${file}": cannot be read: ${unreadableReason(error)}`);
  }
  return text.split("\n").flatMap((line, i) => {
    const word = line.replace(/#.*/, "").trim();
    if (word === "") return [];
    return parseLine(word, `--targets "${file}" line ${i + 1}: "${word}"`);
  });
}

/**
 * All targets to probe, each once, in the order in which they are given.
 * @param file has one target a line; `#` starts a comment
 * @throws UsageError when there are none, or too many
 */
export function collectTargets(named: readonly (readonly Target[])[], file: string | undefined): readonly Target[] {
  const all = [...named.flat(), ...(file === undefined ? [] : readTargets(file))];
  const targets = [...new Map(all.map((target) => [formatTarget(target), target])).values()];
  if (targets.length === 0) {
    throw new UsageError(
      "HOST:PORT: expected at least one target, such as 10.0.0.2:7878, or a file of them with --targets",
    );
  }
  if (targets.length > MAX_TARGETS) {
    throw new UsageError(`HOST:PORT: expected at most ${MAX_TARGETS} targets, found ${targets.length}`);
  }
  return targets;
}
