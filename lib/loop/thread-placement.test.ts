import { describe, expect, test } from "bun:test";
import { allowedCpus } from "../posix/scheduling.ts";
import type { BackgroundPriority, Placement } from "./thread-placement.ts";

/** A thread as /proc shows it: scheduling policy, nice value and the processors that it may run on. */
interface Thread {
  readonly policy: number;
  readonly nice: number;
  readonly cpus: string;
}

/** Places the threads of a process of their own. @param workers code that gives the numbers of those that work */
async function place(workers: string, placement: Omit<Placement, "workers">) {
  const source = `
    import { readFileSync } from "node:fs";
    import { ThreadPlacement } from "./thread-placement.ts";
    import { threadIds } from "../posix/scheduling.ts";
    const placed = new ThreadPlacement({ workers: ${workers}, ...${JSON.stringify(placement)} });
    const look = (id) => {
      const fields = readFileSync("/proc/self/task/" + id + "/stat", "utf8").replace(/^.*\\) /, "").split(" ");
      const [, cpus] = /^Cpus_allowed_list:\\s*(\\S+)/m.exec(readFileSync("/proc/self/task/" + id + "/status", "utf8"));
      return { nice: Number(fields[16]), policy: Number(fields[38]), cpus };
    };
    const others = threadIds().filter((id) => id !== process.pid);
    console.log(JSON.stringify({ priority: placed.priority, main: look(process.pid), others: others.map(look) }));
    placed[Symbol.dispose]();
  `;
  const child = Bun.spawn([process.execPath, "-e", source], { cwd: import.meta.dir, stdout: "pipe" });
  const output = await child.stdout.text();
  expect(await child.exited).toBe(0);
  const found: { priority: BackgroundPriority; main: Thread; others: Thread[] } = JSON.parse(output);
  expect(found.others).not.toBeEmpty();
  return found;
}

const SCHED_OTHER = 0;
const SCHED_IDLE = 5;
const cpus = allowedCpus();

describe.if(cpus.length > 1)("the threads of a process", () => {
  const someThread = "[1]";

  test("run only where a processor is idle, but for the main thread, which hears signals", async () => {
    const { priority, main, others } = await place(someThread, { cpus: [], ownsProcess: true });
    expect(priority).toBe("idle");
    expect(others.every(({ policy }) => policy === SCHED_IDLE)).toBe(true);
    expect(main).toMatchObject({ policy: SCHED_OTHER, nice: 0 });
  });

  test.each([
    ["every processor has a thread that works", { working: cpus.length, ownsProcess: true }],
    ["the process has other work", { ownsProcess: false }],
  ])("keep their priority where %s", async (_, placement) => {
    const { priority, main, others } = await place(someThread, { cpus: [], ...placement });
    expect(priority).toBe("unchanged");
    expect([main, ...others].every(({ policy, nice }) => policy === SCHED_OTHER && nice === 0)).toBe(true);
  });

  test("keep it if they do the work", async () => {
    const { others } = await place("threadIds()", { working: 1, cpus: [], ownsProcess: true });
    expect(others.some(({ policy }) => policy === SCHED_OTHER)).toBe(true);
  });

  test("keep to the processors of the list, and those that work have one each", async () => {
    const [first = 0, second = 0] = cpus;
    const { main, others } = await place("[process.pid]", { cpus: [first, second], firstCpu: 1, ownsProcess: true });
    expect(main.cpus).toBe(String(second));
    const both = second === first + 1 ? `${first}-${second}` : `${first},${second}`;
    expect(others.every((thread) => thread.cpus === both && thread.policy === SCHED_IDLE)).toBe(true);
  });

  test("keep to one processor at their usual priority", async () => {
    const { main, others } = await place("[process.pid]", { cpus: [cpus[1] ?? 0], ownsProcess: true });
    expect([main, ...others].every((thread) => thread.cpus === String(cpus[1]) && thread.policy === 0)).toBe(true);
  });
});
