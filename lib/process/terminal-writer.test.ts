import { describe, expect, test } from "bun:test";
import { TerminalWriter } from "./terminal-writer.ts";

/** A terminal that takes as many bytes as a test gives it room for, and a clock that the test turns. */
function createTerminal() {
  const screen = { text: "", room: 0, error: undefined as Error | undefined };
  const due: Array<{ readonly delayMs: number; readonly action: () => void }> = [];
  const writer = new TerminalWriter(
    (bytes) => {
      if (screen.error) throw screen.error;
      const taken = bytes.subarray(0, screen.room);
      screen.text += Buffer.from(taken).toString("latin1");
      screen.room -= taken.length;
      return taken.length;
    },
    {
      after(delayMs, action) {
        due.push({ delayMs, action });
        return () => {};
      },
    },
  );
  /** Lets it try again, if it wants to. @returns after which delay it wanted to */
  const turn = (): number | undefined => {
    const next = due.shift();
    next?.action();
    return next?.delayMs;
  };
  return { screen, writer, turn };
}

describe("TerminalWriter", () => {
  test("writes at once what fits, and the rest in order when there is room", async () => {
    const { screen, writer, turn } = createTerminal();
    screen.room = 5;
    const settled: string[] = [];
    for (const text of ["one ", "two ", "", "three"]) {
      void writer.write(text).then((error) => settled.push(`${text}${error}`));
    }
    expect([screen.text, writer.isWaiting]).toEqual(["one t", true]);
    screen.room = 100;
    turn();
    expect([screen.text, writer.isWaiting]).toEqual(["one two three", false]);
    await Promise.resolve();
    expect(settled).toEqual(["one undefined", "two undefined", "undefined", "threeundefined"]);
    expect(turn()).toBeUndefined();
  });

  test("asks a terminal that takes nothing ever less often, and one that does soon again", () => {
    const { screen, writer, turn } = createTerminal();
    void writer.write("text");
    const delays = Array.from({ length: 9 }, turn);
    expect(delays).toEqual([2, 4, 8, 16, 32, 50, 50, 50, 50]);
    screen.room = 1;
    turn();
    expect(turn()).toBe(1);
  });

  test("lets other work go on while a long text is written", () => {
    const { screen, writer, turn } = createTerminal();
    screen.room = 1e6;
    void writer.write("x".repeat(100_000));
    expect(screen.text).toHaveLength(65_536);
    turn();
    expect(screen.text).toHaveLength(100_000);
  });

  test("an error loses one text and is told; the next one is tried", async () => {
    const { screen, writer } = createTerminal();
    screen.error = new Error("hung up");
    expect(await writer.write("lost")).toBe(screen.error);
    screen.error = undefined;
    screen.room = 10;
    expect(await writer.write("kept")).toBeUndefined();
    expect(screen.text).toBe("kept");
  });

  test("loses text rather than memory when nothing is taken", async () => {
    const { screen, writer, turn } = createTerminal();
    const large = "x".repeat(9_000_000);
    const first = writer.write(large);
    expect(await writer.write("lost")).toEqual(new Error("the terminal takes no output"));
    screen.room = 1e8;
    while (turn() !== undefined);
    expect(await first).toBeUndefined();
    expect(await writer.write("kept")).toBeUndefined();
    expect(screen.text).toBe(`${large}kept`);
  });
});
