import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TOML } from "bun";
import { z } from "zod";
import { liveMetricNames } from "../client/live/metrics.ts";
import { intervalsToCsv } from "../client/report/interval-rows.ts";
import { resultToPrometheus } from "../client/report/run-metrics.ts";
import { decodedResultOf } from "../lib/result/run-result.fixture.ts";
import { parseSizeBytes } from "../lib/text/parse-units.ts";
import { metricsContentType } from "../lib/text/prometheus.ts";
import { startWithAdmin } from "./fixtures/admin.ts";
import { Program, runClient, runTool, ServerProgram, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";
import { until } from "./fixtures/until.ts";

const root = join(import.meta.dir, "..");

const dashboardSchema = z.object({
  uid: z.string(),
  panels: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      gridPos: z.object({ x: z.int().min(0), y: z.int().min(0), w: z.int().min(1), h: z.int().min(1) }),
      datasource: z.object({ type: z.literal("prometheus"), uid: z.literal("${datasource}") }),
      targets: z.array(z.object({ expr: z.string() })).min(1),
    }),
  ),
});

const names = ["grafana-dashboard.json", "grafana-load-dashboard.json"] as const;
const read = (name: (typeof names)[number]) =>
  dashboardSchema.parse(JSON.parse(readFileSync(join(root, "docs", name), "utf8")));

/** The queries of a dashboard as Grafana sends them while everything is selected. */
const queriesOf = (name: (typeof names)[number]): string[] =>
  read(name).panels.flatMap(({ targets }) =>
    targets.map(({ expr }) => expr.replaceAll("$__rate_interval", "1m").replaceAll("$instance", ".+")),
  );

/** Serves metrics as an exporter does. */
const serveMetrics = (text: string) =>
  Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Response(text, { headers: { "Content-Type": metricsContentType } }),
  });

/** Prometheus, which scrapes these every 200 ms. @param targets hosts with their ports */
async function startPrometheus(folder: TemporaryFolder, targets: readonly string[]) {
  const config = {
    global: { scrape_interval: "200ms" },
    scrape_configs: [{ job_name: "echobench", static_configs: [{ targets }] }],
  };
  const prometheus = new Program([
    "prometheus",
    `--config.file=${folder.write("prometheus.json", JSON.stringify(config))}`,
    `--storage.tsdb.path=${folder.join("data")}`,
    "--web.listen-address=127.0.0.1:0",
  ]);
  const [, address = ""] = await prometheus.until(
    () => /msg="Listening on" address=(\S+)/.exec(prometheus.stderr),
    "the address of Prometheus",
  );
  await until(async () => (await fetch(`http://${address}/-/ready`)).ok, "Prometheus to be ready");
  const query = async (expr: string): Promise<unknown[]> => {
    const response = await fetch(`http://${address}/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`);
    const answer = (await response.json()) as { data?: { result: unknown[] }; error?: string };
    if (!answer.data) throw new Error(`${expr}: ${answer.error}`);
    return answer.data.result;
  };
  return { prometheus, query };
}

testWith("prometheus")(
  "every query of the dashboards finds figures in a Prometheus that scrapes a server and the file of a run",
  async () => {
    using folder = new TemporaryFolder();
    const { server, url } = await startWithAdmin("--workers", "2");
    await using _server = server;
    const errors = { total: 1, byKind: { reset: 1 }, first: [] };
    await using run = serveMetrics(await resultToPrometheus(decodedResultOf({ errors })));
    const targets = [new URL(url).host, `127.0.0.1:${run.port}`];
    const { prometheus, query } = await startPrometheus(folder, targets);
    await using _prometheus = prometheus;
    const queries = names.flatMap(queriesOf);
    expect(queries.length).toBeGreaterThan(25);
    // Rates need two scrapes.
    const empty = async (): Promise<string[]> => {
      const found = await Promise.all(queries.map(async (expr) => [expr, (await query(expr)).length] as const));
      return found.flatMap(([expr, count]) => (count === 0 ? [expr] : []));
    };
    await until(empty, "figures for every query", (unanswered) => unanswered.length === 0);
  },
);

