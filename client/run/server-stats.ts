import { messageOf } from "../../lib/errors.ts";
import { messages } from "../../lib/cli/command.ts";
import type { RunResult } from "../../lib/result/run-result.ts";

const TIMEOUT_MS = 2_000;

async function readJson(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  return await response.json();
}

/** What the server says of itself; says so and gives null when it cannot be had. */
async function ask(url: string): Promise<unknown> {
  try {
    return await readJson(url);
  } catch (error) {
    messages.warn(`--server-stats "${url}": no JSON to be had from there: ${messageOf(error)}`);
    return null;
  }
}

/** Asks a server for its own figures before a run. @returns what asks again after it and gives both */
export async function watchServer(url: string | undefined): Promise<() => Promise<RunResult["server"]>> {
  if (url === undefined) return () => Promise.resolve(null);
  const before = await ask(url);
  return async () => ({ url, before, after: await ask(url) });
}
