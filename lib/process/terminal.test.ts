import { describe, expect, test } from "bun:test";
import { StatusLine, type Terminal } from "./terminal.ts";

/** Remembers what was written since it was last read. */
function createScreen(columns: number) {
  let written = "";
  const terminal: Terminal & { columns: number; isWaiting: boolean } = {
    ...{ columns, isWaiting: false, footer: undefined },
    draw: (text) => void (written += text),
  };
  const take = (): string => {
    const text = written;
    written = "";
    return text;
  };
  return { terminal, take };
}

describe("StatusLine", () => {
  test("redraws one line in its place, and clears it", () => {
    const { terminal, take } = createScreen(80);
    const line = new StatusLine(terminal);
    line.update(["one"]);
    expect(take()).toBe("one\u001b[J");
    line.update(["two"]);
    expect(take()).toBe("\rtwo\u001b[J");
    line.clear();
    expect(take()).toBe("\r\u001b[J");
    line.clear();
    expect(take()).toBe("");
  });

  test("text is written above several lines", () => {
    const { terminal, take } = createScreen(80);
    const line = new StatusLine(terminal);
    expect(terminal.footer).toBeUndefined();
    line.update(["a", "b", ""]);
    expect(take()).toBe("a\u001b[K\nb\u001b[K\n\u001b[J");
    expect(terminal.footer?.above("text\n")).toBe("\r\u001b[2A\u001b[Jtext\na\nb\n");
    line.clear();
    expect(terminal.footer).toBeUndefined();
  });

  test("the same lines are not drawn again", () => {
    const { terminal, take } = createScreen(80);
    const line = new StatusLine(terminal);
    line.update(["a"]);
    take();
    line.update(["a"]);
    expect(take()).toBe("");
    terminal.columns = 60;
    line.update(["a"]);
    expect(take()).toBe("\r\u001b[Ja");
    line.update(["b", "c"]);
    expect(take()).toBe("\rb\u001b[K\nc\u001b[J");
  });

  test("lines are cut by display width, so that none wraps", () => {
    const { terminal, take } = createScreen(20);
    const line = new StatusLine(terminal);
    line.update([`\u001b[31m${"x".repeat(30)}\u001b[39m`, "語".repeat(30)]);
    const [red = "", wide = ""] = take().split("\n");
    expect([Bun.stringWidth(red), Bun.stripANSI(red)]).toEqual([19, "x".repeat(19)]);
    expect([Bun.stringWidth(wide), Bun.stripANSI(wide)]).toEqual([18, "語".repeat(9)]);
  });

  test("a terminal that became narrower has wrapped the lines, and all their rows are erased", () => {
    const { terminal, take } = createScreen(80);
    const line = new StatusLine(terminal);
    line.update(["x".repeat(70), "short"]);
    take();
    terminal.columns = 30;
    line.update(["y".repeat(70)]);
    expect(take()).toBe(`\r\u001b[3A\u001b[J${"y".repeat(29)}`);
  });

  test("a terminal of unknown width has the usual one", () => {
    const { terminal, take } = createScreen(0);
    const line = new StatusLine(terminal);
    line.update(["x".repeat(100)]);
    expect(Bun.stringWidth(take())).toBe(79);
    line.clear();
    expect(take()).toBe("\r\u001b[J");
  });

  test("a terminal that has not taken earlier text gets no lines, and those it has are still known", () => {
    const { terminal, take } = createScreen(80);
    const line = new StatusLine(terminal);
    line.update(["a", "b"]);
    take();
    terminal.isWaiting = true;
    line.update(["c"]);
    expect(take()).toBe("");
    line.clear();
    expect(take()).toBe("\r\u001b[1A\u001b[J");
  });

  test("what is shown is gone once it is disposed", () => {
    const { terminal, take } = createScreen(80);
    {
      using line = new StatusLine(terminal);
      line.update(["x"]);
    }
    expect(take()).toEndWith("\r\u001b[J");
  });
});
