import { messageOf, systemErrorCode } from "./errors.ts";

/** What an error says that comes from a limit of this process; the code or the words of the system, of Bun or of JavaScript. */
const limits: ReadonlyArray<readonly [pattern: RegExp, words: string]> = [
  [
    /\bE[MN]FILE\b/,
    "this process may open no more files: raise the limit with ulimit -n, or ask for fewer connections and threads",
  ],
  [
    /\bEAGAIN\b|failed to (?:create|start|spawn).*thread/i,
    "this user may start no more threads: raise the limit with ulimit -u, or ask for fewer --threads",
  ],
  [
    /\bENOMEM\b|out of memory|(?:allocation|array ?buffer|array) (?:failed|size|length)|length .*(?:too (?:large|big)|out of range)|invalid array length/i,
    "there is not enough memory: ask for fewer connections, shorter messages or a smaller --pipeline, or raise the limit with ulimit -v",
  ],
];

/** The way out of an error that a limit of this process caused; undefined for any other error. */
export function resourceProblem(error: unknown): string | undefined {
  const text = `${systemErrorCode(error) ?? ""} ${messageOf(error)}`;
  return limits.find(([pattern]) => pattern.test(text))?.[1];
}
