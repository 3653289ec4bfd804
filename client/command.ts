import { hasMessages } from "../lib/result/load-modes.ts";
import { messages, programCommand } from "../lib/cli/command.ts";
import type { ExitCode } from "../lib/errors.ts";
import { standardError } from "../lib/process/standard-streams.ts";
import { watchStop } from "../lib/process/stop.ts";
import type { DecodedResult } from "../lib/result/decoded-result.ts";
import { RunMonitor } from "./live/run-monitor.ts";
import { showRunStatus } from "./live/status.ts";
import { clientConflicts, type ClientOptions, clientOptions, clientSections } from "./options/options.ts";
import { checkpointFor } from "./report/checkpoint.ts";
import { checkOutputs, observerFor, writeOutputs } from "./report/outputs.ts";
import { checkRun, executeRun } from "./run/execute.ts";
import { withFreePort } from "./run/server-command.ts";
import { joinObservers } from "./run/observer.ts";

/** Serves the live page, if it is asked for. It takes as long to load as all the rest, so it is loaded only then. */
async function startAdmin(options: ClientOptions, monitor: RunMonitor): Promise<AsyncDisposable | undefined> {
  const { admin, adminToken, mode } = options;
  if (!admin) return undefined;
  const { startRunAdmin } = await import("./live/admin.ts");
  const server = await startRunAdmin({ admin, adminToken, monitor, isStream: !hasMessages(mode) });
  messages.log(`Live page at ${server.url}`);
  return server;
}

/** Runs the load, with its figures below all other text if there is a terminal for them. */
async function measure(options: ClientOptions, monitor: RunMonitor): Promise<DecodedResult> {
  const hasStatus = standardError.canRedraw && !options.quiet;
  using _status = hasStatus ? showRunStatus(monitor, !hasMessages(options.mode)) : undefined;
  return await executeRun(
    options,
    watchStop,
    (plan) => joinObservers([monitor.observe(plan), observerFor(options, plan), checkpointFor(options, plan)]),
    (message) => messages.warn(message),
  );
}

async function runClient(given: ClientOptions): Promise<ExitCode> {
  checkRun(given);
  const options = withFreePort(given);
  checkOutputs(options);
  const monitor = new RunMonitor(options);
  await using _admin = await startAdmin(options, monitor);
  const result = await measure(options, monitor);
  monitor.finish(result);
  await writeOutputs(options, result);
  return result.exitCode;
}

/** `client run`, which `client` alone means too. */
export const runCommand = programCommand({
  name: "echo-client",
  command: "bun run client",
  summary: "puts load on an echo server and checks every byte that comes back",
  sections: clientSections,
  schema: clientOptions,
  conflicts: clientConflicts,
  examples: [
    ["bun run client --conns 10 --duration 30s", "ten connections to this machine, one message at a time each"],
    ["bun run client --host 10.0.0.2 --size 64k --pipeline 8", "another machine, larger messages, eight in flight"],
    ["bun run client --messages 1000 --json result.json", "exactly 1,000 messages, report on screen, result in a file"],
    ["bun run client --expect 'p99<2ms' --expect 'messages/s>=10k'", "exit 4 when the measurement breaks a threshold"],
    ["bun run client --server-command './server {port}'", "starts a server for the run, and ends it afterwards"],
    [
      "bun run client --duration 1h --abort-on 'p99>50ms for 5s'",
      "exit 4 as soon as the server is that slow that long",
    ],
    ["bun run client --duration 1h --admin 9787", "live figures in a browser on this machine, and for Prometheus"],
    ["bun run client --bytes 1GB --json | jq .throughput", "the result on standard output, nothing else"],
  ],
  notes: [
    "Other commands: report, merge, probe, soak, bloat and sweep, each with its own --help.",
    "Exit codes: 0 every byte came back, 1 it did not, or a file could not be written, 2 wrong usage, 3 could not connect, 4 a threshold of --expect was broken or --abort-on ended the run although every byte came back, 130 interrupted (what was measured is still reported).",
    "--json FILE has what was measured until a few seconds ago, as the result of a run that was interrupted, so that little is lost with the machine.",
  ],
  run: runClient,
});
