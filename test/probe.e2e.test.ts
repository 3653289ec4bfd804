import { afterAll, describe, expect, test } from "bun:test";
import { type ProbeResult, probeResultSchema, type TargetReport } from "../client/probe/result.ts";
import { Certificates } from "./fixtures/certificates.ts";
import { type Behaviour, flipBit, resetAt, startHostileServer } from "./fixtures/hostile-server.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { type Outcome, runClient, ServerProgram, startClient } from "./fixtures/program.ts";
import { until } from "./fixtures/until.ts";

const quick = ["--count", "2", "--every", "10ms"];

async function runProbe(...args: readonly string[]): Promise<Outcome & { readonly result: ProbeResult }> {
  const standard = args.includes("--count") ? quick.slice(2) : quick;
  const outcome = await runClient("probe", ...standard, ...args, "--json");
  return { ...outcome, result: probeResultSchema.parse(JSON.parse(outcome.stdout)) };
}

async function probeOne(...args: readonly string[]): Promise<{ exitCode: number; target: TargetReport }> {
  const { exitCode, result } = await runProbe(...args);
  const [target] = result.targets;
  if (!target) throw new Error("no target");
  return { exitCode, target };
}

const at = (port: number): string => `127.0.0.1:${port}`;

const certificates = new Certificates();
afterAll(() => certificates[Symbol.dispose]());
const ca = await certificates.authority("test-ca");
const { certFile, keyFile } = await certificates.signedBy(ca, "server");
const secure = ["--tls-cert", certFile, "--tls-key", keyFile];

/** Answers with this text, whatever comes. */
const saying =
  (text: string): Behaviour =>
  (peer) =>
    peer.send(Buffer.from(text));

