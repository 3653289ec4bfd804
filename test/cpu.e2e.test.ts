import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { allowedCpus } from "../lib/posix/scheduling.ts";
import { childrenOf } from "./fixtures/process-stats.ts";
import { runClient, runClientForResult, ServerProgram, startClient, to } from "./fixtures/program.ts";
import { until } from "./fixtures/until.ts";

/** The processors that each thread of a process may run on, as /proc writes them. */
const cpusOf = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8");
    return /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? "";
  });

const [first = 0, second = 0] = allowedCpus();
const isOnly = (list: readonly string[], cpu: number): boolean => list.every((each) => each === String(cpu));

describe.if(second > first)("--cpu", () => {
  test.each(["epoll", "bun"])("keeps a server on %s and its client on a processor each", async (engine) => {
    await using server = await ServerProgram.start("--engine", engine, "--cpu", String(first));
    const load = ["--engine", engine, "--cpu", String(second), "--duration", "1h", "--interval", "100ms"];
    await using client = startClient(...to(server), ...load);
    await client.saw(/messages/);
    await server.saw(new RegExp(`Engine: .*, on processors ${first}\n`));
    await until(() => isOnly(cpusOf(server.child.pid), first), "the server's threads to be on their processor");
    await until(() => isOnly(cpusOf(client.child.pid), second), "the client's threads to be on their processor");
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    expect(client.stdout).toMatch(new RegExp(`1 thread on .* and\\s+processors ${second}\n`));
  });

  test("gives each worker of a server its own", async () => {
    await using server = await ServerProgram.start("--workers", "2", "--cpu", `${second},${first}`);
    const mains = (): string[] => childrenOf(server.child.pid).map((pid) => cpusOf(pid)[0] ?? "");
    await until(() => mains().toSorted().join() === [first, second].join(), "each worker to have a processor");
  });

  test("is in the result", async () => {
    await using server = await ServerProgram.start();
    const { result } = await runClientForResult(...to(server), "--cpu", String(second), "--messages", "10");
    expect(result.options["cpu"]).toBe(String(second));
    expect(result.harness).toMatchObject({ processors: [second], backgroundThreads: "unchanged" });
  });
});

test("--cpu refuses what is no processor of this process", async () => {
  const { exitCode, stderr } = await runClient("--cpu", "8191", "--messages", "1");
  expect(exitCode).toBe(2);
  expect(stderr).toStartWith('error: --cpu "8191": expected ');
});
