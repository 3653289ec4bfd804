import { cpus } from "node:os";

/** Which cores the two ends of a measurement run on. */
export interface Placement {
  /** command prefix of a server */
  readonly server: readonly string[];
  /** command prefix of a load generator */
  readonly load: readonly string[];
  readonly description: string;
}

/** Server on the first core and load on the others where that can be had, so that they do not take turns on one. */
export function choosePlacement(): Placement {
  const cores = cpus().length;
  if (cores < 2 || Bun.which("taskset") === null) {
    return { server: [], load: [], description: "server and load share the cores" };
  }
  const others = cores === 2 ? "1" : `1-${cores - 1}`;
  return {
    server: ["taskset", "-c", "0"],
    load: ["taskset", "-c", others],
    description: `server on core 0, load on core ${others}`,
  };
}
