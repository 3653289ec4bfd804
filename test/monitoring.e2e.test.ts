import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { resultToPrometheus } from "../client/report/run-metrics.ts";
import { decodedResultOf } from "../lib/result/run-result.fixture.ts";
import { metricsContentType } from "../lib/text/prometheus.ts";
import { startWithAdmin } from "./fixtures/admin.ts";
import { Program, runTool } from "./fixtures/program.ts";
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

describe("a configuration of Prometheus", () => {
  testWith("promtool").each(["docs/prometheus.yml", "deploy/prometheus.yml"])("%s is accepted", async (path) => {
    const { exitCode, stdout } = await runTool(["promtool", "check", "config", "--syntax-only", path], "");
    expect(stdout).toContain("SUCCESS");
    expect(exitCode).toBe(0);
  });
});
