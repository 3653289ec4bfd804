#!/usr/bin/env bun
import { z } from "zod";
import { programCommand, runOneOf } from "../lib/command.ts";
import { exitCodes } from "../lib/errors.ts";
import { print } from "../lib/output.ts";
import { benchOptions, benchSections, rttOptions, rttSections } from "./options.ts";
import { runPeers } from "./peers.ts";
import { runRtt } from "./rtt.ts";
import { runBench } from "./run.ts";

const notes = ["Exit codes: 0 measured, 1 a measurement failed, 2 wrong usage, 130 interrupted."];

const printing =
  <T>(measure: (options: T) => Promise<string>) =>
  async (options: T) => {
    await print(`${await measure(options)}\n`);
    return exitCodes.success;
  };

const shared = { sections: benchSections, schema: benchOptions, notes };

const run = programCommand({
  ...shared,
  name: "echo-bench run",
  command: "bun run bench",
  summary: "measures server and client against each other, repeatedly",
  examples: [
    ["bun run bench", "all scenarios, five interleaved rounds"],
    ["bun run bench --quick --only small,large", "two scenarios, for a first look"],
  ],
  run: printing(runBench),
  notes: ["Other commands: peers, rtt and micro, each with its own --help.", ...notes],
});

const peers = programCommand({
  ...shared,
  name: "echo-bench peers",
  command: "bun run bench peers",
  summary: "measures server and client each against a plain C epoll program, side by side",
  examples: [["bun run bench peers --rounds 10 --only small,large", "ten rounds of two scenarios; needs a C compiler"]],
  run: printing(runPeers),
});

const rtt = programCommand({
  sections: rttSections,
  schema: rttOptions,
  notes,
  name: "echo-bench rtt",
  command: "bun run bench rtt",
  summary: "measures single round trips over message sizes (tinybench)",
  examples: [["bun run bench rtt --duration 5s", "five seconds for each size"]],
  run: printing(runRtt),
});

const micro = programCommand({
  name: "echo-bench micro",
  command: "bun run bench micro",
  summary: "measures the code that runs for every message, without sockets (mitata)",
  sections: {},
  schema: z.object({}),
  notes,
  examples: [["bun run bench micro", "verification, recording, the outbox"]],
  run: async () => {
    const { runMicro } = await import("./micro/hot-path.ts");
    await runMicro();
    return exitCodes.success;
  },
});

await runOneOf({ run, peers, rtt, micro }, "run", process.argv.slice(2));
