import { spellOut, systemErrorPhrase } from "../../lib/error-names.ts";
import { systemErrorCode } from "../../lib/errors.ts";
import { visible } from "../../lib/text/harmless.ts";
import { shownWebAddress } from "../../lib/cli/option-kinds.ts";
import { timeLimit } from "../../lib/timers.ts";
import type { RunResult } from "../../lib/result/run-result.ts";

/** For the whole answer, however slowly it comes. */
const TIMEOUT_MS = 2_000;

/** More than any answer of our server; the result keeps two of them. */
const MAX_BYTES = 1_048_576;

/** Deeper data would overflow the stack of a program that reads the result. */
const MAX_DEPTH = 32;

/** Why there are no figures, in words of ours. */
class NoStatsError extends Error {}

/** The body as text. @throws NoStatsError when it is longer than the limit, whose rest is not read */
async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let received = 0;
  for await (const chunk of body ?? []) {
    received += chunk.length;
    if (received > MAX_BYTES) throw new NoStatsError(`it is longer than ${MAX_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Whether an object or array in the data is nested deeper than this. */
function isDeeper(data: unknown, depth: number): boolean {
  if (typeof data !== "object" || data === null) return false;
  return depth === 0 || Object.values(data).some((each) => isDeeper(each, depth - 1));
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NoStatsError("it is no JSON");
  }
}

/** Figures of a server: an object with any fields, as other servers may have other ones than ours. */
function parseStats(text: string): unknown {
  const data = parseAnswer(text);
  if (typeof data !== "object" || data === null || Array.isArray(data)) throw new NoStatsError("it is no object");
  if (isDeeper(data, MAX_DEPTH)) throw new NoStatsError(`it is nested deeper than ${MAX_DEPTH} levels`);
  return data;
}

async function readStats(url: string, token: string | undefined, stop: AbortSignal): Promise<unknown> {
  using limit = timeLimit(TIMEOUT_MS, stop);
  const response = await fetch(url, {
    signal: limit.signal,
    // A redirect could lead to another server, which must not get the token.
    redirect: "manual",
    headers: { accept: "application/json", ...(token !== undefined && { authorization: `Bearer ${token}` }) },
  });
  const { status } = response;
  if (status === 401) {
    throw new NoStatsError(
      token === undefined ? "it requires a token: give it with --server-stats-token" : "it refuses the token",
    );
  }
  if (!response.ok) throw new NoStatsError(`it answered ${status}`);
  return parseStats(await readText(response));
}

/** What `fetch` reports besides system errors. */
const fetchErrors = new Map([
  ["ECONNRESET", "the connection ended before the answer"],
  ["EPROTO", "the TLS handshake failed"],
  ["Malformed_HTTP_Response", "the answer is not HTTP"],
]);

/** Why there are no figures. The messages of `fetch` are not for users, and hold the whole URL, which may have a secret. */
function reasonOf(error: unknown): string {
  if (error instanceof NoStatsError) return error.message;
  const code = systemErrorCode(error);
  if (code !== undefined)
    return fetchErrors.get(code) ?? (/^E[A-Z0-9]+$/.test(code) ? systemErrorPhrase(code) : spellOut(code));
  return error instanceof Error && error.name === "AbortError"
    ? `no answer within ${TIMEOUT_MS / 1_000} s`
    : "it could not be read";
}

/**
 * Asks a server for its own figures before a run.
 * @param url of `--server-stats`; undefined asks nothing
 * @param token that the server requires
 * @param stop ends a wait for its answer
 * @param warn is called with a message when the server gives no JSON, which counts as null
 * @returns a function that asks again after the run and gives both
 */
export async function watchServer(
  url: string | undefined,
  token: string | undefined,
  stop: AbortSignal,
  warn: (message: string) => void,
): Promise<() => Promise<RunResult["server"]>> {
  if (url === undefined) return () => Promise.resolve(null);
  const shown = shownWebAddress(url);
  const ask = async (): Promise<unknown> => {
    try {
      return await readStats(url, token, stop);
    } catch (error) {
      if (!stop.aborted) warn(`--server-stats "${shown}": cannot be read as JSON: ${visible(reasonOf(error))}`);
      return null;
    }
  };
  const before = await ask();
  return async () => ({ url: shown, before, after: await ask() });
}
