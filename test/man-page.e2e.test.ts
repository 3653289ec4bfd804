import { expect } from "bun:test";
import { runTool } from "./fixtures/program.ts";
import { testWith } from "./fixtures/tools.ts";

const page = "docs/echobench.1";

testWith("mandoc")("the manual page is right roff, and has every command with its options and examples", async () => {
  const lint = await runTool(["mandoc", "-Tlint", "-W", "warning", page], "");
  // The page has no date, so that it changes only with its content.
  expect(lint.stdout).toMatch(/^.*missing date.*\n$/);
  const { stdout } = await runTool(["mandoc", "-Tascii", "-Owidth=200", page], "");
  // Bold text is each letter printed over itself.
  const text = stdout.replaceAll(/.[\b]/g, "");
  for (const command of ["server", "client", "probe", "soak", "bloat", "sweep", "report", "bench ab", "completion"])
    expect(text).toMatch(new RegExp(`^   echobench ${command}$`, "m"));
  expect(text).toContain("--engine auto|epoll|bun");
  expect(text).toContain("echobench client --conns 10 --duration 30s");
  expect(text).not.toContain("bun run");
});
