#!/usr/bin/env bun
import { isLoopback, stripBrackets } from "../lib/address.ts";
import { programCommand, runProgram } from "../lib/command.ts";
import { connectionCapacity } from "../lib/descriptors.ts";
import { type ExitCode, exitCodes } from "../lib/errors.ts";
import { print } from "../lib/output.ts";
import { watchSignals } from "../lib/signals.ts";
import { version } from "../lib/version.ts";
import { describeBuffers } from "./kernel-notes.ts";
import { createJsonFormat } from "./log-json.ts";
import { createTextFormat } from "./log-text.ts";
import { Log } from "./log.ts";
import { checkServerOptions, serverConflicts, type ServerOptions, serverOptions, serverSections } from "./options.ts";
import { EchoServer } from "./server.ts";
import { toSettings } from "./settings.ts";

const untrusted = "No authentication, no encryption: for trusted networks only";

async function serve(options: ServerOptions): Promise<ExitCode> {
  checkServerOptions(options);
  const format = options.logFormat === "json" ? createJsonFormat() : createTextFormat(!process.stdout.isTTY);
  const log = new Log(format, options, print);
  const startedAtMs = performance.now();
  using signals = watchSignals();
  const settings = toSettings(options, connectionCapacity());
  const { server, listener } = await EchoServer.start(settings, log);
  const { endpoint, granted } = listener;
  const notes = granted ? [describeBuffers(settings.listening.buffers, granted)] : [];
  if (options.unix === undefined && !isLoopback(stripBrackets(options.host))) notes.push(untrusted);
  log.start({ version, endpoint, granted, notes });

  await new Promise((resolve) => signals.stop.addEventListener("abort", resolve, { once: true }));
  const cut = await server.stop(options.grace, signals.force);
  await log.end({ ...server.counters, uptimeMs: performance.now() - startedAtMs, cut });
  return signals.force.aborted ? exitCodes.interrupted : exitCodes.success;
}

const command = programCommand({
  name: "echo-server",
  command: "bun run server",
  summary: "a TCP server that sends back every byte it receives",
  sections: serverSections,
  schema: serverOptions,
  conflicts: serverConflicts,
  examples: [
    ["bun run server", "listen on port 7878 of every interface"],
    ["bun run server --host :: --port 8080 --verbose", "IPv4 and IPv6, one line for every read"],
    [
      "bun run server --buffer 65536 --max-conns 100 --idle-timeout 30s",
      "larger buffers, at most 100 peers, none of them idle",
    ],
    ["bun run server --allow 10.0.0.0/8 --log-format json > echo.log", "one network only, a log for machines"],
  ],
  notes: [
    "Exit codes: 0 after Ctrl+C or SIGTERM, 2 wrong usage, 3 could not listen, 130 when a second Ctrl+C cut the shutdown short.",
    `${untrusted}.`,
  ],
  run: serve,
});

await runProgram(command, process.argv.slice(2));
