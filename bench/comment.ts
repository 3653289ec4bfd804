import { readFileSync } from "node:fs";
import { z } from "zod";
import { unreadableReason } from "../lib/files/unreadable-reason.ts";
import { InterruptedError, messageOf, RunFailedError, UsageError } from "../lib/errors.ts";
import { visible } from "../lib/text/harmless.ts";
import { timeLimit } from "../lib/timers.ts";

/** For one request. */
const TIMEOUT_MS = 30_000;
const PAGE_COMMENTS = 100;
const MOST_PAGES = 50;

/** Where the comments of one pull or merge request are. */
export interface Forge {
  readonly name: "GitHub" | "GitLab";
  /** lists the comments, and takes new ones */
  readonly commentsUrl: string;
  /** the comment of a number, and how it is changed */
  readonly update: (id: number) => { readonly method: "PATCH" | "PUT"; readonly url: string };
  readonly headers: Readonly<Record<string, string>>;
  /** characters that a comment may have */
  readonly longest: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws UsageError naming a variable that the job does not have */
function variables<const Name extends string>(
  environment: Environment,
  advice: Partial<Record<Name, string>>,
  ...names: readonly Name[]
): Record<Name, string> {
  const values = names.map((name) => {
    const value = environment[name];
    if (value) return [name, value] as const;
    throw new UsageError(`${name}: expected in the environment of the job${advice[name] ? `; ${advice[name]}` : ""}`);
  });
  return Object.fromEntries(values) as Record<Name, string>;
}

/** @throws UsageError naming the variable when it is no address of an API */
function apiUrl(name: string, value: string): string {
  if (/^https?:$/.test(URL.parse(value)?.protocol ?? "")) return value;
  throw new UsageError(`${name} "${value}": expected an address such as https://api.example.com`);
}

const eventSchema = z.object({ pull_request: z.object({ number: z.int() }) });

function readEvent(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UsageError(`GITHUB_EVENT_PATH "${path}": cannot be read as JSON: ${unreadableReason(error)}`);
  }
}

function pullRequestOf(eventPath: string): number {
  const { data } = eventSchema.safeParse(readEvent(eventPath));
  if (data) return data.pull_request.number;
  throw new UsageError("GITHUB_EVENT_PATH: expected the event of a pull request; the job runs for another one");
}

function gitHub(environment: Environment): Forge {
  const advice = { GITHUB_TOKEN: "give it by env: GITHUB_TOKEN: ${{ github.token }}" };
  const names = ["GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_EVENT_PATH", "GITHUB_TOKEN"] as const;
  const values = variables(environment, advice, ...names);
  const issues = `${apiUrl("GITHUB_API_URL", values.GITHUB_API_URL)}/repos/${values.GITHUB_REPOSITORY}/issues`;
  return {
    name: "GitHub",
    commentsUrl: `${issues}/${pullRequestOf(values.GITHUB_EVENT_PATH)}/comments`,
    update: (id) => ({ method: "PATCH", url: `${issues}/comments/${id}` }),
    headers: { authorization: `Bearer ${values.GITHUB_TOKEN}`, accept: "application/vnd.github+json" },
    longest: 65_536,
  };
}

function gitLab(environment: Environment): Forge {
  const advice = {
    GITLAB_TOKEN: "a masked variable that holds a project access token with the scope api",
    CI_MERGE_REQUEST_IID: "only pipelines of merge requests have it",
  };
  const names = ["CI_API_V4_URL", "CI_PROJECT_ID", "CI_MERGE_REQUEST_IID", "GITLAB_TOKEN"] as const;
  const values = variables(environment, advice, ...names);
  const api = apiUrl("CI_API_V4_URL", values.CI_API_V4_URL);
  const notes = `${api}/projects/${values.CI_PROJECT_ID}/merge_requests/${values.CI_MERGE_REQUEST_IID}/notes`;
  return {
    name: "GitLab",
    commentsUrl: notes,
    update: (id) => ({ method: "PUT", url: `${notes}/${id}` }),
    headers: { "private-token": values.GITLAB_TOKEN },
    longest: 1_000_000,
  };
}

/**
 * The pull or merge request for which a job of CI runs.
 * @throws UsageError when there is none, or the job has no token
 */
export function forgeOf(environment: Environment): Forge {
  if (environment["GITHUB_ACTIONS"] === "true") return gitHub(environment);
  if (environment["GITLAB_CI"] === "true") return gitLab(environment);
  throw new UsageError("bench comment: expected the environment of a job of GitHub Actions or GitLab CI");
}

/** A line that no reader sees, by which a comment is found again. */
const markOf = (name: string): string => `<!-- echobench: ${name.replaceAll(/[^\w .-]/g, "_")} -->`;

/** What is folded goes first where a comment would be too long, and then the end. */
export function commentOf(name: string, report: string, longest: number): string {
  const whole = `${markOf(name)}\n${report}`;
  if (whole.length <= longest) return whole;
  const note = "\n\nThe report is too long for a comment: the whole of it is among the files of the job.\n";
  const [unfolded = ""] = whole.split("<details>");
  return `${unfolded.slice(0, longest - note.length).trimEnd()}${note}`;
}

async function request(forge: Forge, method: string, url: string, stop: AbortSignal, body?: string): Promise<unknown> {
  using limit = timeLimit(TIMEOUT_MS, stop);
  const fail = (reason: string): RunFailedError =>
    new RunFailedError(`${forge.name} ${method} ${new URL(url).pathname}: ${reason}`);
  try {
    const response = await fetch(url, {
      method,
      signal: limit.signal,
      // Another server must not get the token.
      redirect: "error",
      headers: { ...forge.headers, "user-agent": "echobench", "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify({ body }) }),
    });
    const text = await response.text();
    if (!response.ok) throw fail(`${response.status} ${visible(text.slice(0, 200))}`);
    return JSON.parse(text);
  } catch (error) {
    if (stop.aborted) throw new InterruptedError("interrupted before the comment was written");
    throw error instanceof RunFailedError ? error : fail(visible(messageOf(error)));
  }
}

const commentsSchema = z.array(z.object({ id: z.int(), body: z.string().nullable() }));

async function findComment(forge: Forge, mark: string, stop: AbortSignal): Promise<number | undefined> {
  for (let page = 1; page <= MOST_PAGES; page++) {
    const url = `${forge.commentsUrl}?per_page=${PAGE_COMMENTS}&page=${page}`;
    const { data } = commentsSchema.safeParse(await request(forge, "GET", url, stop));
    if (!data) throw new RunFailedError(`${forge.name}: what it answered is no list of comments`);
    const found = data.find(({ body }) => body?.startsWith(mark));
    if (found) return found.id;
    if (data.length < PAGE_COMMENTS) return undefined;
  }
  return undefined;
}

/**
 * Writes a report as a comment, or over the comment of the same name that it wrote before.
 * @throws RunFailedError with the forge's answer when it refuses
 */
export async function comment(
  forge: Forge,
  name: string,
  report: string,
  stop: AbortSignal,
): Promise<"created" | "updated"> {
  const text = commentOf(name, report, forge.longest);
  const earlier = await findComment(forge, markOf(name), stop);
  if (earlier === undefined) {
    await request(forge, "POST", forge.commentsUrl, stop, text);
    return "created";
  }
  const { method, url } = forge.update(earlier);
  await request(forge, method, url, stop, text);
  return "updated";
}
