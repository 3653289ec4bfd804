import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { RunFailedError, UsageError } from "../lib/errors.ts";
import { CommentApi } from "../test/fixtures/comment-api.ts";
import { TemporaryFolder } from "../test/fixtures/temporary-folder.ts";
import { comment, commentOf, forgeOf } from "./comment.ts";

let api = new CommentApi();
beforeEach(() => (api = new CommentApi()));
afterEach(() => api[Symbol.dispose]());

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());
const event = folder.write("event.json", JSON.stringify({ pull_request: { number: 7 } }));

const gitHub = () => ({
  ...{ GITHUB_ACTIONS: "true", GITHUB_API_URL: api.origin, GITHUB_REPOSITORY: "a/b" },
  ...{ GITHUB_EVENT_PATH: event, GITHUB_TOKEN: "secret" },
});
const gitLab = () => ({
  ...{ GITLAB_CI: "true", CI_API_V4_URL: `${api.origin}/api/v4`, CI_PROJECT_ID: "5" },
  ...{ CI_MERGE_REQUEST_IID: "9", GITLAB_TOKEN: "secret" },
});
const never = new AbortController().signal;
const on = (environment: Record<string, string>, name: string, report: string) =>
  comment(forgeOf(environment), name, report, never);

describe.each([
  {
    title: "GitHub",
    jobOf: gitHub,
    list: "/repos/a/b/issues/7/comments",
    one: "PATCH /repos/a/b/issues/comments/1",
  },
  {
    title: "GitLab",
    jobOf: gitLab,
    list: "/api/v4/projects/5/merge_requests/9/notes",
    one: "PUT /api/v4/projects/5/merge_requests/9/notes/1",
  },
])("on $title", ({ title, jobOf, list, one }) => {
  test("the first report is a new comment, and the next one is written over it", async () => {
    expect(await on(jobOf(), "bench", "first")).toBe("created");
    expect(await on(jobOf(), "bench", "second")).toBe("updated");
    expect(api.comments).toEqual([{ id: 1, body: "<!-- echobench: bench -->\nsecond" }]);
    expect(api.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET ${list}`,
      `POST ${list}`,
      `GET ${list}`,
      one,
    ]);
  });

  test("comments of others and of other names stay, on however many pages", async () => {
    for (let id = 1; id <= 200; id++) api.comments.push({ id, body: `<!-- echobench: other --> ${id}` });
    expect(await on(jobOf(), "bench", "mine")).toBe("created");
    expect(await on(jobOf(), "bench", "mine again")).toBe("updated");
    expect(api.comments.at(-1)?.body).toBe("<!-- echobench: bench -->\nmine again");
    expect(api.comments).toHaveLength(201);
  });

  test("a refusal names the request and what was answered, and never the token", async () => {
    api.refusal = () => new Response("Resource not accessible\u001b[31m", { status: 403 });
    await expect(on(jobOf(), "bench", "report")).rejects.toThrow(
      new RunFailedError(`${title} GET ${list}: 403 Resource not accessible\\x1b[31m`),
    );
  });

  test("an answer that is no list is an error, and so is a redirect, which would show the token to others", async () => {
    api.refusal = () => Response.json({ message: "hello" });
    await expect(on(jobOf(), "bench", "report")).rejects.toThrow("no list of comments");
    api.refusal = () => Response.redirect(`${api.origin}/elsewhere`);
    await expect(on(jobOf(), "bench", "report")).rejects.toThrow(`GET ${list}: `);
    expect(api.requests.map(({ path }) => path)).toEqual([list, list]);
  });
});

test("the token is sent as each of them wants it", async () => {
  await on(gitHub(), "bench", "report");
  expect(api.requests[0]?.headers.get("authorization")).toBe("Bearer secret");
  await on(gitLab(), "bench", "report");
  expect(api.requests.at(-1)?.headers.get("private-token")).toBe("secret");
});

test("a job without a pull request, without a token or outside of CI is told what is missing", () => {
  expect(() => forgeOf({})).toThrow("expected the environment of a job of GitHub Actions or GitLab CI");
  expect(() => forgeOf({ ...gitHub(), GITHUB_EVENT_PATH: folder.write("push.json", "{}") })).toThrow(
    "expected the event of a pull request",
  );
  expect(() => forgeOf({ ...gitHub(), GITHUB_TOKEN: "" })).toThrow("GITHUB_TOKEN: ${{ github.token }}");
  expect(() => forgeOf({ ...gitLab(), CI_MERGE_REQUEST_IID: "" })).toThrow("only pipelines of merge requests have it");
});

test("what is folded is left out of a comment that would be too long, and then its end", () => {
  const fold = `head\n\n<details>${"x".repeat(1_000)}</details>`;
  expect(commentOf("bench", fold, 5_000)).toBe(`<!-- echobench: bench -->\n${fold}`);
  expect(commentOf("bench", fold, 500)).toStartWith("<!-- echobench: bench -->\nhead\n\nThe report is too long");
  expect(commentOf("bench", "y".repeat(1_000), 500)).toHaveLength(500);
  expect(commentOf("--> <b>", "", 500)).toStartWith("<!-- echobench: --_ _b_ -->");
});

describe("the environment of a job", () => {
  const folderAsEvent = folder.path;
  const broken = folder.write("broken.json", "{");
  const push = folder.write("push.json", "{}");
  test.each<[string, Record<string, string>, string]>([
    [
      "an address without a scheme",
      { ...gitHub(), GITHUB_API_URL: "nope" },
      'GITHUB_API_URL "nope": expected an address',
    ],
    ["a file", { ...gitLab(), CI_API_V4_URL: "file:///x" }, 'CI_API_V4_URL "file:///x": expected an address'],
    [
      "an event that is a folder",
      { ...gitHub(), GITHUB_EVENT_PATH: folderAsEvent },
      "cannot be read as JSON: it is a folder",
    ],
    ["an event that is cut short", { ...gitHub(), GITHUB_EVENT_PATH: broken }, "cannot be read as JSON: "],
    [
      "an event that is not there",
      { ...gitHub(), GITHUB_EVENT_PATH: "/no/such" },
      "cannot be read as JSON: no such file",
    ],
    ["the event of a push", { ...gitHub(), GITHUB_EVENT_PATH: push }, "the job runs for another one"],
  ])("with %s is wrong usage", (_, environment, reason) => {
    expect(() => forgeOf(environment)).toThrow(UsageError);
    expect(() => forgeOf(environment)).toThrow(reason);
  });
});
