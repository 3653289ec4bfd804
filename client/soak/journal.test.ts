import { expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunFailedError } from "../../lib/errors.ts";
import { StalledPipe } from "../../test/fixtures/stalled-pipe.ts";
import type { SoakEvent } from "./events.ts";
import { checkJournal, Journal, readJournal } from "./journal.ts";

const setting = { target: "a:1", connections: 1, everyMs: 1_000, stallMs: 1_000, timeoutMs: 5_000 };
const start: SoakEvent = { kind: "start", at: 1, schema: "echobench.soak-journal/1", version: "1", setting };
const end: SoakEvent = { kind: "end", at: 2 };

function inFolder(use: (file: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "echobench-journal-"));
  try {
    use(join(folder, "soak.log"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function write(file: string, ...events: readonly SoakEvent[]): void {
  using journal = new Journal(file, () => {});
  for (const event of events) journal.write(event);
}

function read(file: string): { events: SoakEvent[]; lost: number } {
  const events: SoakEvent[] = [];
  const lost = readJournal(file, (event) => events.push(event));
  return { events, lost };
}

test("reads what was written, session after session, except for a line that was cut short", () =>
  inFolder((file) => {
    write(file, start, end);
    appendFileSync(file, '{"kind":"ti');
    write(file, start, end);
    expect(read(file)).toEqual({ events: [start, end, start, end], lost: 1 });
  }));

test("reads lines longer than the buffer, and characters split at its end", () =>
  inFolder((file) => {
    const long: SoakEvent = { ...start, setting: { ...setting, target: "ä€".repeat(50_000) } };
    write(file, long, end);
    expect(read(file).events).toEqual([long, end]);
  }));

test.each([
  ["a result", '{\n  "schema": "echobench.soak/1"\n}\n'],
  ["another list of events", '{"kind":"start","at":1}\n'],
  ["text", "notes\n"],
  ["an event without a start", `${JSON.stringify(end)}\n`],
  ["another file with a session after it", `notes\n${JSON.stringify(start)}\n`],
])("%s is no journal to append to or to read", (_what, content) =>
  inFolder((file) => {
    writeFileSync(file, content);
    expect(() => checkJournal(file)).toThrow(`--journal "${file}": expected a new file or a journal`);
    expect(() => read(file)).toThrow("expected a journal that --journal wrote");
    expect(readFileSync(file, "utf8")).toBe(content);
  }),
);

test("a journal is appended to, also an empty one and one whose first line was cut short", () =>
  inFolder((file) => {
    checkJournal(file);
    for (const content of ["", "\n", '\n{"kind":"start","at":1,"sch', `\n${JSON.stringify(start)}\n`]) {
      writeFileSync(file, content);
      checkJournal(file);
    }
    writeFileSync(file, '\n{"kind":"start","at":1,"sch');
    write(file, start, end);
    expect(read(file)).toEqual({ events: [start, end], lost: 1 });
  }));

test("a write error is reported once, and the soak goes on", () =>
  inFolder((file) => {
    const problems: string[] = [];
    const journal = new Journal(file, (problem) => problems.push(problem));
    journal.write(start);
    journal[Symbol.dispose]();
    journal.write(end);
    journal.write(end);
    expect(problems).toHaveLength(1);
    expect(readFileSync(file, "utf8")).not.toContain('"end"');
  }));

test("a reader that takes nothing is an error before the soak begins, and no wrong usage", () =>
  inFolder((file) => {
    using pipe = new StalledPipe(file);
    pipe.fill();
    const open = (): Journal => new Journal(file, () => {});
    expect(open).toThrow(RunFailedError);
    expect(open).toThrow(`--journal "${file}": cannot be written: its reader does not read`);
  }));

test.skipIf(process.platform !== "linux")("a full disk is an error before the soak begins", () => {
  expect(() => new Journal("/dev/full", () => {})).toThrow(
    /^--journal "\/dev\/full": cannot be written: no space left on the disk/,
  );
});
