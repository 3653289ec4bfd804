import { UsageError } from "../errors.ts";
import { libcAvailable } from "../posix/libc.ts";
import { allowedCpus } from "../posix/scheduling.ts";

/** More than any processor's number: whether there is such a one is found out afterwards. */
const HIGHEST_CPU = 99_999;

function rangeOf(text: string): number[] | undefined {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (first === undefined || from > to || to > HIGHEST_CPU) return undefined;
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** The processors of a list such as `0-3,6`, in its order; undefined for any other text. */
export function parseCpuList(text: string): number[] | undefined {
  const ranges = text.split(",").map((part) => rangeOf(part.trim()));
  if (ranges.some((range) => range === undefined)) return undefined;
  return [...new Set(ranges.flatMap((range) => range ?? []))];
}

const listText = (cpus: readonly number[]): string => {
  const isNext = (i: number): boolean => cpus[i] === (cpus[i - 1] ?? Number.NaN) + 1;
  const starts = cpus.flatMap((_, i) => (isNext(i) ? [] : [i]));
  return starts
    .map((start, i) => [cpus[start], cpus[(starts[i + 1] ?? cpus.length) - 1]])
    .map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`))
    .join(",");
};

/**
 * The processors that `--cpu` names.
 * @returns none where it is not given
 * @throws UsageError when this process may not run on one of them
 */
export function cpusOf(text: string | undefined): readonly number[] {
  if (text === undefined) return [];
  if (!libcAvailable) throw new UsageError(`--cpu "${text}": expected Linux`);
  const allowed = allowedCpus();
  const cpus = parseCpuList(text) ?? [];
  if (cpus.every((cpu) => allowed.includes(cpu))) return cpus;
  throw new UsageError(`--cpu "${text}": expected processors that this process may run on: ${listText(allowed)}`);
}

/** What `--cpu` of either program takes. Its value stays as it was written. */
export const cpuOption = {
  hint: "LIST",
  expected: "processors such as 0-3,6",
  parse: (text: string): string | undefined => (parseCpuList(text) === undefined ? undefined : text),
} as const;
