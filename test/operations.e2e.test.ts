import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { liveMetricNames } from "../client/live/metrics.ts";
import { metricNames } from "../server/admin/metrics.ts";
import { Program, runClient, runTool, ServerProgram, to } from "./fixtures/program.ts";
import { openRaw } from "./fixtures/raw-client.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";
import { until } from "./fixtures/until.ts";

const root = join(import.meta.dir, "..");
const read = (name: string): string => readFileSync(join(root, name), "utf8");

describe("deploy/", () => {
  testWith("systemd-analyze")("has units about which systemd-analyze has no complaint", async () => {
    // It checks whether the program exists.
    const unit = read("deploy/echobench.service").replace("/usr/local/bin/echobench", process.execPath);
    using folder = new TemporaryFolder();
    const socket = folder.write("echobench.socket", read("deploy/echobench.socket"));
    const command = ["systemd-analyze", "verify", folder.write("echobench.service", unit), socket];
    const { exitCode, stdout, stderr } = await runTool(command, "");
    expect(stdout + stderr).toBe("");
    expect(exitCode).toBe(0);
  });

  testWith("socat")("the server tells the service manager that it listens, lives and stops", async () => {
    using folder = new TemporaryFolder();
    const path = folder.join("notify");
    await using manager = new Program(["socat", "-u", `UNIX-RECV:${path}`, "-"]);
    await until(() => existsSync(path), "the manager's socket");
    const command = [process.execPath, "server/cli.ts", "--host", "127.0.0.1", "--port", "0"];
    await using server = new Program(command, { NOTIFY_SOCKET: path, WATCHDOG_USEC: "100000" });
    await manager.saw(/^READY=1\nSTATUS=Listening on 127\.0\.0\.1:\d+WATCHDOG=1/);
    server.kill("SIGTERM");
    await manager.saw(/STOPPING=1/);
    expect(await server.exited()).toBe(0);
  });

  test("has a config file that the server accepts", async () => {
    const command = [process.execPath, "server/cli.ts", "--config", "deploy/server.toml", "--print-config"];
    const { exitCode, stdout, stderr } = await runTool(command, "");
    expect(stderr).toBe("");
    expect(stdout).toContain("# deploy/server.toml");
    expect(exitCode).toBe(0);
  });
});

describe("docs/operations.md", () => {
  const page = read("docs/operations.md");

  test("has every metric", () => {
    for (const name of [...metricNames, ...liveMetricNames]) expect(page).toContain(`\`${name}\``);
  });

  test("has every event of the JSON log with all its fields", async () => {
    await using server = await ServerProgram.start(
      ...["--log-format", "json", "--verbose", "--stats", "--workers", "2", "--admin", "127.0.0.1:0"],
      ...["--max-conns", "2", "--idle-timeout", "300ms"],
    );
    const load = [...to(server), "--messages", "1", "--quiet"];
    expect((await runClient(...load)).exitCode).toBe(0);
    const peers = await Promise.all([openRaw(server.port), openRaw(server.port), openRaw(server.port)]);
    await server.saw(/"event":"REJECT"/);
    peers[0]?.resetAndDestroy();
    await server.saw(/"event":"TIMEOUT"/);
    server.kill("SIGHUP");
    await server.saw(/"event":"RELOAD"/);
    await server.saw(/"event":"STATS"/);
    expect(await server.stop()).toBe(0);
    const events = server.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const seen = new Set(events.map(({ event }) => event));
    const named = ["LISTEN", "CONNECT", "DATA", "DISCONNECT", "REJECT", "TIMEOUT", "RELOAD", "STATS", "STOP"];
    for (const name of named) expect(seen).toContain(name);
    for (const fields of events) {
      const row = new RegExp(`^\\| \`${String(fields["event"])}\` +\\|(.*)`, "m").exec(page)?.[1] ?? "";
      const counts = fields["event"] === "STATS" ? (/^\| `STOP` +\|(.*)/m.exec(page)?.[1] ?? "") : "";
      for (const key of Object.keys(fields).filter((each) => each !== "time" && each !== "event")) {
        expect(`${String(fields["event"])}: ${row}${counts}`).toContain(`\`${key}\``);
      }
    }
  });
});

test("docs/measurement.md has every warning of the client", () => {
  const codes = [...read("client/run/warnings.ts").matchAll(/code: "([\w-]+)"/g)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(8);
  const page = read("docs/measurement.md");
  for (const code of codes) expect(page).toContain(`\`${code}\``);
});
