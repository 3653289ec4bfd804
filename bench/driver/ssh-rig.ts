import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messages } from "../../lib/cli/command.ts";
import { commandLineOf, compile, startServer } from "./processes.ts";
import { localRig, type MeasuredCheckout, type Rig } from "./rig.ts";
import { SshHost } from "./ssh-host.ts";

/** The machines of a comparison; this one where there is none. */
export interface Machines {
  readonly serverOn?: string | undefined;
  readonly clientOn?: string | undefined;
}

const connect = async (flag: string, destination: string | undefined): Promise<SshHost | undefined> =>
  destination === undefined ? undefined : SshHost.connect(flag, destination);

/** Builds the one executable of each checkout and copies it to the hosts, so that they need neither Bun nor a registry. */
async function pushAll(checkouts: readonly MeasuredCheckout[], hosts: readonly SshHost[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "echobench-executables-"));
  try {
    for (const { name, checkout } of checkouts) {
      const executable = join(folder, name);
      await compile([process.execPath, join(checkout, "bin/build.ts"), executable]);
      for (const host of hosts) await host.push(executable, name);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const nameOf = (host: SshHost | undefined): string => host?.destination ?? "this machine";

function rigOf(server: SshHost | undefined, client: SshHost | undefined): Rig {
  return {
    description: `server on ${nameOf(server)}, load on ${nameOf(client)}`,
    address: server?.address ?? client?.callerAddress ?? "127.0.0.1",
    startServer: ({ name, checkout, environment }, options) =>
      server
        ? startServer([...server.command(name, "server"), ...options], {}, server)
        : startServer([...commandLineOf("server", checkout), ...options], environment),
    clientCommand: ({ name, checkout }) => client?.command(name, "client") ?? commandLineOf("client", checkout),
  };
}

/** The hosts of a comparison; none is this machine. */
export interface Hosts {
  readonly server: SshHost | undefined;
  readonly client: SshHost | undefined;
}

/** Goes to the machines, calls `use` with them and leaves nothing on them. */
export async function withHosts<T>({ serverOn, clientOn }: Machines, use: (hosts: Hosts) => Promise<T>): Promise<T> {
  await using server = await connect("--server-on", serverOn);
  await using client = await connect("--client-on", clientOn);
  return await use({ server, client });
}

/** Makes it possible to measure these checkouts on the hosts. */
export async function prepareRig({ server, client }: Hosts, checkouts: readonly MeasuredCheckout[]): Promise<Rig> {
  const hosts = [server, client].filter((host) => host !== undefined);
  if (hosts.length === 0) return localRig();
  messages.log(`Building for ${hosts.map(({ destination }) => destination).join(" and ")}, and copying there.`);
  await pushAll(checkouts, hosts);
  return rigOf(server, client);
}
