/** Descriptors the process needs besides its connections: standard streams, event loop, threads, files. */
const RESERVE = 32;

/** Soft limit of open files; Bun has raised it to the hard one. Undefined where the platform does not tell. */
export function descriptorLimit(): number | undefined {
  const report: unknown = process.report?.getReport();
  const limits = (report as { userLimits?: { open_files?: { soft?: unknown } } } | undefined)?.userLimits;
  const soft = limits?.open_files?.soft;
  return typeof soft === "number" && soft > 0 ? soft : undefined;
}

/** How many connections fit under the descriptor limit with room left for everything else. */
export function connectionCapacity(limit: number | undefined = descriptorLimit()): number {
  return limit === undefined ? 1_000 : Math.max(1, limit - Math.max(RESERVE, Math.ceil(limit / 100)));
}