describe("a dashboard", () => {
  test.each(names)("%s has panels beside each other, none over another, each with an id of its own", (name) => {
    const { panels } = read(name);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => [x + (i % w), y + Math.floor(i / w)] as const),
    );
    expect(Math.max(...cells.map(([x]) => x))).toBe(23);
    expect(new Set(cells.map(String)).size).toBe(cells.length);
  });
});

test("the dashboard for loads follows a load that runs, all but what is known at its end", () => {
  const asked = new Set(
    queriesOf("grafana-load-dashboard.json").flatMap((expr) => expr.match(/echobench_run_\w+/g) ?? []),
  );
  const onlyAtTheEnd = [...asked].filter((name) => !liveMetricNames.includes(name));
  expect(onlyAtTheEnd.map((name) => name.replace("echobench_run_", "")).toSorted()).toEqual([
    "connect_seconds",
    "errors_by_kind",
    "send_lag_seconds",
    "service_seconds",
    "window_wait_seconds",
  ]);
});

describe("a configuration of Prometheus", () => {
  testWith("promtool").each(["docs/prometheus.yml", "deploy/prometheus.yml"])("%s is accepted", async (path) => {
    const { exitCode, stdout } = await runTool(["promtool", "check", "config", "--syntax-only", path], "");
    expect(stdout).toContain("SUCCESS");
    expect(exitCode).toBe(0);
  });
});

describe("deploy/telegraf.conf", () => {
  const config = z
    .object({
      inputs: z.object({
        execd: z.tuple([
          z.object({
            command: z.array(z.string()),
            buffer_size: z.string(),
            tag_keys: z.tuple([z.literal("event")]),
            fieldinclude: z.array(z.string()),
            tagpass: z.object({ event: z.tuple([z.literal("interval")]) }),
          }),
        ]),
      }),
      processors: z.object({
        rename: z.tuple([z.object({ replace: z.array(z.object({ field: z.string(), dest: z.string() })) })]),
      }),
    })
    .parse(TOML.parse(readFileSync(join(root, "deploy/telegraf.conf"), "utf8")));
  const [input] = config.inputs.execd;
  const [{ replace }] = config.processors.rename;

  /** The numbers of an object under the names that Telegraf's JSON parser gives them. */
  const flatten = (data: unknown, name = ""): Array<readonly [name: string, value: number]> => {
    if (typeof data === "number") return [[name, data]];
    if (typeof data !== "object" || data === null) return [];
    return Object.entries(data).flatMap(([key, value]) => flatten(value, name === "" ? key : `${name}_${key}`));
  };

  test("runs a client whose intervals have every field that it sends, in lines that fit its buffer", async () => {
    await using server = await ServerProgram.start();
    const [program, client, ...options] = input.command;
    expect([program, client]).toEqual(["echobench", "client"]);
    const changes = [
      "--host",
      "127.0.0.1",
      ...to(server),
      "--warmup",
      "0s",
      "--duration",
      "600ms",
      "--interval",
      "200ms",
    ];
    const own = options
      .join(" ")
      .replace(/--host \S+ /, "")
      .replace(/--duration \S+ /, "")
      .split(" ");
    const { exitCode, stdout } = await runClient(...own, ...changes);
    expect(exitCode).toBe(0);
    const lines = stdout.trim().split("\n");
    const bufferBytes = parseSizeBytes(input.buffer_size) ?? Number.NaN;
    for (const line of lines) expect(line.length).toBeLessThan(bufferBytes);
    const intervals = lines
      .map((line) => JSON.parse(line) as { event: string })
      .filter(({ event }) => event === "interval");
    expect(intervals.length).toBeGreaterThan(1);
    for (const interval of intervals) {
      const fields = new Map(flatten(interval));
      for (const name of input.fieldinclude) expect([name, fields.has(name)]).toEqual([name, true]);
    }
  });

  test("gives every field that it sends the name of the column of --csv", () => {
    expect(replace.map(({ field }) => field)).toEqual(input.fieldinclude);
    const columns = intervalsToCsv([]).trim().split(",");
    for (const { dest } of replace) expect(columns).toContain(dest);
  });
});
