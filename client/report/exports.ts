import { checkDistinct, type NamedFile, writeOutput } from "../../lib/process/output.ts";
import { LatencyHistogram } from "../../lib/latency/histogram.ts";
import { renderRunPage } from "./run-page.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import type { ClientOptions } from "../options/options.ts";
import { intervalsToCsv } from "./interval-rows.ts";

/** Files that a result is exported to. */
type ExportFiles = Pick<ClientOptions, "csv" | "html" | "hdr" | "prometheus">;

/** The exports that are wanted, by their flags. */
const namedExports = ({ csv, html, hdr, prometheus }: ExportFiles): NamedFile[] =>
  Object.entries({ "--csv": csv, "--html": html, "--hdr": hdr, "--prometheus": prometheus }).flatMap(
    ([flag, path]): NamedFile[] => (path ? [[flag, path]] : []),
  );

/**
 * Checks that no file is one that is read or written otherwise.
 * @throws UsageError when one is
 */
export function checkExports(files: ExportFiles, others: readonly NamedFile[]): void {
  checkDistinct(namedExports(files), others);
}

/** Only this export needs hdr-histogram-js. */
async function percentileText({ histograms: { rtt } }: DecodedResult): Promise<string> {
  const { latencyPercentiles } = await import("../../lib/latency/hdr.ts");
  return latencyPercentiles(rtt ?? new LatencyHistogram());
}

/** Only this export needs prom-client. */
async function prometheusText(result: DecodedResult): Promise<string> {
  const { resultToPrometheus } = await import("./run-metrics.ts");
  return resultToPrometheus(result);
}

/** Writes the files. */
export async function writeExports({ csv, html, hdr, prometheus }: ExportFiles, result: DecodedResult): Promise<void> {
  if (csv) await writeOutput("--csv", csv, intervalsToCsv(result.intervals));
  if (html) await writeOutput("--html", html, renderRunPage(result));
  if (hdr) await writeOutput("--hdr", hdr, await percentileText(result));
  if (prometheus) await writeOutput("--prometheus", prometheus, await prometheusText(result));
}
