import { afterAll, describe, expect, test } from "bun:test";
import { connect } from "node:tls";
import { Certificates, type Identity } from "./fixtures/certificates.ts";
import { Program, runClient, runClientForResult, ServerProgram, to } from "./fixtures/program.ts";
import { openRaw, readAll } from "./fixtures/raw-client.ts";
import { testWith } from "./fixtures/tools.ts";

const certificates = new Certificates();
const ca = await certificates.authority("test-ca");
const stranger = await certificates.authority("stranger-ca");
const identity = await certificates.signedBy(ca, "server");
const expired = await certificates.signedBy(ca, "expired", true);
const alice = await certificates.signedBy(ca, "alice");
const mallory = await certificates.signedBy(stranger, "mallory");
afterAll(() => certificates[Symbol.dispose]());

const files = ({ certFile, keyFile }: Identity): string[] => ["--tls-cert", certFile, "--tls-key", keyFile];
const trusting = ["--tls", "--tls-ca", ca.certFile];

/** `openssl s_client` against the server. */
const openssl = ({ port }: ServerProgram, ...args: readonly string[]): Program =>
  new Program(["openssl", "s_client", "-connect", `127.0.0.1:${port}`, "-CAfile", ca.certFile, ...args]);

/** Bytes of which every four are different from all others. */
function pattern(length: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i += 4) bytes.writeUInt32LE(Math.imul(i, 0x9e3779b1) >>> 0, i);
  return bytes;
}

