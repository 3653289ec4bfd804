import { describe, expect, test } from "bun:test";
import { epollAvailable } from "../lib/posix/epoll.ts";
import { runClientForResult, ServerProgram, startClient, to } from "./fixtures/program.ts";

describe.if(epollAvailable)("busy polling", () => {
  test.each(["on", "200us"])("for %s on both ends echoes, and ends when it is told to", async (time) => {
    await using server = await ServerProgram.start("--busy-poll", time);
    const load = ["--busy-poll", time, "--messages", "2000", "--size", "64"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({ verdict: "pass", totals: { messages: 2_000 }, options: { busyPoll: time } });
    await using client = startClient(...to(server), "--busy-poll", time, "--duration", "1h", "--interval", "100ms");
    await client.saw(/messages/);
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    expect(await server.stop()).toBe(0);
  });
});
