import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { runClient } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { startServerOnTerminal } from "./fixtures/terminal-program.ts";
import { until } from "./fixtures/until.ts";

test("--stats redraws its figures below the log, and Ctrl+C leaves the summary", async () => {
  await using server = startServerOnTerminal(60, "--stats");
  const [, port = ""] = await server.saw(/Listening on 127\.0\.0\.1:(\d+)/);
  await server.saw(/Connections {2}0 active, 0 total/);
  expect((await runClient("--port", port, "--messages", "10", "--quiet")).exitCode).toBe(0);
  await server.saw(/Connections {2}0 active, 1 total/);
  // A terminal gets the short form of the log. The figures are wiped before a line and drawn again below it.
  const shown = (): string => server.text.replaceAll("\r\u001b[5A\u001b[J", "<wiped>");
  expect(shown()).toMatch(/<wiped>\[\d\d:\d\d:\d\d\] CONNECT - 127\.0\.0\.1:\d+\r\n/);
  expect(shown()).toMatch(/DISCONNECT[^\n]+\n(?:\[[^\n]+\n)*── up /);
  server.type("\u0003");
  expect(await server.exited()).toBe(0);
  expect(shown()).toMatch(/<wiped>\r\nStopped after /);
});

test("a server whose terminal was closed ends as after SIGTERM", async () => {
  using folder = new TemporaryFolder();
  const log = folder.join("echo.log");
  await using server = startServerOnTerminal(80, "--log-file", log);
  await server.saw(/Listening on/);
  server.child.kill("SIGHUP");
  const reload = "RELOAD - log file reopened";
  await until(
    () => readFileSync(log, "utf8"),
    reload,
    (text) => text.includes(reload),
  );
  server.child.terminal?.close();
  expect(await server.exited()).toBe(0);
  expect(readFileSync(log, "utf8")).toContain("Stopped after ");
});
