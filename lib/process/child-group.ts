import { readdirSync, readFileSync } from "node:fs";
import { sleep, within } from "../timers.ts";

const kills = new Set<() => void>();

// What a child would do alone, such as load the next measurement of another run, is worse than losing it.
process.on("exit", () => kills.forEach((kill) => kill()));

/** Calls `kill` when this program ends before the child does. */
export function killAtExit(child: Bun.Subprocess, kill: () => void): void {
  kills.add(kill);
  void child.exited.finally(() => kills.delete(kill));
}

/** A child that was started as `detached`, so that whatever it starts is in one group with it. */
export type GroupLeader = Pick<Bun.Subprocess, "pid" | "exited">;

function signalGroup({ pid }: Pick<GroupLeader, "pid">, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    // Nobody is left.
    return false;
  }
}

/** Kills a child that was started as `detached`, with whatever it has started. */
export const killGroup = (leader: Pick<GroupLeader, "pid">): void => void signalGroup(leader, "SIGKILL");

/** Whether a process is of this group and has not ended. Its parent may never ask for the exit code of one that has. */
function isLiveIn(group: number, pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // proc_pid_stat(5): the name, which may hold anything, is in parentheses; then state, parent and group.
    const [state, , its] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(its) === group && state !== "Z" && state !== "X";
  } catch {
    return false;
  }
}

function hasLive(leader: GroupLeader): boolean {
  if (!signalGroup(leader, 0)) return false;
  if (process.platform !== "linux") return true;
  return readdirSync("/proc").some((name) => /^\d+$/.test(name) && isLiveIn(leader.pid, name));
}

/** Between two looks at who is left. */
const LOOK_MS = 10;

async function untilEmpty(leader: GroupLeader, giveUp: AbortSignal): Promise<void> {
  await leader.exited;
  while (!giveUp.aborted && hasLive(leader)) await sleep(LOOK_MS, giveUp);
}

/** Asks a group to end, by SIGTERM, and kills whoever is left after a while, or when `hurry` aborts. */
export async function endGroup(leader: GroupLeader, graceMs: number, hurry?: AbortSignal): Promise<void> {
  const kill = (): void => killGroup(leader);
  // The leader, often a shell, may end before the others.
  kills.add(kill);
  signalGroup(leader, "SIGTERM");
  const over = new AbortController();
  await within(untilEmpty(leader, over.signal), graceMs, hurry);
  over.abort();
  kill();
  await leader.exited;
  kills.delete(kill);
}
