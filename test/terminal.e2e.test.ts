import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runClient } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { until } from "./fixtures/until.ts";

/** Starts the server on a terminal of its own. */
function startOnTerminal(columns: number, ...args: readonly string[]) {
  const decoder = new TextDecoder();
  const screen = { text: "" };
  let more = Promise.withResolvers<void>();
  const child = Bun.spawn([process.execPath, "server/cli.ts", "--host", "127.0.0.1", "--port", "0", ...args], {
    cwd: join(import.meta.dir, ".."),
    env: { ...process.env, NO_COLOR: "1" },
    terminal: {
      cols: columns,
      rows: 24,
      data(_terminal, bytes) {
        screen.text += decoder.decode(bytes, { stream: true });
        more.resolve();
        more = Promise.withResolvers();
      },
    },
  });
  const changed = async (): Promise<void> => {
    if (child.exitCode !== null) throw new Error("the program ended");
    await Promise.race([more.promise, child.exited]);
  };
  const saw = async (pattern: RegExp): Promise<RegExpExecArray> => {
    await until(
      () => screen.text,
      String(pattern),
      (text) => pattern.test(text),
      { changed },
    );
    return pattern.exec(screen.text) as RegExpExecArray;
  };
  return { child, screen, saw };
}

test("--stats redraws its figures below the log, and Ctrl+C leaves the summary", async () => {
  const { child, screen, saw } = startOnTerminal(60, "--stats");
  const [, port = ""] = await saw(/Listening on 127\.0\.0\.1:(\d+)/);
  await saw(/Connections {2}0 active, 0 total/);
  expect((await runClient("--port", port, "--messages", "10", "--quiet")).exitCode).toBe(0);
  await saw(/Connections {2}0 active, 1 total/);
  // A terminal gets the short form of the log. The figures are wiped before a line and drawn again below it.
  const shown = (): string => screen.text.replaceAll("\r\u001b[5A\u001b[J", "<wiped>");
  expect(shown()).toMatch(/<wiped>\[\d\d:\d\d:\d\d\] CONNECT - 127\.0\.0\.1:\d+\r\n/);
  expect(shown()).toMatch(/DISCONNECT[^\n]+\n(?:\[[^\n]+\n)*── up /);
  child.terminal?.write("\u0003");
  expect(await child.exited).toBe(0);
  expect(shown()).toMatch(/<wiped>\r\nStopped after /);
});

test("a server whose terminal was closed ends as after SIGTERM", async () => {
  using folder = new TemporaryFolder();
  const log = folder.join("echo.log");
  const { child, saw } = startOnTerminal(80, "--log-file", log);
  await saw(/Listening on/);
  child.kill("SIGHUP");
  const reload = "RELOAD - log file reopened";
  await until(
    () => readFileSync(log, "utf8"),
    reload,
    (text) => text.includes(reload),
  );
  child.terminal?.close();
  expect(await child.exited).toBe(0);
  expect(readFileSync(log, "utf8")).toContain("Stopped after ");
});
