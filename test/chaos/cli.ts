import { programCommand, runProgram } from "../../lib/cli/command.ts";
import { runChaos } from "./chaos.ts";
import { chaosSchema, chaosSections } from "./options.ts";

const chaos = programCommand({
  name: "echo-chaos",
  summary: "server and client under load and every kind of fault at the same time, for a long time",
  command: "bun run chaos",
  sections: chaosSections,
  schema: chaosSchema,
  examples: [["bun run chaos --duration 1h --engine epoll --json chaos.json", "an hour on one engine"]],
  notes: [
    "Needs root, ip, nft, tc and unshare for the faults of networks and full disks; without them it says what it left out.",
    "Exit codes: 0 everything was as it has to be, 1 it was not, 2 wrong usage.",
  ],
  run: runChaos,
});

await runProgram(chaos, process.argv.slice(2));
// A fault that was under way at Ctrl+C may still wait for something.
process.exit();
