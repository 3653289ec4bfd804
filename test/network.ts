import { test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { Program, runTool, type ClientOutcome } from "./program.ts";

/** A place in a test's network. */
export type Place = "client" | "router" | "server";

let made = 0;

async function run(...command: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await runTool(command, "");
  if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
}

/**
 * A client, a router and a server in network namespaces of their own, joined by two virtual cables:
 * client 10.77.1.2, fd77:1::2 - 10.77.1.1 router 10.77.2.1 - 10.77.2.2, fd77:2::2 server.
 */
export class Network implements AsyncDisposable {
  readonly #prefix = `echobench-${process.pid}-${++made}`;

  /** Makes it. @param hosts lines of /etc/hosts for the client */
  static async make(hosts = ""): Promise<Network> {
    const network = new Network();
    try {
      await network.#build(hosts);
      return network;
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #build(hosts: string): Promise<void> {
    for (const place of ["client", "router", "server"] as const) {
      await run("ip", "netns", "add", this.#name(place));
      await this.at(place, "ip", "link", "set", "lo", "up");
    }
    for (const [end, net] of [
      ["client", 1],
      ["server", 2],
    ] as const) {
      const cable = ["type", "veth", "peer", "name", end, "netns", this.#name("router")];
      await this.at(end, "ip", "link", "add", "wire", ...cable);
      for (const [place, link, last] of [
        [end, "wire", 2],
        ["router", end, 1],
      ] as const) {
        await this.at(place, "ip", "addr", "add", `10.77.${net}.${last}/24`, "dev", link);
        await this.at(place, "ip", "addr", "add", `fd77:${net}::${last}/64`, "dev", link, "nodad");
        await this.at(place, "ip", "link", "set", link, "up");
      }
      await this.at(end, "ip", "route", "add", "default", "via", `10.77.${net}.1`);
      await this.at(end, "ip", "-6", "route", "add", "default", "via", `fd77:${net}::1`);
    }
    // Whatever this machine prefers: some keep queues short by themselves.
    for (const end of ["client", "server"] as const) {
      await this.at(end, "sh", "-c", "echo reno > /proc/sys/net/ipv4/tcp_congestion_control");
    }
    const forward = "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding";
    await this.at("router", "sh", "-c", forward);
    // `ip netns exec` puts what is in this folder over /etc.
    mkdirSync(this.#etc, { recursive: true });
    writeFileSync(`${this.#etc}/hosts`, `127.0.0.1 localhost\n${hosts}\n`);
  }

  get #etc(): string {
    return `/etc/netns/${this.#name("client")}`;
  }

  #name(place: Place): string {
    return `${this.#prefix}-${place}`;
  }

  #exec(place: Place, command: readonly string[]): string[] {
    return ["ip", "netns", "exec", this.#name(place), ...command];
  }

  /** Runs a command there; it has to succeed. */
  at(place: Place, ...command: readonly string[]): Promise<void> {
    return run(...this.#exec(place, command));
  }

  /** Runs a command there again and again until what it prints matches. */
  async until(place: Place, command: readonly string[], pattern: RegExp): Promise<void> {
    while (!pattern.test((await runTool(this.#exec(place, command), "")).stdout)) await Bun.sleep(10);
  }

  /** Has the router forward by these rules of nftables alone, such as `tcp dport 7878 drop`. */
  async filter(...rules: readonly string[]): Promise<void> {
    const chain = "type filter hook forward priority 0; policy accept;";
    const table = `flush ruleset\ntable inet filter {\nchain forward {\n${[chain, ...rules].join("\n")}\n}\n}`;
    await this.at("router", "nft", table);
  }

  /** Makes the router's cable to one end a slow link with a queue in front, such as `10mbit` and `200ms`. */
  async shape(towards: "client" | "server", rate: string, queue: string): Promise<void> {
    const link = ["tc", "qdisc", "replace", "dev", towards, "root", "tbf"];
    await this.at("router", ...link, "rate", rate, "burst", "5kb", "latency", queue);
  }

  /** Starts a program of ours there. */
  start(place: Place, ...args: readonly string[]): Program {
    return new Program(this.#exec(place, [process.execPath, ...args]));
  }

  /** Starts an echo server on all addresses of the server, port 7878. */
  async serve(...args: readonly string[]): Promise<Program> {
    const server = this.start("server", "server/cli.ts", "--host", "::", "--quiet", ...args);
    await server.saw(/Listening on/);
    return server;
  }

  /** Runs the client to its end. */
  async client(...args: readonly string[]): Promise<ClientOutcome> {
    await using client = this.start("client", "client/cli.ts", ...args);
    const exitCode = await client.exited();
    return { exitCode, stdout: client.stdout, stderr: client.stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const place of ["client", "router", "server"] as const) {
      await runTool(["ip", "netns", "del", this.#name(place)], "");
    }
    rmSync(this.#etc, { recursive: true, force: true });
  }
}

/**
 * `test` where network namespaces can be made. Elsewhere the test is skipped and says why, except in CI, where that is
 * a failure.
 */
export function testInNetwork(): typeof test | typeof test.skip {
  const missing = ["ip", "nft", "tc"].filter((tool) => Bun.which(tool) === null);
  const reasons = [...missing, ...(process.getuid?.() === 0 ? [] : ["root"])];
  if (reasons.length === 0) return test;
  if (process.env["CI"]) throw new Error(`network namespaces need ${reasons.join(", ")}`);
  console.log(`skipped, for want of ${reasons.join(", ")}: network namespaces`);
  return test.skip;
}
