import { programCommand } from "../lib/cli/command.ts";
import { serverConflicts, serverOptions, serverSections } from "./options.ts";

/** The command line of the server. */
export const serverCommand = programCommand({
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
      "larger buffers, at most 100 peers, idle ones are closed",
    ],
    ["bun run server --allow 10.0.0.0/8 --log-format json > echo.log", "one network only, a log for machines"],
    ["bun run server --tls-self-signed", "TLS with a certificate made for this run; prints how a client can trust it"],
    ["bun run server --admin 9787 --stats", "live figures in a browser on this machine, and on the terminal"],
  ],
  notes: [
    "SIGHUP reads --tls-cert, --tls-key and --tls-ca again and reopens --log-file; connections stay open.",
    "Sockets that a service manager passes (LISTEN_FDS) take the place of --host, --port and --unix.",
    "Exit codes: 0 after Ctrl+C or SIGTERM, 1 the end of the log was lost, 2 wrong usage, 3 could not listen, 130 when a second Ctrl+C cut the shutdown short.",
    "No authentication, no encryption unless TLS is on: for trusted networks only.",
  ],
  run: async (options) => (await import("./serve.ts")).serve(options),
});
