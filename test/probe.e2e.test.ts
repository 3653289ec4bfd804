import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ProbeResult, probeResultSchema, type TargetReport } from "../client/probe/result.ts";
import { Certificates } from "./fixtures/certificates.ts";
import { type Behaviour, echo, flipBit, resetAt, startHostileServer } from "./fixtures/hostile-server.ts";
import { Network, testInNetwork } from "./fixtures/network.ts";
import { type ClientOutcome, runClient, ServerProgram, startClient } from "./fixtures/program.ts";
import { until } from "./fixtures/until.ts";

const quick = ["--count", "2", "--every", "10ms"];

async function runProbe(...args: readonly string[]): Promise<ClientOutcome & { readonly result: ProbeResult }> {
  const outcome = await runClient("probe", ...quick, ...args, "--json");
  return { ...outcome, result: probeResultSchema.parse(JSON.parse(outcome.stdout)) };
}

async function probeOne(...args: readonly string[]): Promise<{ exitCode: number; target: TargetReport }> {
  const { exitCode, result } = await runProbe(...args);
  const [target] = result.targets;
  if (!target) throw new Error("no target");
  return { exitCode, target };
}

const at = (port: number): string => `127.0.0.1:${port}`;

/** A server that speaks first, or answers in its own way. */
const saying =
  (text: string): Behaviour =>
  (peer) =>
    peer.send(Buffer.from(text));

