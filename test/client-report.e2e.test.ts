import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { resultOf } from "../lib/result/run-result.fixture.ts";
import { flipBit, startHostileServer } from "./fixtures/hostile-server.ts";
import { runClient, runTool, ServerProgram, startClient, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());
const file = (name: string): string => folder.join(name);
const read = (path: string): string => readFileSync(path, "utf8");

/** A stream has no round trips, so that it has no percentiles. */
const exportsOf = (load: readonly string[]) => [
  "html",
  "csv",
  "prometheus",
  ...(load.includes("stream") ? [] : ["hdr"]),
];

/** Runs a load that writes everything, and then reports it from its JSON: both have to give the same. */
async function expectSame(port: number, ...load: readonly string[]) {
  using own = new TemporaryFolder();
  const exports = exportsOf(load);
  const exportsTo = (name: string): string[] => exports.flatMap((kind) => [`--${kind}`, own.join(`${name}.${kind}`)]);
  const run = await runClient(...to({ port }), "--quiet", "--json", own.join("run.json"), ...exportsTo("run"), ...load);
  const again = await runClient("report", own.join("run.json"), ...exportsTo("again"));
  expect(again.stdout).toBe(run.stdout);
  expect(again.exitCode).toBe(run.exitCode);
  expect(again.stderr).toBe("");
  for (const kind of exports) expect(read(own.join(`again.${kind}`))).toBe(read(own.join(`run.${kind}`)));
  return run;
}

testWith("promtool")("the metrics of a run satisfy promtool, and have its labels and its failure", async () => {
  using server = startHostileServer(flipBit(50_000, 0));
  const written = file("run.prom");
  const labels = [
    "--label",
    "site=berlin",
    "--label",
    "kind=a",
    "--label",
    "a-b=1",
    "--label",
    "a_b=2",
    "--label",
    '2nd-line=a "b" \\n',
  ];
  const { exitCode } = await runClient(...to(server), "--messages", "100", "--prometheus", written, ...labels);
  expect(exitCode).toBe(1);
  const text = read(written);
  expect(await runTool(["promtool", "check", "metrics"], text)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  const common = String.raw`site="berlin",kind_2="a",a_b="1",a_b_2="2",_2nd_line="a \"b\" \\n"`;
  expect(text).toContain(`\nechobench_run_passed{${common}} 0\n`);
  expect(text).not.toContain("echobench_run_connections_per_second");
  expect(text).toContain(`\nechobench_run_errors_by_kind{kind="mismatch",${common}} 1\n`);
  expect(text).toMatch(/\nechobench_run_rtt_seconds\{percentile="99\.9",site="berlin",[^}]*\} \d/);
});

test("the metrics of a stream have no messages, which it has not counted", async () => {
  await using server = await ServerProgram.start();
  const written = file("stream.prom");
  const load = ["--mode", "stream", "--bytes", "1MB", "--prometheus", written];
  expect((await runClient(...to(server), ...load)).exitCode).toBe(0);
  expect(read(written)).toMatch(/^echobench_run_received_bytes 1000000$/m);
  expect(read(written)).not.toContain("echobench_run_messages");
});

