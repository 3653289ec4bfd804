import { expect, test } from "bun:test";
import { echo, type FinAnswer, startHostileServer } from "./fixtures/hostile-server.ts";
import { runClient, ServerProgram } from "./fixtures/program.ts";

/** What a diagnosis says of how its connection ended, with the port of the target. */
const diagnoses: ReadonlyArray<readonly [name: string, args: (port: string) => readonly string[]]> = [
  ["probe", (port) => ["probe", `127.0.0.1:${port}`, "--count", "1"]],
  ["soak", (port) => ["soak", "--port", port, "--duration", "300ms", "--every", "50ms", "--stall", "500ms"]],
  ["soak --idle-scan", (port) => ["soak", "--port", port, "--idle-scan", "--max-idle", "1s"]],
  [
    "bloat",
    (port) => [
      ...["bloat", "--port", port, "--idle", "100ms", "--interval", "100ms"],
      ...["--duration", "1s", "--max-conns", "1", "--max-increase", "60s"],
    ],
  ],
];

const says: Readonly<Record<FinAnswer, RegExp | undefined>> = {
  fin: undefined,
  reset: /the server answered FIN with a reset, though everything had come back/,
  none: /the server did not answer FIN within 500ms/,
};

test.concurrent.each(diagnoses)(
  "%s says when the server does not close its connection as it should",
  async (_, argsFor) => {
    for (const onFin of ["reset", "none", "fin"] as const) {
      using server = startHostileServer(echo, undefined, onFin);
      const { stdout, stderr, exitCode } = await runClient(...argsFor(String(server.port)), "--timeout", "500ms");
      expect([onFin, exitCode, stderr]).toEqual([onFin, 0, ""]);
      const spoken = stdout.replaceAll(/\s+/g, " ");
      const pattern = says[onFin];
      if (pattern) expect(spoken).toMatch(pattern);
      else expect(spoken).not.toContain("FIN");
    }
  },
);

test.each([[[]], [["--engine", "bun"]], [["--tls-self-signed"]]])(
  "our own server closes them well, with %p",
  async (options) => {
    await using server = await ServerProgram.start(...options);
    const tls = options.includes("--tls-self-signed") ? ["--tls", "--insecure"] : [];
    for (const [, argsFor] of diagnoses) {
      const { stdout } = await runClient(...argsFor(String(server.port)), ...tls);
      expect(stdout).not.toContain("FIN");
    }
  },
);
