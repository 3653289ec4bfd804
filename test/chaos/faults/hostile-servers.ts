import {
  addSurplus,
  type Behaviour,
  closeAt,
  dropByte,
  flipBit,
  repeatChunk,
  resetAt,
  stallAt,
  startHostileServer,
  swapChunks,
} from "../../fixtures/hostile-server.ts";
import { endOf, keepOutput, startClient } from "../client-run.ts";
import { between, type Random } from "../random.ts";
import type { Fault } from "./fault.ts";

const MESSAGE = 4_096;
const MESSAGES = 200;
const LIMIT_MS = 60_000;

/** A server that does something else than to echo, which the client has to name. */
const hostile = (name: string, kinds: readonly string[], behave: (at: number, random: Random) => Behaviour): Fault => ({
  name,
  lane: "client",
  async inject(world, random) {
    // Before the last two messages, so that there is something to compare.
    const at = between(random, MESSAGE, (MESSAGES - 50) * MESSAGE);
    using server = startHostileServer(behave(at, random));
    const load = ["--size", String(MESSAGE), "--messages", String(MESSAGES), "--pipeline", "4", "--timeout", "5s"];
    const { exitCode, result, program } = await endOf(
      startClient(world, ["--port", String(server.port), ...load]),
      LIMIT_MS,
    );
    const named = Object.keys(result?.errors.byKind ?? {});
    if (exitCode === 1 && named.length === 1 && kinds.includes(named[0] ?? "")) return;
    const message = `expected ${kinds.join(" or ")} and exit code 1, got ${named.join(", ") || "nothing"} and ${exitCode}`;
    throw new Error(`${message}; see ${keepOutput(world, name, message, program)}`);
  },
});

export const hostileServers: readonly Fault[] = [
  hostile("server-flips-a-bit", ["mismatch"], (at, random) => flipBit(at, between(random, 0, 7))),
  hostile("server-drops-a-byte", ["mismatch"], dropByte),
  hostile("server-duplicates", ["mismatch", "surplus"], repeatChunk),
  hostile("server-swaps", ["mismatch"], () => swapChunks(1_000)),
  hostile("server-adds-bytes", ["mismatch", "surplus"], (at) => addSurplus(at, 700)),
  hostile("server-stalls", ["echo-timed-out"], stallAt),
  hostile("server-closes-early", ["closed-early", "reset"], closeAt),
  hostile("server-resets", ["reset"], resetAt),
];