describe.concurrent("client probe", () => {
  test("measures every stage of an echo server, and shows the pings as they come", async () => {
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

  test("names a refused connection, with advice", async () => {
    const { exitCode, target } = await probeOne(at(1));
    expect(target).toMatchObject({ verdict: "refused", answer: "refused: RST came back", address: null });
    expect(target.advice).toContain("bun run server");
    expect(exitCode).toBe(3);
  });

  test("shows what another service says, and escapes it for the terminal", async () => {
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

  test("recognises a service that speaks first, such as SSH", async () => {
    const socket = { open: (accepted: Bun.Socket) => void accepted.write("SSH-2.0-OpenSSH_9.2p1\r\n"), data() {} };
    using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket });
    const { target } = await probeOne(at(listener.port));
    expect(target.verdict).toBe("not-echo");
    expect(target.answer).toContain("an SSH server");
    expect(target.heard).toBe("SSH-2.0-OpenSSH_9.2p1\\r\\n");
  });

  test("names a server that is open but silent", async () => {
    using silent = startHostileServer(() => {});
    const { exitCode, target } = await probeOne(at(silent.port), "--timeout", "200ms");
    expect(target).toMatchObject({
      verdict: "silent",
      answer: "open, but silent: nothing more came back within 200ms",
    });
    expect(exitCode).toBe(1);
  });

  test("names a server that closes without an answer", async () => {
    using closing = startHostileServer((peer) => void peer.socket.end());
    expect((await probeOne(at(closing.port))).target).toMatchObject({ verdict: "closed" });
  });

  test("names a server that resets what it accepts", async () => {
    const socket = { open: (accepted: Bun.Socket) => void accepted.terminate(), data() {} };
    using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket });
    const { exitCode, target } = await probeOne(at(listener.port));
    expect(target.verdict).toBe("reset");
    expect(target.answer).toMatch(/reset/);
    expect(exitCode).toBe(1);
  });

  test("names what goes wrong after the first echo: a wrong byte, a reset", async () => {
    using corrupt = startHostileServer(flipBit(130, 1));
    const wrong = await probeOne(at(corrupt.port));
    expect(wrong.target).toMatchObject({ verdict: "unstable", pings: { sent: 2, received: 1, lossPercent: 50 } });
    expect(wrong.target.answer).toContain("something other than the echo came back");
    expect(wrong.target.advice).toContain("changes bytes or sends old ones");
    expect(wrong.exitCode).toBe(1);
    using resetting = startHostileServer(resetAt(100));
    const broken = await probeOne(at(resetting.port), "--count", "3");
    expect(broken.target).toMatchObject({ verdict: "unstable", isHealthy: false });
    expect(broken.target.answer).toContain("connection reset by peer");
    expect(broken.target.advice).toContain("look for loss on the way");
  });

  test("names a server that sends capitals back, which is healthy when that is expected", async () => {
    await using server = await ServerProgram.start("--transform", "uppercase");
    const { target } = await probeOne(at(server.port));
    expect(target).toMatchObject({ verdict: "not-echo", answer: "open, and it sends everything back in capitals" });
    expect((await probeOne(at(server.port), "--expect-transform", "uppercase")).target.verdict).toBe("echoing");
  });

  describe("over TLS", () => {
    test("times the handshake and shows the session", async () => {
      await using server = await ServerProgram.start(...secure);
      const { target } = await probeOne(`localhost:${server.port}`, "-4", "--tls", "--tls-ca", ca.certFile);
      expect(target).toMatchObject({
        verdict: "echoing",
        tls: { session: { protocol: "TLSv1.3", isVerified: true } },
      });
      expect(target.tls?.handshakeNs).toBeNumber();
    });

    test("names a certificate that is not trusted, and a client without TLS", async () => {
      await using server = await ServerProgram.start(...secure);
      const { target } = await probeOne(`localhost:${server.port}`, "-4", "--tls");
      expect(target).toMatchObject({ verdict: "tls-failed", isHealthy: false });
      expect(target.answer).toContain("not signed by a trusted authority");
      expect((await probeOne(at(server.port))).target).toMatchObject({ verdict: "tls-mismatch" });
    });

    test("names a server without TLS", async () => {
      await using plain = await ServerProgram.start();
      const { exitCode, target } = await probeOne(at(plain.port), "--tls", "--insecure");
      expect(target.verdict).toBe("tls-mismatch");
      expect(exitCode).toBe(1);
    });
  });

  test("shows many targets as a table, each problem once: a range, a file, an unknown name", async () => {
    await using server = await ServerProgram.start();
    using folder = new TemporaryFolder();
    const file = folder.write("targets.txt", `# ours\n${at(server.port)} # again\n\nno-such-name.invalid:7878\n`);
    const targets = [at(server.port), "127.0.0.1:1-3", "--targets", file];
    const { exitCode, stdout } = await runClient("probe", ...quick, ...targets);
    expect(stdout).toMatch(/^target +verdict +connect +echo, avg +lost +retransmits$/m);
    expect(stdout).toMatch(new RegExp(`^${at(server.port)} +echoing `, "m"));
    expect(stdout.split("refused: RST came back")).toHaveLength(2);
    expect(stdout).toMatch(/unknown name|could not be looked up/);
    expect(stdout).toMatch(/FAIL {2}1 of 5 targets healthy\n$/);
    expect(exitCode).toBe(3);
  });

  test("reports what it found when Ctrl+C ends it, exit 130", async () => {
    await using server = await ServerProgram.start();
    await using client = startClient("probe", at(server.port), "--count", "1000", "--every", "20ms");
    await client.saw(/seq=3 /);
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    expect(client.stdout).toMatch(/\d+ pings sent, \d+ came back, 0 % lost/);
  });

  test("ends at once on Ctrl+C while nothing answers", async () => {
    using silent = startHostileServer(() => {});
    await using client = startClient("probe", at(silent.port), "--timeout", "1h");
    await until(() => silent.peers[0]?.received, "the client's first bytes");
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    expect(client.stderr).toBe("error: interrupted before anything was clear\n");
  });

  test.each([
    ["host:0", "ports from 1 to 65535"],
    ["host:70000", "ports from 1 to 65535"],
    ["host:9-8", "the smaller port first"],
  ])("names the wrong port of %p", async (target, expected) => {
    const { exitCode, stderr } = await runClient("probe", target);
    expect(stderr).toBe(`error: HOST:PORT "${target}": expected ${expected}\n`);
    expect(exitCode).toBe(2);
  });

  test.each(["host", "[::1]", "::1:7", "[host]:7"])("does not take %p for a target", async (target) => {
    const { exitCode, stderr } = await runClient("probe", target);
    expect(stderr).toBe(`error: HOST:PORT "${target}": expected HOST:PORT, HOST:FIRST-LAST or [IPv6]:PORT\n`);
    expect(exitCode).toBe(2);
  });

  test.each([
    [[], "expected at least one target"],
    [["a:1", "-4", "-6"], "-6: expected without -4"],
    [["-6", "127.0.0.1:1"], "expected an IPv6 address because of -6"],
  ])("names wrong usage: %p", async (args, message) => {
    const { exitCode, stderr } = await runClient("probe", ...args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});
