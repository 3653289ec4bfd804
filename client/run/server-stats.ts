import { messageOf } from "../../lib/errors.ts";
import { timeLimit } from "../../lib/timers.ts";
import type { RunResult } from "../../lib/result/run-result.ts";

const TIMEOUT_MS = 2_000;

async function readJson(url: string, stop: AbortSignal): Promise<unknown> {
  using limit = timeLimit(TIMEOUT_MS, stop);
  const response = await fetch(url, { signal: limit.signal });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  return await response.json();
}

/**
 * Asks a server for its own figures before a run.
 * @param url of `--server-stats`; undefined asks nothing
 * @param stop ends a wait for its answer
 * @param warn is called with a message when the server gives no JSON, which counts as null
 * @returns a function that asks again after the run and gives both
 */
export async function watchServer(
  url: string | undefined,
  stop: AbortSignal,
  warn: (message: string) => void,
): Promise<() => Promise<RunResult["server"]>> {
  if (url === undefined) return () => Promise.resolve(null);
  const ask = async (): Promise<unknown> => {
    try {
      return await readJson(url, stop);
    } catch (error) {
      warn(`--server-stats "${url}": cannot be read as JSON: ${messageOf(error)}`);
      return null;
    }
  };
  const before = await ask();
  return async () => ({ url, before, after: await ask() });
}
