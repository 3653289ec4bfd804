import { cpus } from "node:os";

/** Which cores server and load run on. */
export interface Placement {
  /** prefix of the server's command */
  readonly server: readonly string[];
  /** prefix of the load generator's command */
  readonly load: readonly string[];
  readonly description: string;
}

/** Puts the server on the first core and the load on all others, so that they never share one, where that is possible. */
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
