import type { RunResult } from "../result/run-result.ts";
import { formatBytes, plural } from "../text/format-units.ts";

/** The machine and the build that measured, as names and values for people. */
export function machineFacts({
  environment,
  tool,
}: Pick<RunResult, "environment" | "tool">): Array<[name: string, value: string]> {
  const { os, kernel, arch, cpu, cores, memoryBytes, loadAverage1m } = environment;
  return [
    ["operating system", `${os} ${kernel}`],
    ["processor", `${cpu}, ${arch}, ${plural(cores, "core")}`],
    ["memory", formatBytes(memoryBytes)],
    ["load average over a minute", loadAverage1m.toFixed(2)],
    ["echobench", `${tool.version}, ${tool.commit === null ? "unknown commit" : `commit ${tool.commit}`}`],
    ["Bun", tool.bun],
  ];
}
