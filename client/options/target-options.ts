import { isIP } from "node:net";
import { sourceProblem } from "../../lib/address/host.ts";
import { flag, integer, list, text } from "../../lib/cli/option-kinds.ts";
import { ValueError } from "../../lib/errors.ts";
import { shownCommand } from "../../lib/text/shown-command.ts";

/** Where a server listens unless it is told otherwise. */
export const DEFAULT_PORT = 7878;

const endpoint = {
  host: text("HOST", "a host name or address").prefault("127.0.0.1").describe("server to connect to"),
  port: integer("PORT", 1, 65_535).prefault(DEFAULT_PORT).describe("its port"),
};

function parseSource(address: string): string | undefined {
  if (isIP(address) === 0) return undefined;
  const problem = sourceProblem(address);
  if (problem !== undefined) throw new ValueError(problem);
  return address;
}

const families = {
  ipv4: flag("4").prefault(false).describe("use only IPv4 addresses of the host"),
  ipv6: flag("6").prefault(false).describe("use only IPv6 addresses of the host"),
};

/** The options that name a TCP server. */
export const tcpTarget = { ...endpoint, ...families };

/** Where the services of one way listen. */
export const oneWayPorts = {
  discard: integer("PORT", 1, 65_535)
    .prefault(7879)
    .describe("port of the server's discard, to which bytes are sent one way"),
  chargen: integer("PORT", 1, 65_535)
    .prefault(7880)
    .describe("port of the server's chargen, from which bytes come one way"),
};

/** What stands for a free port in the command of a server: of its echo, its discard and its chargen. */
export const portMarks = { port: "{port}", discard: "{discard}", chargen: "{chargen}" } as const;

/** Whether a command of a server names a free port. */
export const namesFreePort = (command: string): boolean =>
  Object.values(portMarks).some((mark) => command.includes(mark));

/** Where to connect, and from where. */
export const target = {
  ...endpoint,
  ...oneWayPorts,
  serverCommand: text("COMMAND", "a command such as './server {port}'", { shown: shownCommand })
    .optional()
    .describe(
      `the command that starts the server for this run, ended afterwards; {port}, {discard} and {chargen} in it become free ports of 127.0.0.1, without them the server has to listen where the client connects`,
    ),
  unix: text("PATH", "the path of a socket file")
    .optional()
    .describe("connect to a Unix socket instead of host and port"),
  bind: list("ADDR", "an address of this machine", parseSource)
    .prefault([])
    .describe("source addresses, used in turn by the connections; each has its own 28,000 or so ports"),
  ...families,
};
