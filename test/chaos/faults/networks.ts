import { Network } from "../../fixtures/network.ts";
import { count, endOf, keepOutput } from "../client-run.ts";
import { commandOf, startLeashed } from "../processes.ts";
import { between, oneOf, type Random } from "../random.ts";
import type { World } from "../world.ts";
import { type Fault, missing, missingNetem } from "./fault.ts";

const LIMIT_MS = 90_000;
const LOAD_MS = 6_000;
/** What a network that loses everything for a while may do to connections. A wrong byte is never among it. */
const LOSSES = new Set([
  ...["connect-refused", "connect-timed-out", "connect-unreachable", "connect-failed"],
  ...["reset", "closed-early", "echo-timed-out", "close-timed-out", "close-reset"],
]);

type Words = readonly string[];

/** The network of an engine and its server, which live as long as chaos does. */
interface Site {
  readonly network: Network;
}

const sites = new Map<World, Promise<Site>>();

async function build(world: World): Promise<Site> {
  const network = await Network.make();
  const args = ["--engine", world.engine, "--host", "::", "--port", "7878", "--quiet"];
  const program = startLeashed(network.commandAt("server", commandOf("server", ...args)));
  await program.saw(/Listening on/);
  return { network };
}

/** Removes the networks. */
export async function removeNetworks(): Promise<void> {
  for (const site of sites.values()) {
    await site.then(({ network }) => network[Symbol.asyncDispose]()).catch(() => {});
  }
}

const modes: readonly [Words, ...Words[]] = [
  ["--mode", "stream", "--conns", "4"],
  ["--size", "64k", "--pipeline", "4", "--conns", "4"],
  ["--mode", "churn", "--conns", "8", "--size", "256"],
];

/** Load over a network while it misbehaves. @param mayBreak whether connections may break */
const network = (
  name: string,
  mayBreak: boolean,
  spoil: (network: Network, random: Random) => Promise<void>,
  needs: () => string | undefined = () => missing("ip", "tc", "nft"),
): Fault => ({
  name,
  lane: "network",
  missing: needs,
  async inject(world, random) {
    if (!sites.has(world)) sites.set(world, build(world));
    const site = await sites.get(world);
    if (!site) return;
    const where = ["--host", "10.77.2.2", "--port", "7878", "--timeout", mayBreak ? "4s" : "40s"];
    const times = ["--connect-timeout", mayBreak ? "4s" : "40s", "--duration", `${LOAD_MS}ms`, "--warmup", "0"];
    const load = ["--engine", world.engine, "--quiet", "--json", "-", ...where, ...times, ...oneOf(random, modes)];
    const program = startLeashed(site.network.commandAt("client", commandOf("client", ...load)));
    try {
      const [{ exitCode, result }] = await Promise.all([endOf(program, LIMIT_MS), spoil(site.network, random)]);
      if (result) count(world, result);
      const kinds = Object.keys(result?.errors.byKind ?? {});
      const isNamed = exitCode === 1 && kinds.length > 0 && kinds.every((kind) => LOSSES.has(kind));
      // Without one connection there is no result, but exit code 3 and the reason.
      const isUnreachable = exitCode === 3 && program.stderr.startsWith("error: ");
      if (exitCode === 0) return;
      if (mayBreak && (isNamed || isUnreachable)) return world.tally.addLost(result?.errors.byKind ?? {});
      const message = `exit code ${exitCode}: ${result?.reason ?? program.stderr} ${JSON.stringify(result?.errors.byKind)}`;
      throw new Error(`${message}; see ${keepOutput(world, name, message, program)}`);
    } finally {
      await site.network.filter();
      for (const end of ["client", "server"]) {
        await site.network.at("router", "sh", "-c", `tc qdisc del dev ${end} root 2> /dev/null || true`);
      }
    }
  },
});

/** What is sent towards an end of the network is delayed, lost and so on, as netem's words say. */
const emulate = async (site: Network, ...words: readonly string[]): Promise<void> => {
  for (const end of ["client", "server"]) {
    await site.at("router", "tc", "qdisc", "replace", "dev", end, "root", "netem", ...words, "limit", "5000");
  }
};

/** Every fourth packet takes a slow way to its end, so that later ones overtake it. */
const reorder = async (site: Network): Promise<void> => {
  for (const end of ["client", "server"]) {
    const tc = (...words: readonly string[]): Promise<void> => site.at("router", "tc", ...words);
    await tc("qdisc", "replace", "dev", end, "root", "handle", "1:", "htb", "default", "1");
    await tc(
      "class",
      "replace",
      "dev",
      end,
      "parent",
      "1:",
      "classid",
      "1:1",
      "htb",
      "rate",
      "4gbit",
      "quantum",
      "60000",
    );
    await tc("class", "replace", "dev", end, "parent", "1:", "classid", "1:2", "htb", "rate", "200mbit", "burst", "2k");
  }
  await site.filter("numgen random mod 4 0 meta priority set 1:2");
};

/** Rules of nftables for a while. */
const block = async (site: Network, random: Random, rule: string): Promise<void> => {
  await Bun.sleep(between(random, 500, 2_000));
  await site.filter(rule);
  await Bun.sleep(between(random, 500, 3_000));
  await site.filter();
};

/** Every twentieth packet goes to its end twice. */
const DUPLICATES = `flush ruleset
table ip chaos {
chain prerouting {
type filter hook prerouting priority 0; policy accept;
ip daddr 10.77.2.2 numgen random mod 100 < 5 dup to 10.77.2.2 device "server"
ip daddr 10.77.1.2 numgen random mod 100 < 5 dup to 10.77.1.2 device "client"
}
}`;

export const networkFaults: readonly Fault[] = [
  network("network-loses", false, (site) => site.filter("numgen random mod 1000 < 10 drop")),
  network("network-duplicates", false, (site) => site.at("router", "nft", DUPLICATES)),
  network("network-is-slow", false, async (site, random) => {
    for (const end of ["client", "server"] as const) await site.shape(end, `${between(random, 5, 100)}mbit`, "200ms");
  }),
  network("network-delays", false, (site) => emulate(site, "delay", "20ms", "5ms"), missingNetem),
  network("network-reorders", false, reorder),
  network("network-corrupts", false, (site) => emulate(site, "delay", "1ms", "corrupt", "0.5%"), missingNetem),
  network("network-drops-all-for-a-while", true, (site, random) => block(site, random, "tcp dport 7878 drop")),
  network("network-drops-answers", true, (site, random) => block(site, random, "tcp sport 7878 drop")),
  network("network-resets", true, (site, random) => block(site, random, "tcp dport 7878 reject with tcp reset")),
  network("network-rejects", true, (site, random) => block(site, random, "tcp dport 7878 reject")),
];