describe("client probe", () => {
  test("an echo server: every stage has its figures, and the pings are shown as they come", async () => {
    await using server = await ServerProgram.start();
    const { exitCode, target } = await probeOne(at(server.port));
    expect(target).toMatchObject({ verdict: "echoing", isHealthy: true, advice: null, address: "127.0.0.1" });
    expect(target.attempts).toMatchObject([{ outcome: "open" }]);
    expect(target.firstEchoNs).toBeGreaterThan(0);
    expect(target.pings).toMatchObject({ sent: 2, received: 2, lossPercent: 0 });
    expect(target.path?.sndMss).toBeGreaterThan(500);
    expect(target.path?.pathMtuBytes).toBeGreaterThan(500);
    expect(target.path?.congestionControl).toMatch(/^\w+$/);
    expect(exitCode).toBe(0);
    const text = await runClient("probe", ...quick, at(server.port));
    expect(text.stdout).toMatch(/^127\.0\.0\.1:\d+ {2}seq=1 {2}time=\d/m);
    expect(text.stdout).toMatch(/^127\.0\.0\.1:\d+ {2}OK {2}open and echoing\n/m);
    expect(text.stdout).toMatch(/min\/avg\/max\/mdev \d/);
    expect(await server.stop()).toBe(0);
    expect(server.stdout).toMatch(/Connections +2 total, .* 0 errors/);
  });

  test("refused, told from everything else, with advice", async () => {
    const { exitCode, target } = await probeOne(at(1));
    expect(target).toMatchObject({ verdict: "refused", answer: "refused: RST came back", address: null });
    expect(target.advice).toContain("bun run server");
    expect(exitCode).toBe(3);
  });

  test("another service: what it says is shown, and nothing of it reaches the terminal raw", async () => {
    using http = startHostileServer(saying("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const { exitCode, target } = await probeOne(at(http.port));
    expect(target.verdict).toBe("not-echo");
    expect(target.answer).toBe(
      'open, but not an echo server: an HTTP server; it said "HTTP/1.1 400 Bad Request\\r\\n\\r\\n"',
    );
    expect(exitCode).toBe(1);
    using rude = startHostileServer(saying("\u001b]0;owned\u0007\u0000"));
    const text = await runClient("probe", at(rude.port));
    expect(text.stdout).toContain("\\x1b]0;owned\\x07\\x00");
    expect(text.stdout).not.toContain("\u001b]0");
  });

  test("a banner that comes unasked, as that of SSH", async () => {
    using listener = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { open: (socket) => void socket.write("SSH-2.0-OpenSSH_9.2p1\r\n"), data() {} },
    });
    const { target } = await probeOne(at(listener.port));
    expect(target.verdict).toBe("not-echo");
    expect(target.answer).toContain("an SSH server");
    expect(target.heard).toBe("SSH-2.0-OpenSSH_9.2p1\\r\\n");
    listener.stop(true);
  });

  test("open and silent; closed without an answer; reset on accept", async () => {
    using silent = startHostileServer(() => {});
    const quiet = await probeOne(at(silent.port), "--timeout", "200ms");
    expect(quiet.target).toMatchObject({
      verdict: "silent",
      answer: "open, but silent: nothing more came back within 200ms",
    });
    expect(quiet.exitCode).toBe(1);
    using closing = startHostileServer((peer) => void peer.socket.end());
    expect((await probeOne(at(closing.port))).target).toMatchObject({ verdict: "closed" });
    using listener = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { open: (socket) => void socket.terminate(), data() {} },
    });
    const reset = await probeOne(at(listener.port));
    expect(reset.target.verdict).toBe("reset");
    expect(reset.target.answer).toMatch(/reset/);
    expect(reset.exitCode).toBe(1);
    listener.stop(true);
  });

  test("what goes wrong after the first echo: a wrong byte, a reset", async () => {
    using corrupt = startHostileServer(flipBit(130, 1));
    const wrong = await probeOne(at(corrupt.port));
    expect(wrong.target).toMatchObject({ verdict: "unstable", pings: { sent: 2, received: 1, lossPercent: 50 } });
    expect(wrong.target.answer).toContain("something other than the echo came back");
    expect(wrong.exitCode).toBe(1);
    using resetting = startHostileServer(resetAt(100));
    const broken = await probeOne(at(resetting.port), "--count", "3");
    expect(broken.target).toMatchObject({ verdict: "unstable", isHealthy: false });
    expect(broken.target.answer).toContain("connection reset by peer");
  });

  test("a server that makes capitals is named, and is healthy when that is expected", async () => {
    await using server = await ServerProgram.start("--transform", "uppercase");
    const { target } = await probeOne(at(server.port));
    expect(target).toMatchObject({ verdict: "not-echo", answer: "open, and it sends everything back in capitals" });
    expect((await probeOne(at(server.port), "--expect-transform", "uppercase")).target.verdict).toBe("echoing");
  });

  test("TLS: its handshake and certificate; and each way of not meeting", async () => {
    using certificates = new Certificates();
    const ca = await certificates.authority("test-ca");
    const { certFile, keyFile } = await certificates.signedBy(ca, "server");
    await using secure = await ServerProgram.start("--tls-cert", certFile, "--tls-key", keyFile);
    const good = await probeOne(`localhost:${secure.port}`, "-4", "--tls", "--tls-ca", ca.certFile);
    expect(good.target).toMatchObject({
      verdict: "echoing",
      tls: { session: { protocol: "TLSv1.3", isVerified: true } },
    });
    expect(good.target.tls?.handshakeNs).toBeGreaterThan(0);
    const distrusted = await probeOne(`localhost:${secure.port}`, "-4", "--tls");
    expect(distrusted.target).toMatchObject({ verdict: "tls-failed", isHealthy: false });
    expect(distrusted.target.answer).toContain("not signed by a trusted authority");
    expect((await probeOne(at(secure.port))).target).toMatchObject({ verdict: "tls-mismatch" });
    await using plain = await ServerProgram.start();
    const mismatch = await probeOne(at(plain.port), "--tls", "--insecure");
    expect(mismatch.target.verdict).toBe("tls-mismatch");
    expect(mismatch.exitCode).toBe(1);
  });

  test("a matrix of a range, a file and a name that is unknown; trouble is told once", async () => {
    await using server = await ServerProgram.start();
    const folder = mkdtempSync(join(tmpdir(), "echobench-probe-"));
    const file = join(folder, "targets.txt");
    writeFileSync(file, `# ours\n${at(server.port)} # again\n\nno-such-name.invalid:7878\n`);
    const targets = [at(server.port), "127.0.0.1:1-3", "--targets", file];
    const { exitCode, stdout } = await runClient("probe", ...quick, ...targets);
    expect(stdout).toMatch(/^target +verdict +connect +echo, avg +lost +retransmits$/m);
    expect(stdout).toMatch(new RegExp(`^${at(server.port)} +echoing `, "m"));
    expect(stdout.split("refused: RST came back")).toHaveLength(2);
    expect(stdout).toMatch(/unknown name|could not be looked up/);
    expect(stdout).toMatch(/FAIL {2}1 of 5 targets healthy\n$/);
    expect(exitCode).toBe(3);
    rmSync(folder, { recursive: true });
  });

  test("Ctrl+C ends it with what was found out, exit 130", async () => {
    await using server = await ServerProgram.start();
    await using client = startClient("probe", at(server.port), "--count", "1000", "--every", "20ms");
    await client.saw(/seq=3 /);
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    expect(client.stdout).toMatch(/\d+ pings sent, \d+ came back, 0 % lost/);
  });

  test("Ctrl+C while nothing answers ends it at once", async () => {
    using silent = startHostileServer(() => {});
    await using client = startClient("probe", at(silent.port), "--timeout", "1h");
    await until(() => silent.peers[0]?.received, "the client's first bytes");
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    expect(client.stderr).toBe("error: interrupted before anything was clear\n");
  });

  test("bad targets are named with what was expected", async () => {
    for (const target of ["host", "host:0", "host:70000", "host:9-8", "[::1]", "::1:7", "[host]:7"]) {
      const { exitCode, stderr } = await runClient("probe", target);
      expect(stderr).toBe(`error: HOST:PORT "${target}": expected HOST:PORT, HOST:FIRST-LAST or [IPv6]:PORT\n`);
      expect(exitCode).toBe(2);
    }
    expect((await runClient("probe")).stderr).toContain("expected at least one target");
    expect((await runClient("probe", "a:1", "-4", "-6")).exitCode).toBe(2);
    using server = startHostileServer(echo);
    const far = await runClient("probe", "-6", at(server.port));
    expect(far.stderr).toContain("expected an IPv6 address because of -6");
    expect(far.exitCode).toBe(2);
  });
});

describe("client probe in a network", () => {
  const inNetwork = testInNetwork();

  /** What is found of the server while the router has a rule. */
  async function behind(network: Network, rule: string, target: string): Promise<TargetReport> {
    await network.filter(rule);
    // Long enough for a second SYN: the first may meet a link that has only just come up.
    const { stdout } = await network.client("probe", target, "--connect-timeout", "2s", ...quick, "--json");
    const [report] = probeResultSchema.parse(JSON.parse(stdout)).targets;
    if (!report) throw new Error("no target");
    return report;
  }

  inNetwork("a silent drop is filtered, and every kind of reject is named, with who sent it", async () => {
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

  inNetwork("the same of IPv6", async () => {
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

  inNetwork("a host that is not there: the router says so, or this machine does of its own network", async () => {
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

  inNetwork("Ctrl+C while a connect has no answer ends probe and soak at once", async () => {
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

  inNetwork("of two families one is broken: the other one is used at once, and the broken one is told of", async () => {
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

  inNetwork("1 % of loss shows as retransmits", async () => {
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
