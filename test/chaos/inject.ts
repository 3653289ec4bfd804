import { createRandom } from "../../lib/payload/random.ts";
import { messageOf } from "../../lib/errors.ts";
import { keepOutput } from "./client-run.ts";
import type { Fault } from "./faults/fault.ts";
import { checkHealth, within } from "./health.ts";
import { scheduleOf } from "./schedule.ts";
import type { World } from "./world.ts";

/** A fault that takes longer hangs. */
const LIMIT_MS = 150_000;

async function injectOne(world: World, { name, inject }: Fault, seed: number): Promise<void> {
  const random = createRandom(seed);
  try {
    await within(LIMIT_MS, name, inject(world, random));
    for (const server of world.servers.values()) await checkHealth(world, server, random);
    world.tally.addFault(name, true);
  } catch (error) {
    const message = messageOf(error);
    // The end of chaos ends the children that a fault needs.
    if (world.stop.aborted) return;
    world.tally.addFault(name, false);
    const file = /; see (\S+)$/.exec(message)?.[1] ?? keepOutput(world, name, message);
    world.tally.failures.push({ engine: world.engine, name, seed, atMs: world.now(), message, file });
  }
}

/** Injects faults, one after the other in each lane, until the time is over. */
export async function keepInjecting(
  world: World,
  chosen: readonly Fault[],
  seed: number,
  untilMs: number,
): Promise<void> {
  const isPossible = ({ name, missing }: Fault): boolean => {
    const reason = missing?.();
    if (reason !== undefined) world.tally.skip(name, reason);
    return reason === undefined;
  };
  const possible = chosen.filter(isPossible);
  const keep = async (lane: Fault["lane"], at: number): Promise<void> => {
    const ofLane = possible.filter((fault) => fault.lane === lane);
    for (const due of scheduleOf((seed + at) >>> 0, ofLane)) {
      await Bun.sleep(due.pauseMs);
      if (world.stop.aborted || world.now() >= untilMs) return;
      await injectOne(world, due.fault, due.seed);
    }
  };
  await Promise.all((["server", "client", "network"] as const).map(keep));
}
