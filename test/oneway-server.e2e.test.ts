import { describe, expect, test } from "bun:test";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { once } from "node:events";
import { requestLine, type OneWayService, type StreamRequest } from "../lib/oneway/request.ts";
import { decodeTrailer, TRAILER_BYTES } from "../lib/oneway/trailer.ts";
import { generatePayload } from "../lib/payload/generated-payload.ts";
import { PayloadTable } from "../lib/payload/payload-table.ts";
import { ServerProgram } from "./fixtures/program.ts";
import { ByteReader } from "./fixtures/byte-reader.ts";
import { openRaw } from "./fixtures/raw-client.ts";

const OK = "ECHOBENCH/1 OK\n";
const request: StreamRequest = { payload: "random", seed: 7, start: 1_000_000 };
const table = new PayloadTable(generatePayload("random", 7));

/** What the request asks for. */
const stream = (length: number): Buffer => table.copy(request.start, length);

async function startServer(...args: readonly string[]) {
  const server = await ServerProgram.start("--discard", "0", "--chargen", "0", ...args);
  const portOf = async (service: OneWayService): Promise<number> =>
    Number((await server.saw(new RegExp(`:(\\d+) for ${service}`)))[1]);
  const ports = { discard: await portOf("discard"), chargen: await portOf("chargen") };
  return {
    server,
    async open(name: OneWayService): Promise<[Socket, ByteReader]> {
      const socket = await openRaw(ports[name]);
      return [socket, new ByteReader(socket)];
    },
    ports,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const variants: ReadonlyArray<readonly [string, readonly string[]]> = [
  ["epoll", ["--engine", "epoll"]],
  ["Bun's sockets", ["--engine", "bun"]],
  ["two workers", ["--workers", "2"]],
];

describe.each(variants)("a server that also serves one way, on %s", (_name, args) => {
  test("sends the pattern of RFC 864 to those who ask nothing, until they end", async () => {
    await using service = await startServer(...args);
    const [socket, reader] = await service.open("chargen");
    const begin = (await reader.take(1_000)).toString();
    const lines = begin.split("\r\n");
    expect(lines[0]).toBe(` !"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_\`abcdefg`);
    expect(lines[1]).toBe(`!"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_\`abcdefgh`);
    expect(lines.slice(0, -1).map((line) => line.length)).toEqual(lines.slice(0, -1).map(() => 72));
    socket.end();
    await reader.rest();
  });

  test("sends what is asked for, with a trailer at the end", async () => {
    await using service = await startServer(...args);
    const [socket, reader] = await service.open("chargen");
    socket.write(requestLine("chargen", request));
    expect((await reader.take(OK.length)).toString()).toBe(OK);
    const first = await reader.take(3_000_000);
    socket.end();
    const all = Buffer.concat([first, await reader.rest()]);
    const trailer = decodeTrailer(all.subarray(-TRAILER_BYTES));
    const sent = all.length - TRAILER_BYTES;
    expect(trailer?.sent).toBe(sent);
    expect(trailer?.sender?.sndMss).toBeGreaterThan(0);
    expect(all.subarray(0, sent).equals(stream(sent))).toBe(true);
  });

  test("waits for the rest of a line that has begun, with the pattern for others", async () => {
    await using service = await startServer(...args);
    const [asking, answer] = await service.open("chargen");
    const line = requestLine("chargen", request);
    asking.write(line.slice(0, 12));
    // It has waited for as long as it waits for those who say nothing.
    const [silent, pattern] = await service.open("chargen");
    await pattern.take(1_000);
    asking.write(line.slice(12));
    expect(await answer.line()).toBe(OK);
    expect((await answer.take(1_000)).equals(stream(1_000))).toBe(true);
    for (const socket of [asking, silent]) socket.destroy();
  });

  test("reads what comes, and says nothing to those who ask nothing", async () => {
    await using service = await startServer(...args);
    const [socket, reader] = await service.open("discard");
    socket.end(Buffer.alloc(5_000_000, "x"));
    expect(await reader.rest()).toHaveLength(0);
    expect(await service.server.stop()).toBe(0);
    expect(service.server.stdout).toContain("5000000 bytes");
  });

  test("checks what it is asked to check, and says how much of it was right", async () => {
    await using service = await startServer(...args);
    const [socket, reader] = await service.open("discard");
    socket.write(requestLine("discard", request));
    expect(await reader.line()).toBe(OK);
    socket.write(stream(2_000_000));
    // Reports come while it receives: the last one has all of it.
    while ((await reader.line()) !== "ECHOBENCH/1 RIGHT 2000000\n") continue;
    socket.end();
    expect((await reader.rest()).toString()).toBe("ECHOBENCH/1 END received=2000000 right=2000000\n");
  });

  test("says which byte was the first wrong one", async () => {
    await using service = await startServer(...args);
    const [socket, reader] = await service.open("discard");
    const bytes = stream(500_000);
    bytes[300_000] = (bytes[300_000] ?? 0) ^ 1;
    socket.write(requestLine("discard", request));
    socket.write(bytes);
    let said = "";
    while (!said.includes("WRONG")) said += await reader.line();
    // Reports are made of all connections at a time: when this one has its own, the other has had its turn.
    const [other, otherReader] = await service.open("discard");
    other.write(requestLine("discard", request));
    other.write(stream(1_000));
    while (!(await otherReader.line()).includes("RIGHT 1000")) continue;
    other.destroy();
    socket.end();
    said += (await reader.rest()).toString();
    const expected = stream(300_016).subarray(300_000).toString("hex");
    const received = bytes.subarray(300_000, 300_016).toString("hex");
    expect(said).toContain(`ECHOBENCH/1 WRONG at=300000 expected=${expected.slice(0, 2)}`);
    expect(said).toContain(` received=${received.slice(0, 2)}`);
    expect(said).toEndWith("ECHOBENCH/1 END received=500000 right=300000\n");
    expect(said.slice(said.indexOf("WRONG"))).not.toContain("RIGHT");
  });

  test.each<[OneWayService, string, string]>([
    ["chargen", "ECHOBENCH/1 CHECK payload=random seed=1 start=0\n", "chargen expects SEND"],
    ["discard", "ECHOBENCH/1 SEND payload=random seed=1 start=0\n", "discard expects CHECK"],
    ["discard", "ECHOBENCH/1 CHECK payload=files seed=1 start=0\n", "expected payload=random|text|zeros|any"],
    ["chargen", "ECHOBENCH/1 SEND payload=random seed=4294967296 start=0\n", "expected seed=0 to 4294967295"],
    ["chargen", "ECHOBENCH/1 SEND payload=random seed=1 start=-1\n", "expected start=0 to 2147483647"],
  ])("refuses a request of %s that makes no sense: %j", async (name, line, reason) => {
    await using service = await startServer(...args);
    const [socket, reader] = await service.open(name);
    socket.write(line);
    expect((await reader.rest()).toString()).toBe(`ECHOBENCH/1 ERROR ${reason}\n`);
  });

  test("ends its streams when it is stopped, with their trailers", async () => {
    await using service = await startServer(...args);
    const [socket, reader] = await service.open("chargen");
    socket.write(requestLine("chargen", request));
    await reader.take(100_000);
    const rest = reader.rest();
    expect(await service.server.stop()).toBe(0);
    expect(decodeTrailer((await rest).subarray(-TRAILER_BYTES))?.sent).toBeGreaterThan(99_000);
  });
});

describe.concurrent("a server that also serves one way", () => {
  test.each([undefined, 2_000])("takes a request that comes late, after the pattern, at a rate of %p", async (rate) => {
    await using service = await startServer();
    const [socket, reader] = await service.open("chargen");
    await reader.take(10_000);
    socket.write(requestLine("chargen", { ...request, rate }));
    let all = Buffer.alloc(0);
    while (!all.includes(OK) || all.length < all.indexOf(OK) + 1_000) {
      all = Buffer.concat([all, await reader.take(1_000)]);
    }
    const at = all.indexOf(OK);
    expect((10_000 + at) % 74).toBe(0);
    expect(all.subarray(at + OK.length, at + OK.length + 500).equals(stream(500))).toBe(true);
    socket.destroy();
  });

  test("speaks TLS on all of its ports", async () => {
    await using service = await startServer("--tls-self-signed");
    const socket = connectTls({ host: "127.0.0.1", port: service.ports.chargen, rejectUnauthorized: false });
    await once(socket, "secureConnect");
    socket.write(requestLine("chargen", request));
    const begin = await new ByteReader(socket).take(OK.length + 1_000);
    expect(begin.subarray(OK.length).equals(stream(1_000))).toBe(true);
    socket.destroy();
  });

  test("counts all of its connections against one limit", async () => {
    await using service = await startServer("--max-conns", "1");
    const [one] = await service.open("discard");
    one.write("x");
    await service.server.saw(/CONNECT/);
    const [, other] = await service.open("chargen");
    expect(await other.rest()).toHaveLength(0);
    await service.server.saw(/REJECT .*limit of 1 connections reached/);
    one.destroy();
  });

  test.each<[readonly string[], string]>([
    [["--port", "7001", "--discard", "7001"], '--discard "7001": expected another port than that of --port'],
    [["--discard", "7002", "--chargen", "7002"], '--chargen "7002": expected another port than that of --discard'],
    [["--unix", "/tmp/x", "--chargen", "7002"], "--chargen"],
    [["--chargen", "70000"], '--chargen "70000": expected'],
  ])("refuses %j", async (args, message) => {
    await using server = new ServerProgram([process.execPath, "server/cli.ts", ...args]);
    expect(await server.exited()).toBe(2);
    expect(server.stderr).toContain(message);
  });
});
