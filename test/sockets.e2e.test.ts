import { describe, expect, test } from "bun:test";
import { libcAvailable } from "../lib/posix/libc.ts";
import { tryOptions } from "../lib/posix/socket-options.ts";
import { runResultSchema, type RunResult } from "../lib/result/run-result.ts";
import { Network } from "./fixtures/network.ts";
import { runClient, runClientForResult, runTool, ServerProgram, to } from "./fixtures/program.ts";
import { testInNetwork, testWith } from "./fixtures/tools.ts";

const engines = ["epoll", "bun"] as const;

const mptcp = "/proc/sys/net/mptcp/enabled";

/** Before Linux 6.3. */
const lacksPortRange = !libcAvailable || tryOptions({ sourcePorts: { from: 40_000, to: 40_999 } }) !== undefined;

const far = ["--host", "10.77.2.2"];
const brief = ["--warmup", "0", "--quiet", "--json"];

/** Runs the client of a network to its end, which has to be a good one. */
async function measure(network: Network, ...args: readonly string[]): Promise<RunResult> {
  const { exitCode, stdout, stderr } = await network.client(...args, ...brief);
  expect(exitCode, stderr).toBe(0);
  return runResultSchema.parse(JSON.parse(stdout));
}

/** Packets that the router's rules have counted, in the order of the rules. */
async function countedPackets(network: Network): Promise<number[]> {
  const list = ["nft", "list", "chain", "inet", "filter", "forward"];
  const { stdout } = await runTool(network.commandAt("router", list), "");
  return [...stdout.matchAll(/counter packets (\d+)/g)].map(([, packets]) => Number(packets));
}

