import { afterAll, describe, expect, test } from "bun:test";
import { once } from "node:events";
import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type TLSSocket } from "node:tls";
import { Certificates, type Identity } from "./fixtures/certificates.ts";
import { childrenOf, isStopped } from "./fixtures/process-stats.ts";
import { Program, ServerProgram, startClient, to } from "./fixtures/program.ts";
import { readExactly } from "./fixtures/raw-client.ts";
import { StalledPipe } from "./fixtures/stalled-pipe.ts";
import { until } from "./fixtures/until.ts";

const certificates = new Certificates();
const ca = await certificates.authority("test-ca");
const first = await certificates.signedBy(ca, "first");
const renewed = await certificates.signedBy(ca, "renewed");
afterAll(() => certificates[Symbol.dispose]());

const files = ({ certFile, keyFile }: Pick<Identity, "certFile" | "keyFile">): string[] => [
  ...["--tls-cert", certFile, "--tls-key", keyFile],
];

/** A copy of the first certificate, which a test can replace. */
const copyOfFirst = (name: string) => ({
  certFile: certificates.file(`${name}.pem`, first.cert),
  keyFile: certificates.file(`${name}.key`, first.key),
});

async function openSecure({ port }: { readonly port: number }): Promise<TLSSocket> {
  const socket = connect({ host: "127.0.0.1", port, ca: ca.cert });
  await once(socket, "secureConnect");
  return socket;
}

/** Whose certificate a new connection is shown. */
async function subjectOf(server: { readonly port: number }): Promise<string | string[] | undefined> {
  const socket = await openSecure(server);
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

/** A load that makes a new connection for every message. */
const startChurn = (server: ServerProgram): Program => {
  const load = ["--mode", "churn", "--conns", "8", "--warmup", "0", "--duration", "1500ms", "--interval", "200ms"];
  return startClient(...to(server), "--tls", "--tls-ca", ca.certFile, ...load, "--ndjson");
};

describe("SIGHUP", () => {
  test("resets no connection that is being opened", async () => {
    await using server = await ServerProgram.start(...files(first), "--quiet");
    await using client = startChurn(server);
    for (let reloads = 1; reloads <= 3; reloads++) {
      await client.sawTimes('"event":"interval"', reloads);
      server.kill("SIGHUP");
      await server.sawTimes(" RELOAD - certificate", reloads);
    }
    expect(await client.exited()).toBe(0);
    expect(client.stdout).not.toContain('"event":"error"');
  });

  test("renews the certificate of all workers together, and resets nobody", async () => {
    const live = copyOfFirst("workers");
    await using server = await ServerProgram.start("--workers", "2", ...files(live), "--quiet");
    await using client = startChurn(server);
    await client.saw(/"event":"interval"/);
    copyFileSync(renewed.certFile, live.certFile);
    copyFileSync(renewed.keyFile, live.keyFile);
    server.kill("SIGHUP");
    await server.saw(/ RELOAD - certificate CN=renewed/);
    // Enough of them to reach both workers.
    for (let i = 0; i < 20; i++) expect(await subjectOf(server)).toBe("renewed");
    expect(await client.exited()).toBe(0);
    expect(client.stdout).not.toContain('"event":"error"');
  });

  test("shows a new certificate to new connections, and closes no old one", async () => {
    const live = copyOfFirst("live");
    await using server = await ServerProgram.start(...files(live));
    expect(await subjectOf(server)).toBe("first");
    const old = await openSecure(server);
    copyFileSync(renewed.certFile, live.certFile);
    copyFileSync(renewed.keyFile, live.keyFile);
    server.kill("SIGHUP");
    await server.saw(/RELOAD - certificate CN=renewed, valid until /);
    expect(await subjectOf(server)).toBe("renewed");
    old.write("still here");
    expect(String(await readExactly(old, 10))).toBe("still here");
    old.destroy();
    expect(await server.stop()).toBe(0);
  });

  test("leaves the certificate as it is when the new one cannot be used", async () => {
    const live = copyOfFirst("broken");
    await using server = await ServerProgram.start(...files(live));
    copyFileSync(renewed.certFile, live.certFile);
    server.kill("SIGHUP");
    await server.saw(
      /RELOAD - the old certificate stays in use: --tls-key "\S+": expected the key of --tls-cert "\S+"; this is/,
    );
    expect(await subjectOf(server)).toBe("first");
  });

  test.each([
    ["one process", []],
    ["two workers", ["--workers", "2"]],
  ])("waits for no pipe in the place of a certificate, a key or an authority: %s", async (name, args) => {
    const live = { ...copyOfFirst(`pipes ${name}`), caFile: certificates.file(`pipes ${name}.ca`, ca.cert) };
    await using server = await ServerProgram.start(...args, ...files(live), "--tls-ca", live.caFile);
    for (const [option, path, pem] of [
      ["--tls-cert", live.certFile, first.cert],
      ["--tls-key", live.keyFile, first.key],
      ["--tls-ca", live.caFile, ca.cert],
    ] as const) {
      rmSync(path);
      new StalledPipe(path)[Symbol.dispose]();
      server.kill("SIGHUP");
      await server.saw(new RegExp(`the old certificate stays in use: ${option} "[^"]+": expected a regular file`));
      rmSync(path);
      writeFileSync(path, pem);
    }
    server.kill("SIGHUP");
    await server.saw(/RELOAD - certificate CN=first/);
    expect(await server.stop()).toBe(0);
    expect(server.stderr).toBe("");
  });

  test("leaves a certificate from a pipe, which can be read only once", async () => {
    const script = `exec ${process.execPath} server/cli.ts --host 127.0.0.1 --port 0 --tls-cert <(cat "$0") --tls-key <(cat "$1")`;
    await using server = new Program(["bash", "-c", script, first.certFile, first.keyFile]);
    const [, port] = await server.saw(/Listening on \S+:(\d+)\n/);
    server.kill("SIGHUP");
    await server.saw(/the old certificate stays in use: --tls-cert "[^"]+": expected a regular file/);
    expect(await subjectOf({ port: Number(port) })).toBe("first");
    server.kill("SIGINT");
    expect(await server.exited()).toBe(0);
  });

  test("does not wait for a worker that stands still, which renews its certificate when it goes on", async () => {
    const live = copyOfFirst("standing");
    await using server = await ServerProgram.start("--workers", "2", ...files(live));
    const [pid = 0] = childrenOf(server.child.pid);
    process.kill(pid, "SIGSTOP");
    await until(() => isStopped(pid), "a worker that stands still");
    copyFileSync(renewed.certFile, live.certFile);
    copyFileSync(renewed.keyFile, live.keyFile);
    server.kill("SIGHUP");
    await server.saw(/RELOAD - the old certificate stays in use: worker \d \(PID \d+\): it does not answer\n/);
    process.kill(pid, "SIGCONT");
    await server.saw(/answers again/);
    const isRenewed = async (): Promise<boolean> => {
      const subjects = await Promise.all(Array.from({ length: 20 }, () => subjectOf(server)));
      return subjects.every((subject) => subject === "renewed");
    };
    await until(isRenewed, "the new certificate from both workers");
    expect(await server.stop()).toBe(0);
    expect(server.stderr).toBe("");
  });

  test("says so when there is nothing to reload", async () => {
    await using server = await ServerProgram.start();
    server.kill("SIGHUP");
    await server.saw(/RELOAD - nothing to reload/);
    expect(await server.stop()).toBe(0);
  });
});
