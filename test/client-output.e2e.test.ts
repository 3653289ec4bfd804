import { afterAll, describe, expect, test } from "bun:test";
import { runResultSchema } from "../lib/result/run-result.ts";
import { Program, runClient, runClientForResult, runTool, ServerProgram, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";

interface RunEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const eventsOf = (stdout: string): RunEvent[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("the client's output", () => {
  test("of --ndjson has an event in each line and nothing else", async () => {
    await using server = await ServerProgram.start("--max-conns", "2");
    const load = ["--conns", "3", "--duration", "300ms", "--warmup", "0", "--interval", "100ms", "--ndjson"];
    const { exitCode, stdout, stderr } = await runClient(...to(server), ...load);
    const events = eventsOf(stdout);
    const of = (name: string) => events.filter(({ event }) => event === name).map(({ data }) => data);
    expect(of("start")).toMatchObject([{ schema: "echobench.run/1", target: { address: "127.0.0.1" } }]);
    expect(of("error")).toMatchObject([{ connection: 2 }]);
    expect(events.at(-1)?.event).toBe("end");
    const result = runResultSchema.parse(of("end")[0]);
    expect(of("interval")).toEqual([...result.intervals]);
    expect(stderr).toContain("1 of 3 connections were lost");
    expect(exitCode).toBe(1);
  });

  test("of --ndjson has the start before the errors of connections that could not be opened", async () => {
    await using server = await ServerProgram.start();
    const client = `ulimit -n 64; exec ${process.execPath} client/cli.ts --port ${server.port}`;
    await using limited = new Program(["sh", "-c", `${client} --conns 100 --messages 100 --ndjson`]);
    expect(await limited.exited()).toBe(1);
    const events = eventsOf(limited.stdout);
    expect(events.slice(0, 2).map(({ event }) => event)).toEqual(["start", "error"]);
    expect(events[1]?.data).toMatchObject({ kind: "descriptors-exhausted", message: "out of file descriptors" });
  });

  test.each([
    ["the events", "--ndjson"],
    ["the result", "--json"],
    ["the report", ""],
  ])("may lose its reader, which is no error: %s", async (_what, flag) => {
    await using server = await ServerProgram.start();
    const load = "--duration 300ms --warmup 0 --interval 100ms";
    const client = `${process.execPath} client/cli.ts --port ${server.port} ${load} ${flag}`;
    const script = `${client} | head -c 1; echo " \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await runTool(["bash", "-c", script], "");
    expect(stdout).toEndWith(" 0\n");
    expect(stderr.replace(/^warning: .*\n/gm, "")).toBe("");
  });

  test("shows the rows as they happen when an interval is asked for", async () => {
    await using server = await ServerProgram.start();
    const { stdout } = await runClient(...to(server), "--duration", "300ms", "--warmup", "0", "--interval", "100ms");
    expect(stdout).toMatch(/^ +0\.1s +[\d,]+ messages\/s .* p99 .* errors 0 {2}retransmits 0$/m);
    expect(stdout.indexOf("0.1s")).toBeLessThan(stdout.indexOf("echobench"));
  });

  test("of --json FILE goes to the file, with the report on standard output", async () => {
    await using server = await ServerProgram.start();
    const file = folder.join("result.json");
    const { stdout } = await runClient(...to(server), "--messages", "100", "--json", file);
    expect(runResultSchema.parse(await Bun.file(file).json()).totals.messages).toBe(100);
    expect(stdout).toContain("PASS  every byte came back as it was sent");
    for (const part of ["p50", "p75", "p90", "p95", "p99", "p99.9", "p99.99", "max", "Errors      none", "≤"]) {
      expect(stdout).toContain(part);
    }
  });

  test("of --hdr FILE is what HdrHistogram's plotter reads", async () => {
    await using server = await ServerProgram.start();
    const file = folder.join("percentiles.txt");
    const { result } = await runClientForResult(...to(server), "--messages", "5000", "--hdr", file);
    const [header = "", , ...lines] = (await Bun.file(file).text()).split("\n");
    expect(header.trim().split(/\s+/)).toEqual(["Value", "Percentile", "TotalCount", "1/(1-Percentile)"]);
    const rows = lines.filter((line) => /^\s*\d/.test(line)).map((line) => line.trim().split(/\s+/).map(Number));
    const median = rows.find(([, percentile = 0]) => percentile >= 0.5)?.[0] ?? 0;
    expect(median).toBeCloseTo(result.rttNs.p50 / 1e6, 2);
    expect(rows.at(-1)?.slice(1, 3)).toEqual([1, 5_000]);
  });

  test("nothing is sent when the file of the result cannot be written", async () => {
    await using server = await ServerProgram.start();
    const file = "/no/such/folder/r.json";
    const { exitCode, stdout, stderr } = await runClient(...to(server), "--messages", "10", "--json", file);
    expect(stderr).toBe('error: --json "/no/such/folder/r.json": cannot be written: no such folder\n');
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
    await server.stop();
    expect(server.stdout).toContain("Connections  0 total");
  });
});

describe("thresholds", () => {
  const hundred = (server: ServerProgram): string[] => [...to(server), "--messages", "100"];

  test("that are all kept end in exit 0", async () => {
    await using server = await ServerProgram.start();
    const thresholds = ["--expect", "p99<60s,errors==0", "--expect", "messages==100"];
    const { exitCode, result } = await runClientForResult(...hundred(server), ...thresholds);
    expect(result.expectations.map(({ expression, ok }) => [expression, ok])).toEqual([
      ["p99<60s", true],
      ["errors==0", true],
      ["messages==100", true],
    ]);
    expect(exitCode).toBe(0);
  });

  test("of which one is broken are all judged and shown, and end in exit 4", async () => {
    await using server = await ServerProgram.start();
    const thresholds = ["--expect", "max<1ns", "--expect", "messages>=100"];
    const { exitCode, stdout } = await runClient(...hundred(server), ...thresholds);
    expect(stdout).toMatch(/^ {2}broken {2}max<1ns +\d/m);
    expect(stdout).toMatch(/^ {2}kept {4}messages>=100 +100$/m);
    expect(stdout).toEndWith("FAIL  1 threshold broken\n");
    expect(exitCode).toBe(4);
  });

  test("that are broken by a failed run end in exit 1, which is more serious", async () => {
    await using server = await ServerProgram.start("--max-conns", "1");
    const { exitCode, result } = await runClientForResult(...hundred(server), "--conns", "3", "--expect", "errors==0");
    expect(result.expectations).toEqual([{ expression: "errors==0", actual: 2, ok: false }]);
    expect(exitCode).toBe(1);
  });
});