describe("the server over TLS", () => {
  test("echoes every byte to the client, in every mode", async () => {
    await using server = await ServerProgram.start(...files(identity));
    const load = ["--conns", "5", "--messages", "2000", "--size", "64k", "--pipeline", "4"];
    const { exitCode, result } = await runClientForResult(...to(server), ...trusting, ...load);
    expect(result.tls).toMatchObject({ protocol: "TLSv1.3", isVerified: true });
    expect(result.totals.bytesReceived).toBe(2_000 * 65_536);
    const stream = await runClientForResult(...to(server), ...trusting, "--mode", "stream", "--bytes", "50MB");
    expect(stream.result.totals.bytesReceived).toBe(50_000_000);
    const churn = await runClientForResult(...to(server), ...trusting, "--mode", "churn", "--messages", "20");
    expect([exitCode, stream.exitCode, churn.exitCode]).toEqual([0, 0, 0]);
    expect(await server.stop()).toBe(0);
    expect(server.stdout).toContain("TLS 1.2 or later, certificate CN=server, valid until ");
    expect(server.stdout).toContain(" 0 rejected, 0 timed out, 0 errors");
  });

  testWith("openssl")("echoes 64 MB to openssl s_client, which reads late, and answers its FIN", async () => {
    await using server = await ServerProgram.start(...files(identity), "--buffer", "64k", "--verbose");
    const sent = pattern(64_000_000);
    const target = ["-connect", `127.0.0.1:${server.port}`, "-CAfile", ca.certFile];
    const child = Bun.spawn(
      ["openssl", "s_client", ...target, "-quiet", "-no_ign_eof", "-nocommands", "-verify_return_error"],
      { stdin: "pipe", stdout: "pipe", stderr: "ignore" },
    );
    void child.stdin.write(sent);
    // Nothing is read before the server has to wait for its peer.
    await server.saw(/RX: (\d+) bytes, TX: (?!\1 )\d+ bytes/);
    const echoed = Buffer.alloc(sent.length);
    let length = 0;
    for await (const chunk of child.stdout) {
      echoed.set(chunk, length);
      length += chunk.length;
      if (length === sent.length) void child.stdin.end();
    }
    expect(length).toBe(sent.length);
    expect(echoed.equals(sent)).toBe(true);
    expect(await child.exited).toBe(0);
    await server.saw(/DISCONNECT.*RX: 64000000 bytes, TX: 64000000 bytes/);
    expect(await server.stop()).toBe(0);
    expect(server.stdout).not.toContain(" ERROR ");
  });

  testWith("socat")("answers the half-close of OpenSSL in socat after the last of 64 MB", async () => {
    await using server = await ServerProgram.start(...files(identity), "--buffer", "64k");
    const sent = pattern(64_000_000);
    const target = `OPENSSL:127.0.0.1:${server.port},cafile=${ca.certFile}`;
    const child = Bun.spawn(["socat", "-t", "20", "-", target], { stdin: sent, stdout: "pipe", stderr: "inherit" });
    const echoed = Buffer.from(await new Response(child.stdout).arrayBuffer());
    expect(echoed.equals(sent)).toBe(true);
    expect(await child.exited).toBe(0);
    await server.saw(/DISCONNECT.*RX: 64000000 bytes, TX: 64000000 bytes/);
  });

  test("echoes 64 MB to a peer that reads nothing until all is sent, without holding it", async () => {
    await using server = await ServerProgram.start(...files(identity), "--buffer", "64k", "--sndbuf", "64k");
    const sent = pattern(64_000_000);
    const options = { host: "127.0.0.1", port: server.port, ca: ca.cert, allowHalfOpen: true };
    const socket = connect(options);
    await new Promise((resolve) => socket.once("secureConnect", resolve));
    socket.pause();
    socket.end(sent);
    await server.saw(/CONNECT/);
    const echoed = await readAll(socket);
    expect(echoed.equals(sent)).toBe(true);
    await server.saw(/DISCONNECT.*RX: 64000000 bytes, TX: 64000000 bytes/);
    expect(await server.stop()).toBe(0);
  });

  testWith("openssl")("speaks TLS 1.2, and nothing older", async () => {
    await using server = await ServerProgram.start(...files(identity));
    await using recent = openssl(server, "-quiet", "-tls1_2");
    void recent.child.stdin.write("hello\n");
    await recent.saw(/^hello\n$/);
    await using old = openssl(server, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0");
    expect(await old.exited()).not.toBe(0);
    await server.saw(/REJECT - \S+ \(the client does not support TLS 1.2 or later\)/);
  });

  test("refuses a client that does not speak TLS, leaves, or is silent, and says which", async () => {
    await using server = await ServerProgram.start(...files(identity), "--tls-handshake-timeout", "100ms");
    const plain = await openRaw(server.port);
    plain.write("hello, in plain text\n");
    await server.saw(/REJECT - \S+ \(the client does not speak TLS\)/);
    (await openRaw(server.port)).end();
    await server.saw(/REJECT - \S+ \(the client left during the handshake\)/);
    (await openRaw(server.port)).resetAndDestroy();
    await server.sawTimes("(the client left during the handshake)", 2);
    const silent = await openRaw(server.port);
    await server.saw(/REJECT - \S+ \(the TLS handshake was not over in time\)/);
    silent.destroy();
    const { exitCode } = await runClientForResult(...to(server), ...trusting, "--messages", "10");
    expect(exitCode).toBe(0);
    await server.stop();
    expect(server.stdout).toContain("Connections  1 total, peak 1, 4 rejected");
    expect(server.stdout.match(/ CONNECT /g)).toHaveLength(1);
  });

  test("counts a handshake that is under way as a connection, until it ends", async () => {
    await using server = await ServerProgram.start(
      ...files(identity),
      ...["--max-conns", "1", "--tls-handshake-timeout", "200ms"],
    );
    const silent = await openRaw(server.port);
    const second = await openRaw(server.port);
    await server.saw(/REJECT - \S+ \(limit of 1 connections reached\)/);
    await server.saw(/REJECT - \S+ \(the TLS handshake was not over in time\)/);
    const { exitCode } = await runClientForResult(...to(server), ...trusting, "--messages", "10");
    expect(exitCode).toBe(0);
    silent.destroy();
    second.destroy();
  });

  test("ends at once while a handshake is under way", async () => {
    await using server = await ServerProgram.start(...files(identity), "--grace", "60s");
    const silent = await openRaw(server.port);
    const { exitCode } = await runClientForResult(...to(server), ...trusting, "--messages", "1");
    expect(exitCode).toBe(0);
    expect(await server.stop()).toBe(0);
    silent.destroy();
  });
});

describe.concurrent("a client certificate", () => {
  test.each([
    ["that is missing", [], "the client sent no certificate"],
    ["of another authority", files(mallory), "the client's certificate is not signed by an authority of --tls-ca"],
    ["that has expired", files(expired), "the client's certificate has expired"],
  ])("%s is refused, and logged with its reason", async (_case, args, reason) => {
    await using server = await ServerProgram.start(...files(identity), "--tls-ca", ca.certFile);
    const { exitCode } = await runClient(...to(server), ...trusting, "--messages", "1", ...args);
    expect(exitCode).not.toBe(0);
    await server.saw(/ REJECT /);
    await server.stop();
    expect(server.stdout).toContain(`(${reason})`);
    expect(server.stdout).not.toMatch(/ (?:CONNECT|DATA) /);
    expect(server.stdout).toContain("Connections  0 total, peak 0, 1 rejected");
  });

  test("of the right authority is accepted", async () => {
    await using server = await ServerProgram.start(...files(identity), "--tls-ca", ca.certFile);
    const load = [...trusting, ...files(alice), "--messages", "100"];
    expect((await runClientForResult(...to(server), ...load)).exitCode).toBe(0);
  });
});

test("--tls-self-signed prints a command with which the client trusts it, and only it", async () => {
  await using server = await ServerProgram.start("--tls-self-signed");
  const [, command = ""] = await server.saw(/Connect with: bun run client (.*)\n/);
  const trusted = await runClientForResult(...command.split(" "), "--messages", "10");
  expect(trusted.exitCode).toBe(0);
  expect(trusted.result.tls).toMatchObject({ isVerified: true });
  await using other = await ServerProgram.start("--tls-self-signed");
  const elsewhere = command.replace(/--port \d+/, `--port ${other.port}`);
  const { exitCode, stderr } = await runClient(...elsewhere.split(" "), "--messages", "10");
  expect(stderr).toContain("the server's certificate does not have the fingerprint of --tls-fingerprint");
  expect(exitCode).toBe(3);
});

test("a server over TLS shares its port with no other", async () => {
  await using server = await ServerProgram.start(...files(identity));
  const command = [process.execPath, "server/cli.ts", "--host", "127.0.0.1", ...to(server), ...files(identity)];
  await using second = new Program(command);
  expect(await second.exited()).toBe(3);
  expect(second.stderr).toContain(`port ${server.port} is already in use`);
});

describe.concurrent("a server that was asked for TLS never serves plain text, but ends with exit 2", () => {
  const junk = certificates.file("junk.pem", "no certificate");
  const { certFile, keyFile } = identity;
  test.each([
    [
      "a certificate without its key",
      ["--tls-cert", certFile],
      `--tls-cert "${certFile}": expected with its key, --tls-key`,
    ],
    [
      "a key without its certificate",
      ["--tls-key", keyFile],
      `--tls-key "${keyFile}": expected with its certificate, --tls-cert`,
    ],
    ["only an authority", ["--tls-ca", ca.certFile], "expected with --tls-cert and --tls-key, or --tls-self-signed"],
    ["another's key", ["--tls-cert", certFile, "--tls-key", alice.keyFile], "this is the key of another certificate"],
    [
      "a key that does not exist",
      ["--tls-cert", certFile, "--tls-key", "/no/such.key"],
      '--tls-key "/no/such.key": no such file',
    ],
    [
      "a file without a certificate",
      ["--tls-cert", junk, "--tls-key", keyFile],
      `--tls-cert "${junk}": expected a certificate in PEM`,
    ],
    ["an expired certificate", files(expired), "expected a certificate that is valid now; it expired on "],
    [
      "a file without an authority",
      [...files(identity), "--tls-ca", junk],
      `--tls-ca "${junk}": expected certificates in PEM`,
    ],
    [
      "two certificates",
      ["--tls-self-signed", ...files(identity)],
      "expected without --tls-self-signed, which makes its own",
    ],
    ["a Unix socket", ["--unix", "/tmp/x", "--tls-self-signed"], "expected without --unix"],
  ])("given %s", async (_case, args, message) => {
    await using server = new Program([process.execPath, "server/cli.ts", ...args]);
    expect(await server.exited()).toBe(2);
    expect(server.stderr).toContain(message);
    expect(server.stdout).toBe("");
  });
});
