import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { runClient, ServerProgram, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { startServerOnTerminal, TerminalProgram } from "./fixtures/terminal-program.ts";
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

/** What was shown, with moves back to the start of the figures as `<up>` and what is erased from there on as `<wiped>`. */
const shownBy = ({ text }: TerminalProgram): string =>
  text.replaceAll("\r\u001b[5A\u001b[J", "<wiped>").replaceAll("\r\u001b[5A", "<up>");

describe.concurrent("a client on a terminal", () => {
  test("draws its figures in place below its rows, and Ctrl+C leaves the report", async () => {
    await using server = await ServerProgram.start();
    const load = ["--conns", "2", "--duration", "60s", "--warmup", "0", "--interval", "100ms"];
    await using client = new TerminalProgram(["client/cli.ts", ...to(server), ...load]);
    await client.saw(/── [█▏▎▍▌▋▊▉]+░+ \d+s of 1m 00s, (59s|1m 00s) left ──/);
    await client.saw(/Rate {4}[\d,]+ messages\/s, [\d.]+ [kMG]B\/s +[▁▂▃▄▅▆▇█]+/);
    await client.saw(/p99 {5}[\d.]+ [µm]s, max [\d.]+ [µm]s/);
    await client.saw(/Errors {2}none, 2 of 2 connections open/);
    for (const pattern of [/<up>── /, /<wiped> +\d\.\ds +[\d,]+ messages\/s [^\n]*\n── /]) {
      await until(
        () => shownBy(client),
        String(pattern),
        (shown) => pattern.test(shown),
      );
    }
    client.type("\u0003");
    expect(await client.exited()).toBe(130);
    const [, report = ""] = /.*<wiped>([^]*)$/s.exec(shownBy(client)) ?? [];
    expect(report).toMatch(/^\s*echobench[^]*INTERRUPTED/);
    expect(report).not.toContain("── ");
  });

  test("that is narrow has one line", async () => {
    await using server = await ServerProgram.start();
    const load = ["--duration", "60s", "--warmup", "0", "--interval", "100ms", "--ndjson"];
    await using client = new TerminalProgram(["client/cli.ts", ...to(server), ...load], 40);
    await client.saw(/\d+[sm] (?:left )?[\d.]+[kM]?\/s (?:p50 \S+ )?p99 \S+ err 0/);
    expect(client.text).not.toContain("Rate");
    client.type("\u0003");
    expect(await client.exited()).toBe(130);
  });

  test.each([
    ["that cannot move its cursor", [], "dumb"],
    ["with --quiet", ["--quiet"], "xterm-256color"],
  ])("%s gets the report alone", async (_which, args, kind) => {
    await using server = await ServerProgram.start();
    const load = ["--rate", "100", "--messages", "60", ...args];
    await using client = new TerminalProgram(["client/cli.ts", ...to(server), ...load], 80, kind);
    expect(await client.exited()).toBe(0);
    expect(client.text).toMatch(/^\s*echobench/);
    expect(client.text).not.toContain("\u001b[");
  });
});

test("what ends a program at once leaves no figures behind", async () => {
  await using program = new TerminalProgram(["test/fixtures/never-ending.ts"]);
  await program.saw(/below/);
  await until(
    () => {
      program.child.kill("SIGINT");
      return program.child.exitCode;
    },
    "its end",
    (code) => code !== null,
  );
  await until(
    () => program.text,
    "a line that is wiped at the end",
    (text) => text.endsWith("watching\r\nbelow\r\u001b[J"),
  );
});
