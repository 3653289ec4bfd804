import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { runResultSchema } from "../lib/result/run-result.ts";
import { Program, runTool } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());
const executable = folder.join("bin/echobench");
const built = await runTool([process.execPath, "bin/build.ts", executable], "");

/** A command in an empty folder and without environment variables, PATH included. */
const empty = mkdtempSync(folder.join("empty-"));
const alone = (...args: readonly string[]): string[] => ["env", "-i", "-C", empty, ...args];

async function run(...args: readonly string[]) {
  return runTool(alone(...args), "");
}

describe("the one executable", () => {
  test("is built without a complaint", () => {
    expect(built.stderr).toMatch(/^\S+echobench {2}\d+ MB\n$/);
    expect(built.exitCode).toBe(0);
  });

  test("does everything alone in an empty folder: workers, load threads, C library, pages", async () => {
    const options = ["--host", "127.0.0.1", "--port", "0", "--workers", "2", "--buffer", "65536"];
    await using server = new Program(alone(executable, "server", ...options, "--admin", "127.0.0.1:0"));
    const [, port = ""] = await server.saw(/Listening on 127\.0\.0\.1:(\d+)/);
    const [, url = ""] = await server.saw(/Live page at (http:\S+)\n/);
    expect(server.stdout).toContain("Kernel granted SO_SNDBUF 128 KiB (asked 64 KiB)");
    const load = ["--port", port, "--conns", "4", "--threads", "2", "--messages", "2000", "--rcvbuf", "64k"];
    const client = await run(executable, "client", ...load, "--json", "result.json", "--html", "report.html");
    expect(client.stdout).toContain("PASS  every byte came back as it was sent");
    expect(client.exitCode).toBe(0);
    const result = runResultSchema.parse(JSON.parse(readFileSync(join(empty, "result.json"), "utf8")));
    expect(result.totals.messages).toBe(2_000);
    expect(result.tool.commit).toBe((await runTool(["git", "rev-parse", "--short", "HEAD"], "")).stdout.trim() || null);
    expect(readFileSync(join(empty, "report.html"), "utf8")).toContain("uPlot");
    const again = await run(executable, "client", "report", "result.json");
    expect(again).toEqual({ exitCode: 0, stdout: client.stdout, stderr: "" });
    expect(await (await fetch(url)).text()).toContain("uPlot");
    expect((await (await fetch(`${url}metrics`)).text()).match(/echobench_connections_total\{/g)).toHaveLength(2);
    server.kill("SIGINT");
    expect(await server.exited()).toBe(0);
    expect(server.stderr).toBe("");
    expect(readdirSync(empty).toSorted()).toEqual(["report.html", "result.json"]);
  });

  test("serves on epoll", async () => {
    const options = ["--host", "127.0.0.1", "--port", "0", "--engine", "epoll"];
    await using server = new Program(alone(executable, "server", ...options));
    const [, port = ""] = await server.saw(/Listening on 127\.0\.0\.1:(\d+)/);
    expect((await run(executable, "client", "--port", port, "--messages", "100", "--quiet")).exitCode).toBe(0);
    server.kill("SIGINT");
    expect(await server.exited()).toBe(0);
  });

  test("is the program by whose name it is linked", async () => {
    const link = folder.join("echo-client");
    symlinkSync(executable, link);
    const { stdout, exitCode } = await run(link, "--help");
    expect(stdout).toContain("Usage  echobench client [options]");
    expect(exitCode).toBe(0);
    const refused = await run(link, "--port", "1", "--host", "127.0.0.1");
    expect(refused.stderr).toContain("start one with: echobench server");
    expect(refused.exitCode).toBe(3);
  });

  test("measures with its own server and client", async () => {
    const measurement = ["--only", "small", "--rounds", "1", "--duration", "100ms"];
    const output = ["--format", "json", "--out", folder.join("reports")];
    const { stdout, exitCode } = await run(executable, "bench", "run", ...measurement, ...output);
    expect(JSON.parse(stdout)).toMatchObject({ schema: "echobench.suite/1", missing: [] });
    expect(exitCode).toBe(0);
  });

  test("says what it can do, and what it cannot", async () => {
    expect((await run(executable)).stdout).toContain("echobench server      an echo server");
    expect((await run(executable, "--version")).stdout).toBe(
      `${JSON.parse(readFileSync("package.json", "utf8")).version}\n`,
    );
    const unknown = await run(executable, "sever");
    expect(unknown.stderr).toBe('error: "sever": unknown program; did you mean server?; see echobench --help\n');
    expect(unknown.exitCode).toBe(2);
    expect((await run(executable, "constructor")).exitCode).toBe(2);
    const ab = await run(executable, "bench", "ab", "--base", "main");
    expect(ab.stderr).toContain("bench ab: expected a checkout of echobench");
    expect(ab.exitCode).toBe(2);
  });
});
