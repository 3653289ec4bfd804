import { afterAll, expect, test } from "bun:test";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { Program, runClient, ServerProgram, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { until } from "./fixtures/until.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

test("--log-file receives the log, and SIGHUP opens the file again", async () => {
  const file = folder.join("echo.log");
  await using server = await ServerProgram.start("--log-file", file, "--log-format", "json");
  const load = [...to(server), "--messages", "1", "--quiet"];
  expect((await runClient(...load)).exitCode).toBe(0);
  renameSync(file, `${file}.1`);
  server.kill("SIGHUP");
  const log = (): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
  await until(log, "RELOAD in the new file", (text) => text.includes("RELOAD"));
  expect((await runClient(...load)).exitCode).toBe(0);
  expect(await server.stop()).toBe(0);
  const events = (path: string): string[] =>
    readFileSync(path, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).event);
  const [before, after] = [events(`${file}.1`), events(file)];
  expect(before[0]).toBe("LISTEN");
  expect(after[0]).toBe("RELOAD");
  expect(after.at(-1)).toBe("STOP");
  expect([...before, ...after].filter((event) => event === "CONNECT")).toHaveLength(2);
  expect(server.stdout.trim().split("\n")).toHaveLength(1);
});

test("a log file that cannot be written is wrong usage", async () => {
  await using server = new Program([process.execPath, "server/cli.ts", "--log-file", folder.join("no/echo.log")]);
  expect(await server.exited()).toBe(2);
  expect(server.stderr).toContain("cannot be written: no such folder");
});

test.each(["-", "/dev/stdout", "/dev/fd/1"])("--log-file %s is standard output", async (path) => {
  await using server = await ServerProgram.start("--log-file", path);
  expect(await server.stop()).toBe(0);
  expect(server.stdout.match(/Listening on /g)).toHaveLength(1);
  expect(existsSync("-")).toBe(false);
});

test("a log file that is where standard output goes is refused", async () => {
  const file = folder.join("both.log");
  const command = `exec ${process.execPath} server/cli.ts --port 0 --log-file ${file} > ${file}`;
  await using server = new Program(["sh", "-c", command]);
  expect(await server.exited()).toBe(2);
  expect(server.stderr).toContain(`--log-file "${file}": expected another file than standard output`);
});

test("a full disk is reported once, and stops nothing", async () => {
  await using server = await ServerProgram.start("--log-file", "/dev/full");
  const load = [...to(server), "--messages", "1", "--quiet"];
  expect((await runClient(...load)).exitCode).toBe(0);
  expect((await runClient(...load)).exitCode).toBe(0);
  expect(await server.stop()).toBe(1);
  const [error, ...summary] = server.stderr.split("\n");
  expect(error).toBe('error: --log-file "/dev/full": no space left; lines are lost until it can be written');
  expect(summary.join("\n")).toStartWith("\nStopped after ");
  expect(server.stderr.match(/error: /g)).toHaveLength(1);
});
