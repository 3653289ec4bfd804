import type { Random } from "../random.ts";
import type { World } from "../world.ts";

/** Something that goes wrong, and what has to be right meanwhile. */
export interface Fault {
  readonly name: string;
  /** faults of different lanes happen at the same time */
  readonly lane: "server" | "client" | "network";
  /** why it cannot be injected here, if so */
  readonly missing?: () => string | undefined;
  /** @throws when something was not as it has to be */
  readonly inject: (world: World, random: Random) => Promise<void>;
}

/** Whether this process may make namespaces and mounts. */
export const isRoot = process.platform === "linux" && process.getuid?.() === 0;

/** Whether the kernel can delay, reorder and corrupt; asked in a network namespace of its own. */
export function missingNetem(): string | undefined {
  const command = ["unshare", "--net", "tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"];
  const ask = (): boolean => Bun.spawnSync(command, { stdout: "ignore", stderr: "ignore" }).exitCode === 0;
  return missing("unshare", "ip", "tc", "nft") ?? (ask() ? undefined : "this kernel has no netem");
}

/** Why a fault that needs root and these tools cannot be injected. */
export function missing(...tools: readonly string[]): string | undefined {
  if (!isRoot) return "needs root";
  const absent = tools.filter((tool) => !Bun.which(tool));
  return absent.length > 0 ? `needs ${absent.join(", ")}` : undefined;
}
