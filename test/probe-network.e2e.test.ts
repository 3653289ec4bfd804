import { describe, expect } from "bun:test";
import { probeResultSchema, type TargetReport } from "../client/probe/result.ts";
import { Network } from "./fixtures/network.ts";
import { testInNetwork } from "./fixtures/tools.ts";

const quick = ["--count", "2", "--every", "10ms"];

describe.concurrent("client probe in a network", () => {
  const inNetwork = testInNetwork();

  /** Probes a target while the router has a rule. */
  async function behind(network: Network, rule: string, target: string): Promise<TargetReport> {
    await network.filter(rule);
    // Long enough for a second SYN: the first may meet a link that has only just come up.
    const { stdout } = await network.client("probe", target, "--connect-timeout", "2s", ...quick, "--json");
    const [report] = probeResultSchema.parse(JSON.parse(stdout)).targets;
    if (!report) throw new Error("no target");
    return report;
  }

  inNetwork("names a silent drop and every kind of ICMP rejection, with its sender", async () => {
    await using network = await Network.make();
    await using _server = await network.serve();
    const target = "10.77.2.2:7878";
    const drop = await behind(network, "tcp dport 7878 drop", target);
    expect(drop).toMatchObject({ verdict: "filtered", answer: "filtered: no answer within 2s" });
    expect((await behind(network, "tcp dport 7878 reject with tcp reset", target)).verdict).toBe("refused");
    for (const [kind, verdict, code] of [
      ["port-unreachable", "port-unreachable", 3],
      ["host-unreachable", "host-unreachable", 1],
      ["net-unreachable", "net-unreachable", 0],
      ["admin-prohibited", "prohibited", 13],
      ["host-prohibited", "prohibited", 10],
      ["net-prohibited", "prohibited", 9],
    ] as const) {
      const report = await behind(network, `tcp dport 7878 reject with icmp ${kind}`, target);
      expect(report.verdict).toBe(verdict);
      expect(report.attempts[0]?.icmp).toEqual({ version: 4, type: 3, code, from: "10.77.1.1" });
      expect(report.answer).toMatch(/^rejected: .*, says 10\.77\.1\.1$/);
    }
    expect((await behind(network, "tcp dport 1 drop", target)).verdict).toBe("echoing");
  });

  inNetwork("names every kind of ICMPv6 rejection, with its sender", async () => {
    await using network = await Network.make();
    await using _server = await network.serve();
    for (const [kind, verdict, code] of [
      ["no-route", "net-unreachable", 0],
      ["admin-prohibited", "prohibited", 1],
      ["addr-unreachable", "host-unreachable", 3],
      ["port-unreachable", "port-unreachable", 4],
    ] as const) {
      const report = await behind(network, `tcp dport 7878 reject with icmpv6 ${kind}`, "[fd77:2::2]:7878");
      expect(report.verdict).toBe(verdict);
      expect(report.attempts[0]?.icmp).toEqual({ version: 6, type: 1, code, from: "fd77:1::1" });
    }
  });

  inNetwork("names a missing host: by the word of the router, or of this machine in its own network", async () => {
    await using network = await Network.make();
    const options = [...quick, "--connect-timeout", "6s", "--json"];
    const { stdout, exitCode } = await network.client(
      "probe",
      "10.77.2.99:7878",
      "10.77.1.99:7878",
      "10.99.0.1:1",
      ...options,
    );
    const [far, near, nowhere] = probeResultSchema.parse(JSON.parse(stdout)).targets;
    expect(far).toMatchObject({ verdict: "host-unreachable", answer: "rejected: host unreachable, says 10.77.1.1" });
    expect(near?.verdict).toBe("host-unreachable");
    expect(near?.answer).toContain("says this machine (10.77.1.2)");
    expect(near?.advice).toContain("does not answer ARP");
    expect(nowhere).toMatchObject({
      verdict: "net-unreachable",
      answer: "rejected: network unreachable, says 10.77.1.1",
    });
    expect(exitCode).toBe(3);
  });

  inNetwork("ends at once on Ctrl+C while a connect has no answer, and so does soak", async () => {
    await using network = await Network.make();
    await network.filter("tcp dport 7878 drop");
    for (const command of [
      ["probe", "10.77.2.2:7878"],
      ["soak", "--host", "10.77.2.2"],
    ]) {
      await using client = network.start("client", "client/cli.ts", ...command, "--connect-timeout", "1h");
      // The kernel knows of the connect once it is under way.
      await network.until("client", ["ss", "-Htn", "state", "syn-sent"], /:7878/);
      client.kill("SIGINT");
      expect(await client.exited()).toBe(130);
      expect(client.stderr).toContain("error: interrupted before");
    }
  });

  inNetwork("uses the other address family at once when one is broken, and warns of that one", async () => {
    await using network = await Network.make("10.77.2.2 both\nfd77:2::2 both");
    await using _server = await network.serve();
    await network.filter("ip6 nexthdr tcp drop");
    const { stdout, exitCode } = await network.client(
      "probe",
      "both:7878",
      "--connect-timeout",
      "700ms",
      ...quick,
      "--json",
    );
    const [target] = probeResultSchema.parse(JSON.parse(stdout)).targets;
    expect(target).toMatchObject({ verdict: "echoing", address: "10.77.2.2" });
    const outcomes = target?.attempts.map(({ family, outcome }) => `${family} ${outcome}`);
    expect(outcomes?.toSorted()).toEqual(["ipv4 open", "ipv6 filtered"]);
    expect(target?.warnings[0]).toContain("fd77:2::2 (IPv6) does not answer like the others: filtered");
    expect(exitCode).toBe(0);
  });

  inNetwork("shows a loss of 1 % as retransmits", async () => {
    await using network = await Network.make();
    await using _server = await network.serve();
    await network.filter("tcp dport 7878 numgen inc mod 100 == 50 drop");
    const { stdout } = await network.client("probe", "10.77.2.2:7878", "--count", "300", "--every", "1ms", "--json");
    const [target] = probeResultSchema.parse(JSON.parse(stdout)).targets;
    expect(target?.verdict).toBe("echoing");
    expect(target?.path?.retransmits).toBeGreaterThan(0);
    expect(target?.warnings[0]).toMatch(/sent again: packets are lost, or late, on the way$/);
    expect(target?.pings.rttNs?.max).toBeGreaterThan(100e6);
  });
});