describe.concurrent("client report", () => {
  test.each([
    ["a closed loop", ["--messages", "3000", "--conns", "3", "--threads", "2", "--pipeline", "4"], 0],
    ["drawn sizes and kept thresholds", ["--messages", "300", "--size", "64:7,576:4,1500:1", "--expect", "p99<9s"], 0],
    ["a broken threshold", ["--messages", "100", "--expect", "max<1ns", "--expect", "messages>=1,errors==0"], 4],
    ["an open loop", ["--rate", "2k", "--arrival", "poisson", "--duration", "300ms", "--warmup", "50ms"], 0],
    ["a stream", ["--mode", "stream", "--bytes", "5MB", "--ramp", "10ms", "--conns", "2"], 0],
    ["connects", ["--mode", "churn", "--messages", "50"], 0],
    ["bytes that were not compared", ["--messages", "50", "--no-verify", "--label", "site=berlin"], 0],
    ["Bun's sockets", ["--messages", "50", "--engine", "bun"], 0],
  ])("prints and exports %s as the run did", async (_, load, exitCode) => {
    await using server = await ServerProgram.start();
    expect((await expectSame(server.port, ...load)).exitCode).toBe(exitCode);
  });

  test("prints the errors of a run that failed as the run did", async () => {
    using server = startHostileServer(flipBit(1_234, 3));
    const run = await expectSame(server.port, "--messages", "100");
    expect(run.stdout).toContain("FAIL  1 error");
    expect(run.exitCode).toBe(1);
  });

  test("prints a run that was interrupted, with its exit code, from standard input too", async () => {
    await using server = await ServerProgram.start("--verbose");
    const load = [...to(server), "--duration", "60s", "--warmup", "0", "--json", file("cut.json")];
    await using client = startClient(...load);
    await server.sawTimes(" DATA ", 10);
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    const again = await runTool([process.execPath, "client/cli.ts", "report", "-"], read(file("cut.json")));
    expect(again.stdout).toBe(client.stdout);
    expect(again.exitCode).toBe(130);
  });

  test("prints several one after the other and then side by side, and exits as the worst of them", async () => {
    await using server = await ServerProgram.start();
    const load = [...to(server), "--messages", "10"];
    const good = await runClient(...load, "--json", file("good.json"));
    const bad = await runClient(...load, "--expect", "p50<1ns", "--json", file("bad.json"));
    const files = [file("good.json"), file("bad.json"), file("good.json")];
    const all = await runClient("report", ...files);
    expect(all.stdout).toStartWith([good.stdout, bad.stdout, good.stdout].join("\n"));
    const together = all.stdout.slice([good.stdout, bad.stdout, good.stdout].join("\n").length);
    expect(together).toStartWith(`\nSide by side\n1  ${file("good.json")}  PASS  every byte`);
    expect(together).toContain(`\n2  ${file("bad.json")}  FAIL  1 threshold broken\n`);
    expect(together).toMatch(/^messages\/s +[\d,]+\/s +[\d,]+\/s ×[\d.]+ +[\d,]+\/s ×1\.00$/m);
    expect(together).toContain("\n3 is the same run as 1\n");
    expect(all.exitCode).toBe(4);
    const page = file("all.html");
    expect((await runClient("report", ...files, "--html", page)).exitCode).toBe(4);
    expect(read(page)).toContain("3 runs side by side");
    const refused = await runClient("report", ...files, "--csv", file("x.csv"));
    expect(refused.stderr).toBe(`error: --csv "${file("x.csv")}": expected one FILE, found 3\n`);
    expect(refused.exitCode).toBe(2);
  });

  test("gives a result of an earlier version the reason and the exit code that it lacks", async () => {
    await using server = await ServerProgram.start();
    const load = [...to(server), "--messages", "10", "--expect", "p50<1ns"];
    const run = await runClient(...load, "--json", file("new.json"));
    const { reason: _, exitCode: __, ...earlier } = JSON.parse(read(file("new.json"))) as Record<string, unknown>;
    const { stdout, exitCode } = await runClient("report", folder.write("earlier.json", JSON.stringify(earlier)));
    expect({ stdout, exitCode }).toEqual({ stdout: run.stdout, exitCode: 4 });
  });

  test.each([
    ["is cut short", JSON.stringify(resultOf()).slice(0, 500), "it is no JSON, or cut short: "],
    ["is empty", "\n", "it is empty"],
    ["is no object", "[]", 'it has no "schema"'],
    ["is of bench", '{"schema":"echobench.suite/1"}', 'its schema is "echobench.suite/1", which bench report shows'],
    ["is of a diagnosis", '{"schema":"echobench.soak/1"}', 'its schema is "echobench.soak/1"'],
    [
      "lacks a part",
      JSON.stringify(resultOf({ totals: undefined as never })),
      "totals: expected an object, found nothing",
    ],
    [
      "has a broken histogram",
      JSON.stringify(resultOf({ histograms: { rtt: "HIST" } })),
      "histograms.rtt: expected an HdrHistogram in base64",
    ],
  ])("a file that %s is wrong usage, and nothing is printed", async (_, text, problem) => {
    using own = new TemporaryFolder();
    const [good, wrong] = [own.write("good.json", JSON.stringify(resultOf())), own.write("wrong.json", text)];
    const { stdout, stderr, exitCode } = await runClient("report", good, wrong);
    const expected = `"${wrong}": expected a result that client --json wrote (echobench.run/1)`;
    expect(stderr).toStartWith(`error: ${expected}: ${problem}`);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
  });

  test("destroys no result: an export to the file that is read, or to standard output, is wrong usage", async () => {
    const saved = folder.write("kept.json", JSON.stringify(resultOf()));
    for (const [flag, path, other] of [
      ["--csv", saved, "FILE, the result"],
      ["--html", saved, "FILE, the result"],
      ["--hdr", "-", "the report"],
    ] as const) {
      const { stderr, exitCode } = await runClient("report", saved, flag, path);
      expect(stderr).toContain(`error: ${flag} "${path}": expected another file than ${other}`);
      expect(exitCode).toBe(2);
    }
    expect(readFileSync(saved, "utf8")).toBe(JSON.stringify(resultOf()));
  });

  test.each([
    [[], "FILE: expected at least one, or - for standard input"],
    [["/no/such.json"], '"/no/such.json": expected a result that client --json wrote (echobench.run/1): no such file'],
    [["/tmp"], '"/tmp": expected a result that client --json wrote (echobench.run/1): it is a folder'],
    [["x.json", "--html", "/no/such/x.html"], '--html "/no/such/x.html": cannot be written: no such folder'],
    [["x.json", "--conns", "3"], '--conns "3": unknown flag'],
  ])("client report %p is wrong usage", async (words, message) => {
    const { stdout, stderr, exitCode } = await runClient("report", ...words);
    expect(stderr).toContain(`error: ${message}`);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
  });
});

describe.concurrent("hdr-histogram-js", () => {
  const spy = folder.write(
    "spy.ts",
    `process.on("exit", () => {
      const loaded = Object.keys(require.cache).some((name) => name.includes("hdr-histogram-js"));
      process.stderr.write(loaded ? "loaded\\n" : "not loaded\\n");
    });`,
  );

  test.each([
    ["not loaded", "for help", ["--help"]],
    ["not loaded", "for the report", ["--messages", "10"]],
    [
      "not loaded",
      "for pages and tables",
      ["--messages", "10", "--html", file("lazy.html"), "--csv", file("lazy.csv")],
    ],
    ["loaded", "for --hdr", ["--messages", "10", "--hdr", file("lazy.hdr")]],
    ["not loaded", "for --json", ["--messages", "10", "--json", file("lazy.json")]],
  ])("is %s %s", async (expected, _use, words) => {
    await using server = await ServerProgram.start();
    const command = [process.execPath, "--preload", spy, "client/cli.ts", ...to(server), ...words];
    const { stderr, exitCode } = await runTool(command, "");
    expect(stderr.trimEnd().split("\n").at(-1)).toBe(expected);
    expect(exitCode).toBe(0);
  });
});
