import { availableParallelism } from "node:os";
import type { Socket } from "bun";
import { describe, expect, test } from "bun:test";
import { clientOptions } from "../options/options.ts";
import { epollAvailable } from "../../lib/posix/epoll.ts";
import { LoadThread } from "./load-thread.ts";
import { noObserver } from "./observer.ts";
import { toPlan, toThreadPlans } from "./plan.ts";
import { runLoad } from "./run.ts";
import { failureOf } from "../../test/fixtures/failure-of.ts";
import { rehearsed } from "./rehearsal.fixture.ts";

/** What JavaScriptCore compiled to its fastest code while a load was rehearsed. Each is compiled where it is called, so none is late. */
async function compiled(): Promise<string[]> {
  const env = { ...process.env, BUN_JSC_reportCompileTimes: "1", BUN_JSC_useConcurrentJIT: "0" };
  const fixture = new URL("rehearsal.fixture.ts", import.meta.url).pathname;
  const { stdout, stderr } = Bun.spawn([process.execPath, fixture], { env, stderr: "pipe" });
  const text = (await Promise.all([stdout.text(), stderr.text()])).join("");
  return Array.from(text.matchAll(/^Optimized (#?\w+)#.* using FTL /gm), ([, name = ""]) => name);
}

describe.if(epollAvailable)("a rehearsal", () => {
  test.each<[string, Record<string, unknown>]>([
    ["a closed loop", { size: 64 }],
    ["an open loop slower than it is rehearsed", { rate: 10 }],
    ["an open loop at random times", { rate: 1e6, arrival: "poisson" }],
    ["a stream", { mode: "stream" }],
    ["drawn sizes on two threads", { threads: 2, size: "64-1500" }],
    ["messages larger than the sockets' buffers", { size: "4MiB", conns: 2 }],
    ["a server that would change the bytes", { expectTransform: "uppercase", payload: "text" }],
  ])("runs %s, and measures nothing", async (_, given) => {
    const { bytes, isUntouched } = await rehearsed(given);
    expect(bytes).toBeGreaterThan(0);
    expect(isUntouched).toBe(true);
  });

  test.each<[string, Record<string, unknown>]>([
    ["churn, whose ports would run out", { mode: "churn" }],
    ["a load without a warm-up", { warmup: 0 }],
    ["Bun's sockets", { engine: "bun" }],
    ["a start that is near", { startAt: "+900ms" }],
    [
      "a start that is near for threads that share processors",
      { startAt: "+1500ms", threads: 4 * availableParallelism() },
    ],
  ])("is not made for %s", async (_, given) => {
    expect((await rehearsed(given)).bytes).toBe(0);
  });

  test("compiles what is called for each message, and what is called once a turn of the loop", async () => {
    expect(await compiled()).toEqual(expect.arrayContaining(["received", "record", "#serve", "#look"]));
  });

  test("that is stopped is not followed by a connection", async () => {
    const accepted: number[] = [];
    const open = (socket: Socket): void => {
      accepted.push(socket.remotePort);
      socket.end("accepted");
    };
    using server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { open, data() {} } });
    const options = clientOptions.parse({ port: server.port });
    const plan = toPlan(options, () => 7);
    const stop = new AbortController();
    let heardMs = performance.now();
    // This thread hears nothing while it echoes, which takes long, and it does so twice.
    let echoes = 0;
    const ear = setInterval(() => {
      if (performance.now() - heardMs > 100 && ++echoes === 2) stop.abort();
      heardMs = performance.now();
    }, 1);
    const address = { family: "ipv4", address: "127.0.0.1", port: server.port } as const;
    const run = runLoad(plan, toThreadPlans(plan, options), [address], stop.signal, noObserver);
    expect(String(await failureOf(run))).toContain("interrupted before the load began");
    clearInterval(ear);
    // A connection of the run would be accepted before this one.
    const answered = Promise.withResolvers<void>();
    const data = (): void => answered.resolve();
    const last = await Bun.connect({ hostname: "127.0.0.1", port: server.port, socket: { data } });
    await answered.promise;
    expect(accepted).toEqual([last.localPort]);
  });

  test("ends where nobody listens", async () => {
    const options = clientOptions.parse({});
    const plan = toPlan(options, () => 7);
    const [first] = toThreadPlans(plan, options);
    if (!first) throw new Error("a plan without threads");
    const thread = await LoadThread.start(first, plan, () => {});
    thread.send({
      kind: "rehearse",
      address: { family: "ipv4", address: "127.0.0.1", port: 1 },
      forMs: 50,
      largestBytes: 512,
    });
    expect(await thread.event("rehearsed")).toEqual({ kind: "rehearsed" });
    thread.terminate();
  });
});
