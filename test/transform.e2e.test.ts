import { describe, expect, test } from "bun:test";
import { runClient, runClientForResult, ServerProgram, to } from "./fixtures/program.ts";
import { openRaw, readExactly } from "./fixtures/raw-client.ts";

describe.concurrent("--transform uppercase", () => {
  test("makes capitals of ASCII letters, however they arrive", async () => {
    await using server = await ServerProgram.start("--transform", "uppercase");
    const socket = await openRaw(server.port);
    socket.write("Hello, ");
    expect((await readExactly(socket, 7)).toString()).toBe("HELLO, ");
    socket.write("Wörld!\0");
    expect((await readExactly(socket, 8)).toString()).toBe("WöRLD!\0");
    socket.destroy();
  });

  test.each(["random", "text"])("is what the client compares %s bytes with", async (payload) => {
    await using server = await ServerProgram.start("--transform", "uppercase", "--buffer", "4096");
    const load = [...to(server), "--payload", payload, "--conns", "3", "--messages", "300"];
    const size = ["--size", "1-100000", "--pipeline", "4"];
    const right = await runClientForResult(...load, ...size, "--expect-transform", "uppercase");
    expect(right.result.totals.messages).toBe(300);
    expect(right.exitCode).toBe(0);
    const wrong = await runClientForResult(...load, ...size);
    expect(wrong.result.errors.byKind).toEqual({ mismatch: 3 });
    expect(wrong.exitCode).toBe(1);
  });

  test("is missed in a server without it", async () => {
    await using server = await ServerProgram.start();
    const load = [...to(server), "--payload", "text", "--messages", "10"];
    const { result } = await runClientForResult(...load, "--expect-transform", "uppercase");
    expect(result.errors.byKind).toEqual({ mismatch: 1 });
  });

  test("cannot be expected when bytes are not compared", async () => {
    const { exitCode, stderr } = await runClient("--expect-transform", "uppercase", "--no-verify");
    expect(stderr).toContain('--expect-transform "uppercase": expected without --no-verify');
    expect(exitCode).toBe(2);
  });
});
