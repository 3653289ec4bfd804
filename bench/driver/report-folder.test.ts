import { expect, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { TemporaryFolder } from "../../test/fixtures/temporary-folder.ts";
import { runForJson } from "./processes.ts";
import { openReportFolder } from "./report-folder.ts";

test.each([
  [
    "a result and an exit code",
    "echo '{}'; echo broken >&2; exit 1",
    "json",
    "{}\n",
    /^sh [^]*exit code 1\n\nbroken\n$/,
  ],
  ["no result", "echo broken >&2; exit 3", "log", undefined, /exit code 3\n\nbroken\n$/],
  ["half a result", "echo '{'", "json", "{\n", /exit code 0/],
])(
  "what a run printed that ended with %s is kept, and its error names the file",
  async (_, script, ending, json, log) => {
    using folder = new TemporaryFolder();
    await openReportFolder(folder.join("out"));
    const message = await runForJson(["sh", "-c", script]).catch(String);
    const path = /; kept in (.*)$/.exec(String(message))?.[1] ?? "";
    expect(path).toStartWith(folder.join("out/failed/"));
    expect(path).toEndWith(`.${ending}`);
    if (json !== undefined) expect(readFileSync(path, "utf8")).toBe(json);
    expect(readFileSync(path.replace(/json$/, "log"), "utf8")).toMatch(log);
  },
);

test("a report folder that cannot be is wrong usage", async () => {
  using folder = new TemporaryFolder();
  const file = folder.write("file", "");
  expect(String(await openReportFolder(file).catch(String))).toContain(`--out "${file}": cannot be created: a file`);
});

test.each([
  ...["report.json", "report.md", "report.html", "runs/small-head-1.json", "failed/a.log", "confirmation/report.json"],
  ...["peers.json", "peers.html", "buffers.json", "epoll-slowed-1/report.json", "bun-same-2/report.json"],
])("a folder with %s of an earlier measurement is refused", async (name) => {
  using folder = new TemporaryFolder();
  mkdirSync(dirname(folder.join(name)), { recursive: true });
  folder.write(name, "");
  const found = name.split("/", 1)[0];
  expect(String(await openReportFolder(folder.join(".")).catch(String))).toContain(
    `expected a folder without a report, found ${found} of an earlier measurement; name another folder`,
  );
});

test("a folder with other files can be a report folder", async () => {
  using folder = new TemporaryFolder();
  folder.write("server.log", "");
  expect(await openReportFolder(folder.join("."))).toBeUndefined();
});