describe.concurrent("options of the sockets", () => {
  test.each(engines)(
    "are in the result, the report and the server's log as the kernel granted them (%s)",
    async (engine) => {
      const both = ["--engine", engine, "--congestion", "reno", "--dscp", "af41", "--mss", "1200", "--device", "lo"];
      const more = ["--pacing-rate", "80Mbit/s", "--user-timeout", "9s", "--notsent-lowat", "64k"];
      await using server = await ServerProgram.start(...both, ...more, "--log-format", "json");
      const { exitCode, stdout } = await runClient(...to(server), ...both, ...more, "--messages", "10");
      expect(stdout.replaceAll(/\s+/g, " ")).toContain(
        "Sockets congestion control reno DSCP af41 (34) MSS 1188 B device lo paced to 80.0 Mbit/s user timeout 9s unsent at most 64 KiB",
      );
      expect(exitCode).toBe(0);
      const listening = JSON.parse(server.stdout.slice(0, server.stdout.indexOf("\n")));
      expect(listening.granted.sockets).toEqual({
        ...{ congestion: "reno", dscp: 34, mssBytes: 1_200, device: "lo", pacingBytesPerSecond: 10_000_000 },
        ...{ userTimeoutMs: 9_000, notsentLowatBytes: 65_536, sourcePorts: null, mptcp: null, fastOpen: null },
      });
      expect(listening.notes.join("\n")).toContain("Sockets: congestion control reno, DSCP af41 (34), MSS 1200 B");
    },
  );

  test.skipIf(lacksPortRange)("--source-port is where connections come from, on either engine", async () => {
    await using server = await ServerProgram.start();
    for (const engine of engines) {
      const load = ["--engine", engine, "--source-port", "40000-40999", "--messages", "10", "--conns", "3"];
      const { exitCode, stdout } = await runClient(...to(server), ...load);
      expect(stdout).toContain("source ports 40000 to 40999");
      expect(exitCode).toBe(0);
    }
    await server.sawTimes("] CONNECT - 127.0.0.1:", 6);
    expect(server.stdout.match(/\] CONNECT - 127\.0\.0\.1:40\d\d\d$/gm)).toHaveLength(6);
  });

  testWith(mptcp).each(engines)(
    "--mptcp is used where both ends have it, and the client says when it is not (%s)",
    async (engine) => {
      const few = ["--mptcp", "--engine", engine, "--messages", "10"];
      await using multipath = await ServerProgram.start("--mptcp", "--engine", engine, "--log-format", "json");
      const spoken = await runClientForResult(...to(multipath), ...few);
      expect([spoken.exitCode, spoken.result.sockets?.mptcp]).toEqual([0, true]);
      expect(multipath.stdout).toContain('"mptcp":true');
      await using plain = await ServerProgram.start("--engine", engine);
      const { exitCode, stdout } = await runClient(...to(plain), ...few);
      expect(stdout).toContain("MPTCP no, fell back to TCP");
      expect(exitCode).toBe(0);
    },
  );

  testWith(mptcp)("--mptcp over TLS echoes every byte", async () => {
    await using server = await ServerProgram.start("--mptcp", "--tls-self-signed");
    const load = ["--tls", "--insecure", "--messages", "10", "--mptcp"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    expect([exitCode, result.sockets?.mptcp, result.totals.messages]).toEqual([0, true, 10]);
  });

  testWith(mptcp)("that MPTCP does not have are refused with it, before anything is sent", async () => {
    const { exitCode, stderr } = await runClient("--mptcp", "--user-timeout", "5s", "--port", "1");
    expect(stderr).toBe(
      'error: --user-timeout "5s": expected without --mptcp, whose sockets have no TCP_USER_TIMEOUT\n',
    );
    expect(exitCode).toBe(2);
  });

  test("that the kernel refuses end the server before it listens", async () => {
    await using server = new ServerProgram([process.execPath, "server/cli.ts", "--port", "0", "--device", "none"]);
    expect(await server.exited()).toBe(2);
    expect(server.stderr).toMatch(/^error: --device "none": expected a network interface of this machine: .*\blo\b/);
  });

  for (const family of ["ipv4", "ipv6"] as const) {
    testInNetwork()(`--dscp is in every packet, each way its own (${family})`, async () => {
      await using network = await Network.make();
      const ip = family === "ipv4" ? "ip" : "ip6";
      await network.filter(
        ...[`tcp dport 7878 ${ip} dscp ef counter`, `tcp dport 7878 ${ip} dscp != ef counter`],
        ...[`tcp sport 7878 ${ip} dscp af11 counter`, `tcp sport 7878 ${ip} dscp != af11 counter`],
      );
      const host = family === "ipv4" ? far : ["--host", "fd77:2::2"];
      for (const engine of engines) {
        const server = await network.serve("--engine", engine, "--dscp", "af11");
        const { sockets } = await measure(network, ...host, "--engine", engine, "--dscp", "ef", "--messages", "100");
        expect(sockets?.dscp).toBe(46);
        await server[Symbol.asyncDispose]();
      }
      const [right = 0, wrong, rightBack = 0, wrongBack] = await countedPackets(network);
      expect(right).toBeGreaterThan(200);
      expect(rightBack).toBeGreaterThan(200);
      expect([wrong, wrongBack]).toEqual([0, 0]);
    });
  }

  testInNetwork()("--mss and --congestion are those that ss shows at both ends", async () => {
    await using network = await Network.make();
    await using _server = await network.serve("--mss", "1300", "--congestion", "cubic");
    const endless = ["--duration", "1h", "--quiet", "--mss", "1000", "--congestion", "cubic"];
    await using client = network.start("client", "client/cli.ts", ...far, ...endless);
    // The smaller of the two, less 12 bytes of time stamps.
    await network.until("client", ["ss", "-tin", "dport", "=", ":7878"], /\bcubic\b.* mss:988 .* advmss:988 /);
    await network.until("server", ["ss", "-tin", "sport", "=", ":7878"], /\bcubic\b.* mss:988 .* advmss:1288 /);
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
  });

  testInNetwork()("ECN is seen where an end asks for it", async () => {
    await using network = await Network.make();
    await using _server = await network.serve();
    const few = [...far, "--messages", "10"];
    expect((await measure(network, ...few)).tcpInfo?.ecnConnections).toBe(0);
    await network.at("client", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/tcp_ecn");
    expect((await measure(network, ...few, "--conns", "2")).tcpInfo?.ecnConnections).toBe(2);
    expect((await network.client(...few)).stdout).toMatch(/^TCP .* MSS 1,448 {2}ECN$/m);
  });

  testInNetwork()("--device uses one network interface alone, at either end", async () => {
    await using network = await Network.make();
    await network.at("client", "ip", "link", "add", "spare", "type", "veth", "peer", "name", "other");
    await network.at("client", "ip", "addr", "add", "10.77.9.1/24", "dev", "spare");
    await network.at("client", "ip", "link", "set", "spare", "up");
    await network.at("client", "ip", "link", "set", "other", "up");
    const open = await network.serve();
    expect((await measure(network, ...far, "--device", "wire", "--messages", "10")).sockets?.device).toBe("wire");
    const astray = await network.client(...far, "--device", "spare", "--connect-timeout", "500ms");
    expect(astray.stderr).toContain("could not connect to 10.77.2.2:7878");
    expect(astray.exitCode).toBe(3);
    await open[Symbol.asyncDispose]();
    for (const engine of engines) {
      const inner = await network.serve("--device", "lo", "--engine", engine);
      const { exitCode, stderr } = await network.client(...far);
      expect(stderr).toContain("10.77.2.2:7878: connection refused");
      expect(exitCode).toBe(3);
      await inner[Symbol.asyncDispose]();
    }
  });

  testInNetwork()("--pacing-rate limits the goodput, whichever end has it", async () => {
    await using network = await Network.make();
    // Small buffers, since all that they hold is still to come back after the window.
    const stream = [...far, "--mode", "stream", "--duration", "500ms", "--buffer", "32k"];
    const rates: number[] = [];
    for (const [server, client] of [
      [[], []],
      [[], ["--pacing-rate", "8Mbit/s"]],
      [["--pacing-rate", "8Mbit/s"], []],
    ] as const) {
      await using _server = await network.serve("--buffer", "32k", ...server);
      const { throughput } = await measure(network, ...stream, ...client);
      rates.push(throughput.bytesPerSecond);
    }
    const [free = 0, ...paced] = rates;
    for (const rate of paced) expect(rate / free).toBeLessThan(0.25);
  });

  describe("--fastopen", () => {
    const allow = (network: Network, host: "client" | "server", value: number): Promise<void> =>
      network.at(host, "sh", "-c", `echo ${value} > /proc/sys/net/ipv4/tcp_fastopen`);

    /** Connections that the server's kernel accepted with data in their SYN. */
    async function acceptedWithData(network: Network): Promise<number> {
      const { stdout } = await runTool(network.commandAt("server", ["cat", "/proc/net/netstat"]), "");
      const [names = [], values = []] = [...stdout.matchAll(/^TcpExt: (.*)$/gm)].map(([, line = ""]) =>
        line.split(" "),
      );
      return Number(values[names.indexOf("TCPFastOpenPassive")]);
    }

    const churn = [...far, "--fastopen", "--mode", "churn", "--messages", "50"];

    testInNetwork().each(engines)(
      "sends data with the SYN of all but the first connection (server on %s)",
      async (engine) => {
        await using network = await Network.make();
        await allow(network, "server", 3);
        await using _server = await network.serve("--fastopen", "--engine", engine);
        const first = await measure(network, ...churn);
        // That one has fetched the cookie.
        expect([first.sockets?.fastOpen, first.fastOpen]).toEqual([true, { connections: 50, synData: 49 }]);
        const again = await network.client(...churn);
        expect(again.stdout).toMatch(/^Sockets +TCP Fast Open on +data with the SYN of 50 of 50 connections$/m);
        expect(await acceptedWithData(network)).toBe(99);
        const plain = await measure(network, ...far, "--mode", "churn", "--messages", "50");
        expect([plain.fastOpen, plain.sockets?.fastOpen, await acceptedWithData(network)]).toEqual([null, null, 99]);
      },
    );

    testInNetwork()("echoes every byte in all modes, and connections that send nothing end well", async () => {
      await using network = await Network.make();
      await allow(network, "server", 3);
      await using _server = await network.serve("--fastopen");
      await measure(network, ...churn);
      const large = await measure(network, ...far, "--fastopen", "--conns", "5", "--size", "200k", "--messages", "20");
      expect([large.fastOpen, large.errors.total]).toEqual([{ connections: 5, synData: 5 }, 0]);
      const stream = [...far, "--fastopen", "--mode", "stream", "--conns", "3", "--duration", "300ms"];
      expect((await measure(network, ...stream)).fastOpen).toEqual({ connections: 3, synData: 3 });
      const idle = await measure(network, ...far, "--fastopen", "--conns", "20", "--messages", "5");
      expect([idle.fastOpen, idle.errors.total]).toEqual([{ connections: 5, synData: 5 }, 0]);
    });

    testInNetwork()("connects by the first message without data where the kernel has lost its cookie", async () => {
      await using network = await Network.make();
      await allow(network, "server", 3);
      await using _server = await network.serve("--fastopen");
      await measure(network, ...churn);
      const later = ["--fastopen", "--messages", "30", "--start-at", "+3s"];
      await using client = network.start("client", "client/cli.ts", ...far, ...later, "--warmup", "0", "--json");
      await client.until(() => /starts|wait/i.exec(client.stderr), "the client to wait for its start");
      await network.at("client", "ip", "tcp_metrics", "flush", "all");
      expect(await client.exited(), client.stderr).toBe(0);
      const { fastOpen, totals } = runResultSchema.parse(JSON.parse(client.stdout));
      expect([fastOpen, totals.messages]).toEqual([{ connections: 1, synData: 0 }, 30]);
    });

    testInNetwork()("falls back where the server has none of it", async () => {
      await using network = await Network.make();
      await using _server = await network.serve();
      expect((await measure(network, ...churn)).fastOpen).toEqual({ connections: 50, synData: 0 });
    });

    testInNetwork()("names a connect that only its first message finds refused", async () => {
      await using network = await Network.make();
      await allow(network, "server", 3);
      const server = await network.serve("--fastopen");
      await measure(network, ...churn);
      await server[Symbol.asyncDispose]();
      for (const args of [[...far, "--fastopen", "--conns", "3"], churn.slice(0, -2)]) {
        const { exitCode, stderr } = await network.client(...args, "--duration", "300ms", ...brief);
        expect(stderr).toContain("error: could not connect to 10.77.2.2:7878: connection refused");
        expect(exitCode).toBe(3);
      }
    });

    testInNetwork()("is refused at the end where the kernel does not allow it", async () => {
      await using network = await Network.make();
      await allow(network, "client", 2);
      const client = await network.client(...far, "--fastopen");
      expect(client.stderr).toBe(
        "error: --fastopen: expected net.ipv4.tcp_fastopen 3, with which the kernel lets clients use it, found 2\n",
      );
      await using server = network.start("server", "server/cli.ts", "--fastopen");
      const exitCode = await server.exited();
      expect(server.stderr).toContain("net.ipv4.tcp_fastopen 3, with which the kernel lets servers use it, found 1");
      expect([client.exitCode, exitCode]).toEqual([2, 2]);
    });

    test.each([
      [["--engine", "bun"], "with the epoll engine; Bun's sockets send nothing before they are connected"],
      [["--tls"], "with the epoll engine, and so without --tls; Bun's sockets send nothing"],
      [["--mptcp"], "without --mptcp"],
    ])("is refused with %j", async (more, expected) => {
      const { exitCode, stderr } = await runClient("--fastopen", ...more);
      expect(stderr).toStartWith(`error: --fastopen: expected ${expected}`);
      expect(exitCode).toBe(2);
    });
  });
});
