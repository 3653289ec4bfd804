import { X509Certificate } from "node:crypto";
import { afterAll, describe, expect, test } from "bun:test";
import { Certificates } from "./fixtures/certificates.ts";
import { addSurplus, echo, flipBit, resetAt, startHostileServer } from "./fixtures/hostile-server.ts";
import { Program, runClient, runClientForResult } from "./fixtures/program.ts";
import { testWith } from "./fixtures/tools.ts";

const certificates = new Certificates();
const ca = await certificates.authority("test-ca");
const stranger = await certificates.authority("stranger-ca");
const server = await certificates.signedBy(ca, "server");
const expired = await certificates.signedBy(ca, "expired", true);
const alice = await certificates.signedBy(ca, "alice");
afterAll(() => certificates[Symbol.dispose]());

/** A server that echoes over TLS. */
const serve = (identity = server, more: Bun.TLSOptions = {}, behaviour = echo) =>
  startHostileServer(behaviour, { cert: identity.cert, key: identity.key, ...more });
const to = ({ port }: { readonly port: number }): string[] => ["--port", String(port), "--tls"];
const trusting = ["--tls-ca", ca.certFile];

describe("the client over TLS", () => {
  test("verifies every byte, and reports the session", async () => {
    using echoServer = serve();
    const load = ["--conns", "5", "--messages", "2000", "--size", "16k", "--pipeline", "4"];
    const { exitCode, result } = await runClientForResult(...to(echoServer), ...trusting, ...load);
    expect(result.totals).toMatchObject({ connections: 5, messages: 2_000, bytesReceived: 2_000 * 16_384 });
    expect(result.target.tls).toBe(true);
    expect(result.tls).toMatchObject({
      protocol: "TLSv1.3",
      serverName: "127.0.0.1",
      isVerified: true,
      certificate: { subject: "CN=server", issuer: "CN=test-ca" },
    });
    expect(result.tcpInfo?.connections).toBe(5);
    expect(exitCode).toBe(0);
  });

  test("reads an authority from a pipe once, before the first point of a sweep", async () => {
    using echoServer = serve();
    const load = `--sizes 64,128 --duration 100ms --warmup 0 ${to(echoServer).join(" ")}`;
    const script = `exec ${process.execPath} client/cli.ts sweep ${load} --tls-ca <(cat "$0")`;
    await using sweep = new Program(["bash", "-c", script, ca.certFile]);
    expect(await sweep.exited()).toBe(0);
    expect(sweep.stderr).not.toContain("error");
  });

  test("finds one wrong bit, and a reset", async () => {
    using flipping = serve(server, {}, flipBit(50_000, 2));
    const flipped = await runClientForResult(...to(flipping), ...trusting, "--messages", "100");
    expect(flipped.result.errors.first[0]).toMatchObject({ kind: "mismatch", offset: 50_000 });
    using resetting = serve(server, {}, resetAt(50_000));
    const reset = await runClientForResult(...to(resetting), ...trusting, "--messages", "100");
    expect(Object.keys(reset.result.errors.byKind)[0]).toMatch(/reset|closed-early/);
    expect([flipped.exitCode, reset.exitCode]).toEqual([1, 1]);
  });

  test("shows its own certificate to a server that asks for one", async () => {
    using demanding = serve(server, { ca: ca.cert, requestCert: true, rejectUnauthorized: true });
    const load = ["--messages", "10", ...trusting, "--tls-cert", alice.certFile, "--tls-key", alice.keyFile];
    const { exitCode, result } = await runClientForResult(...to(demanding), ...load);
    expect(result.totals.messages).toBe(10);
    expect(exitCode).toBe(0);
    const without = await runClientForResult(...to(demanding), ...trusting, "--messages", "10");
    expect(without.result.errors.byKind).toEqual({ tls: 1 });
    expect(without.result.errors.first[0]?.message).toStartWith("the server requires a client certificate");
    expect(without.exitCode).toBe(1);
  });

  test("accepts any certificate with --insecure, and says that it was not verified", async () => {
    using unknown = serve(expired);
    const { exitCode, stdout } = await runClient(...to(unknown), "--insecure", "--messages", "10");
    expect(stdout).toMatch(/^TLS +TLSv1.3 {2}\S+ {2}server CN=expired, not verified$/m);
    expect(exitCode).toBe(0);
  });

  test.each([
    ["load", "--messages 10"],
    ["probe", "--count 1"],
    ["soak", "--duration 300ms --every 50ms"],
    ["bloat", "--idle 100ms --interval 100ms --duration 1s --max-conns 1 --max-increase 60s"],
    ["sweep", "--sizes 64 --duration 100ms --warmup 0"],
  ])(
    "whoever accepts any certificate, or one by its fingerprint, accepts it whatever its name: %s",
    async (command, args) => {
      using other = serve();
      const words = command === "load" ? [] : [command];
      const [port = "", ...tls] = to(other).slice(1);
      const target = command === "probe" ? [`127.0.0.1:${port}`] : ["--port", port];
      const { fingerprint256 } = new X509Certificate(server.cert);
      for (const trust of [["--insecure"], ["--tls-fingerprint", fingerprint256]]) {
        const name = ["--tls-server-name", "other.example"];
        const { exitCode, stderr } = await runClient(
          ...words,
          ...target,
          ...tls,
          ...trust,
          ...name,
          ...args.split(" "),
        );
        expect([exitCode, stderr]).toEqual([0, ""]);
      }
    },
  );

  test("accepting any certificate, it still says which other fault ends the handshake", async () => {
    using demanding = serve(server, {
      ca: ca.cert,
      requestCert: true,
      rejectUnauthorized: true,
    });
    using plain = startHostileServer((peer) => peer.send(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")));
    const anyone = ["--insecure", "--tls-server-name", "other.example", "--messages", "10"];
    expect((await runClient(...to(demanding), ...anyone)).stdout).toContain("requires a client certificate");
    expect((await runClient(...to(plain), ...anyone)).stderr).toContain("the server does not speak TLS");
  });

  test("streams, and makes a connection for every message", async () => {
    using echoServer = serve();
    const stream = await runClientForResult(...to(echoServer), ...trusting, "--mode", "stream", "--bytes", "20MB");
    expect(stream.result.totals.bytesReceived).toBe(20_000_000);
    // It ends while handshakes are under way, which are no failures.
    const load = ["--mode", "churn", "--conns", "8", "--warmup", "0", "--duration", "500ms"];
    const churn = await runClientForResult(...to(echoServer), ...trusting, ...load);
    expect(churn.result.totals.messages).toBeGreaterThan(0);
    expect([stream.exitCode, churn.exitCode]).toEqual([0, 0]);
  });

  testWith("openssl")("speaks with openssl s_server", async () => {
    const command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", server.certFile, "-key", server.keyFile];
    await using real = new Program([...command, "-rev", "-tls1_2"]);
    const [, port] = await real.saw(/ACCEPT 127\.0\.0\.1:(\d+)/);
    // It sends each line back reversed, which the client names as a mismatch.
    const load = [
      "--port",
      String(port),
      "--tls",
      ...trusting,
      "--messages",
      "1",
      "--size",
      "65",
      "--payload",
      "text",
      "--seed",
      "1",
    ];
    const { result } = await runClientForResult(...load, "--timeout", "5s");
    expect(result.tls?.protocol).toBe("TLSv1.2");
    expect(Object.keys(result.errors.byKind)).toEqual(["mismatch"]);
  });
});

describe.concurrent("the client prints one clear line, exit 3, when", () => {
  const refuses = async (identity: typeof server, ...args: readonly string[]) => {
    using tlsServer = serve(identity);
    return await runClient(...to(tlsServer), ...args);
  };

  test.each([
    ["the authority is another", server, ["--tls-ca", stranger.certFile], "is not signed by a trusted authority"],
    ["the system does not know the authority", server, [], "is not signed by a trusted authority"],
    ["the name is another", server, [...trusting, "--tls-server-name", "example.org"], "is not for this name"],
    [
      "the address is another",
      server,
      [...trusting, "--host", "localhost", "--tls-server-name", "127.0.0.2"],
      "is not for this name",
    ],
    ["the certificate has expired", expired, trusting, "the server's certificate has expired"],
  ])("%s", async (_case, identity, args, message) => {
    const { exitCode, stdout, stderr } = await refuses(identity, ...args);
    expect(stderr).toMatch(/^error: could not connect to \S+: [^\n]*\n$/);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(exitCode).toBe(3);
  });

  test.each([
    ["an echo server without TLS", echo],
    ["a server that greets in plain text", addSurplus(0, 100)],
  ])("the server is %s", async (_case, behaviour) => {
    using plain = startHostileServer(behaviour);
    const { exitCode, stderr } = await runClient(...to(plain), ...trusting);
    expect(stderr).toMatch(/^error: could not connect to \S+: the server does not speak TLS; [^\n]*\n$/);
    expect(exitCode).toBe(3);
  });

  test("the server closes or is silent", async () => {
    using closing = startHostileServer((peer) => peer.socket.end());
    expect((await runClient(...to(closing))).stderr).toContain("closed the connection during the TLS handshake");
    using silent = startHostileServer(() => {});
    const { exitCode, stderr } = await runClient(...to(silent), "--connect-timeout", "300ms");
    expect(stderr).toContain("no answer within 300ms");
    expect(exitCode).toBe(3);
  });
});

describe.concurrent("wrong usage of TLS is named, exit 2", () => {
  const junk = certificates.file("junk.pem", "no certificate");
  test.each([
    ["an authority without TLS", ["--tls-ca", ca.certFile], `--tls-ca "${ca.certFile}": expected with --tls`],
    ["--insecure without TLS", ["--insecure"], "--insecure: expected with --tls"],
    [
      "an authority that is not asked",
      ["--tls", "--insecure", "--tls-ca", ca.certFile],
      `--tls-ca "${ca.certFile}": expected without --insecure`,
    ],
    [
      "an authority that does not exist",
      ["--tls", "--tls-ca", "/no/such.pem"],
      '--tls-ca "/no/such.pem": no such file',
    ],
    ["a file without an authority", ["--tls", "--tls-ca", junk], `--tls-ca "${junk}": expected certificates in PEM`],
    [
      "a certificate without its key",
      ["--tls", "--tls-cert", alice.certFile],
      `--tls-cert "${alice.certFile}": expected with its key, --tls-key`,
    ],
    [
      "another's key",
      ["--tls", "--tls-cert", alice.certFile, "--tls-key", server.keyFile],
      "this is the key of another certificate",
    ],
    [
      "a file without a key",
      ["--tls", "--tls-cert", alice.certFile, "--tls-key", junk],
      "expected a private key without a passphrase in PEM",
    ],
    ["a Unix socket", ["--unix", "/x", "--tls"], "--tls: expected without --unix"],
  ])("%s", async (_case, args, message) => {
    const { exitCode, stderr } = await runClient(...args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});
