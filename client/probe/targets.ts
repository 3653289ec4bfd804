import { isIP } from "node:net";
import { formatEndpoint, stripBrackets } from "../../lib/address.ts";
import { readWholeFile } from "../../lib/whole-file.ts";
import { messageOf, UsageError } from "../../lib/errors.ts";
import { withoutMark } from "../../lib/json.ts";

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

/** `HOST:PORT`, `HOST:FIRST-LAST` or `[IPv6]:PORT`; undefined for anything else. */
export function parseTargets(text: string): readonly Target[] | undefined {
  const [, bracketed, host = bracketed ?? "", first, last = first] =
    /^(?:\[([0-9a-f:.%a-z]+)\]|([^\s:[\]]+)):(\d{1,5})(?:-(\d{1,5}))?$/i.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  const isAddress = bracketed === undefined || isIP(bracketed) === 6;
  if (host === "" || !isAddress || !isPort(from) || !isPort(to) || from > to) return undefined;
  return Array.from({ length: to - from + 1 }, (_, i) => ({ host: stripBrackets(host), port: from + i }));
}

/** The target as written on the command line. */
export const formatTarget = ({ host, port }: Target): string => formatEndpoint(host, port);

/** @throws UsageError when the file cannot be read or a line is not a target */
function readTargets(file: string): Target[] {
  let text: string;
  try {
    text = withoutMark(readWholeFile(file === "-" ? "/dev/stdin" : file, MAX_BYTES).toString("utf8"));
  } catch (error) {
    throw new UsageError(`--targets "${file}": cannot be read: ${messageOf(error)}`);
  }
  return text.split("\n").flatMap((line, i) => {
    const word = line.replace(/#.*/, "").trim();
    if (word === "") return [];
    const targets = parseTargets(word);
    if (targets) return targets;
    throw new UsageError(`--targets "${file}" line ${i + 1}: "${word}": expected HOST:PORT or HOST:FIRST-LAST`);
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
