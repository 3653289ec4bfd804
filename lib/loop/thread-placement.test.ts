import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { allowedCpus } from "../posix/scheduling.ts";
import type { BackgroundPriority, Placement } from "./thread-placement.ts";

/** A thread as /proc shows it: scheduling policy, nice value and the processors that it may run on. */
interface Thread {
  readonly policy: number;
  readonly nice: number;
  readonly cpus: string;
}

/**
 * Places the threads of a process of their own.
 * @param workers code that gives the numbers of those that work
 * @param had whether these have had a processor to themselves, at each look in turn
 * @param starter starts the process
 */
async function place(
  workers: string,
  placement: Omit<Placement, "workers">,
  { had = [true], starter = [] as readonly string[] } = {},
) {
  const source = `
    import { readFileSync } from "node:fs";
    import { ThreadPlacement } from "./thread-placement.ts";
    import { threadIds } from "../posix/scheduling.ts";
    const settings = { workers: ${workers}, ...${JSON.stringify(placement)} };
    const had = ${JSON.stringify(had)};
    let looks = 0;
    let lookAgain = () => {};
    const timers = { after: (_, action) => ((lookAgain = action), looks++, () => {}) };
    const placed = new ThreadPlacement(settings, timers, () => had[looks]);
    for (const _ of had.slice(1)) lookAgain();
    const scheduleOf = (id) => {
      const fields = readFileSync("/proc/self/task/" + id + "/stat", "utf8").replace(/^.*\\) /, "").split(" ");
      const [, cpus] = /^Cpus_allowed_list:\\s*(\\S+)/m.exec(readFileSync("/proc/self/task/" + id + "/status", "utf8"));
      return { nice: Number(fields[16]), policy: Number(fields[38]), cpus };
    };
    const others = threadIds().filter((id) => id !== process.pid);
    const found = { priority: placed.priority, main: scheduleOf(process.pid), others: others.map(scheduleOf) };
    placed[Symbol.dispose]();
    console.log(JSON.stringify({ ...found, after: [process.pid, ...others].map(scheduleOf) }));
  `;
  const child = Bun.spawn([...starter, process.execPath, "-e", source], { cwd: import.meta.dir, stdout: "pipe" });
  const output = await child.stdout.text();
  expect(await child.exited).toBe(0);
  const found: { priority: BackgroundPriority; main: Thread; others: Thread[]; after: Thread[] } = JSON.parse(output);
  expect(found.others).not.toBeEmpty();
  return found;
}

/** Of this process, which its children inherit. */
const usualNice = getPriority();

const CAP_SYS_NICE = 23n;

/** Whether a process may raise priorities. */
function mayRaise(): boolean {
  if (process.platform !== "linux") return false;
  const [, capabilities = "0"] = /^CapEff:\s*(\S+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return ((BigInt(`0x${capabilities}`) >> CAP_SYS_NICE) & 1n) === 1n;
}

const SCHED_OTHER = 0;
const SCHED_BATCH = 3;
const SCHED_IDLE = 5;
const cpus = allowedCpus();

/** In CI a tool that is missing is a failure. */
const hasChrt = process.env["CI"] === "true" || Bun.which("chrt") !== null;

describe.if(cpus.length > 1)("the threads of a process", () => {
  const whole = { cpus: [], ownsProcess: true, lowersOthers: true };

  test("run only where a processor is idle, but for the one that works", async () => {
    const { priority, main, others } = await place("[process.pid]", whole);
    expect(priority).toBe("idle");
    expect(others.every(({ policy }) => policy === SCHED_IDLE)).toBe(true);
    expect(main).toMatchObject({ policy: SCHED_OTHER, nice: usualNice });
  });

  test("run only where a processor is idle, but for the main thread, which hears signals and is a little nicer", async () => {
    const { main } = await place("threadIds().slice(1, 2)", whole);
    expect(main).toMatchObject({ policy: SCHED_OTHER, nice: Math.min(19, usualNice + 5) });
  });

  test.if(mayRaise())("have their usual priority again when the work is done", async () => {
    const { after } = await place("threadIds().slice(1, 2)", whole);
    expect(after.every(({ policy, nice }) => policy === SCHED_OTHER && nice === usualNice)).toBe(true);
  });

  test.if(hasChrt)("give way while the main thread keeps a policy that it was started with", async () => {
    const { priority, main, after } = await place("threadIds().slice(1, 2)", whole, { starter: ["chrt", "-b", "0"] });
    expect(priority).toBe("idle");
    for (const thread of [main, after[0]]) expect(thread?.policy).toBe(SCHED_BATCH);
  });

  test.each<[string, string, object]>([
    ["every processor has a thread that works", `Array(${cpus.length}).fill(process.pid)`, {}],
    ["no thread works", "[]", {}],
    ["the process has other work", "[process.pid]", { ownsProcess: false }],
    ["they are not to be lowered", "[process.pid]", { lowersOthers: false }],
  ])("keep their priority where %s", async (_, workers, placement) => {
    const { priority, main, others } = await place(workers, { ...whole, ...placement });
    expect(priority).toBe("unchanged");
    expect([main, ...others].every(({ policy, nice }) => policy === SCHED_OTHER && nice === usualNice)).toBe(true);
  });

  test("keep their priority where those that work have waited for a processor", async () => {
    expect((await place("[process.pid]", whole, { had: [false, false] })).priority).toBe("unchanged");
  });

  test("give way as soon as those that work have a processor to themselves", async () => {
    const { priority, others } = await place("[process.pid]", whole, { had: [false, false, true] });
    expect(priority).toBe("idle");
    expect(others.every(({ policy }) => policy === SCHED_IDLE)).toBe(true);
  });

  test("keep to the processors of the list, and those that work have one each", async () => {
    const [first = 0, second = 0] = cpus;
    const { main, others } = await place("[process.pid]", { ...whole, cpus: [first, second], firstCpu: 1 });
    expect(main.cpus).toBe(String(second));
    const both = second === first + 1 ? `${first}-${second}` : `${first},${second}`;
    expect(others.every((thread) => thread.cpus === both && thread.policy === SCHED_IDLE)).toBe(true);
  });

  test("keep to one processor at their usual priority", async () => {
    const { main, others } = await place("[process.pid]", { ...whole, cpus: [cpus[1] ?? 0] });
    expect([main, ...others].every((thread) => thread.cpus === String(cpus[1]) && thread.policy === 0)).toBe(true);
  });
});
