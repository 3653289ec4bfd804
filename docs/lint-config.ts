import { mayImport, programs, readPicture, topRoom } from "./rooms.ts";

/** A pattern of oxlint's rule no-restricted-imports. */
interface Restriction {
  readonly regex: string;
  readonly message: string;
}

interface Override {
  readonly files: readonly string[];
  readonly rules: Readonly<Record<string, unknown>>;
}

/** What each program may import besides its own rooms. */
const elsewhere: Readonly<Record<string, string>> = {
  server: "server/ imports from lib/ only.",
  client: "client/ imports from lib/ only.",
  bench: "bench/ starts the other programs as processes and imports from lib/ only.",
  lib: "lib/ imports from no program.",
};

const noCommandLine: Restriction = { regex: "/cli\\.ts$", message: "Nobody imports a cli.ts." };

const ffiOnlyInPosix = { name: "bun:ffi", message: "Only lib/posix/ calls the C library." };

const waitHere = "Wait by lib/timers.ts: its waits take any delay, end with a stop and leave no timer behind.";

const timerModules: Restriction = { regex: "^(?:node:)?timers(?:/promises)?$", message: waitHere };

const writeHere =
  "Write by lib/process/output.ts or messages.ts: a terminal that takes no output would stop the program.";

/** The globals and properties that start a timer, and the streams that wait. */
const whatWaits = {
  "no-restricted-globals": ["error", ...["setTimeout", "setInterval"].map((name) => ({ name, message: waitHere }))],
  "no-restricted-properties": [
    "error",
    ...[
      ["Bun", "sleep"],
      ["Bun", "sleepSync"],
      ["AbortSignal", "timeout"],
      ["globalThis", "setTimeout"],
      ["globalThis", "setInterval"],
    ].map(([object, property]) => ({ object, property, message: waitHere })),
    ...["stdout", "stderr"].map((property) => ({ object: "process", property, message: writeHere })),
  ],
};

/** For the owner of all waiting, for what runs before other modules are loaded, and for tests. */
const waitingAllowed = Object.fromEntries(Object.keys(whatWaits).map((rule) => [rule, "off"]));
/** What leaves half a file when the disk is full. */
const wholeFileWriters = ["node:fs", "node:fs/promises"].map((name) => ({
  name,
  importNames: ["writeFile", "writeFileSync", "appendFile", "appendFileSync", "createWriteStream"],
  message: "Write files by lib/process/output.ts: the previous file stays whole, and what is lost is told.",
}));

/** Text on standard output that is lost has to be told, which a console does not. */
const noConsole: Override = { files: ["{api,bin,server,client,bench,lib}/**/*.ts"], rules: { "no-console": "error" } };

const restrict = (files: string, patterns: readonly Restriction[], paths: readonly object[]): Override => ({
  files: [files],
  rules: { "no-restricted-imports": ["error", { ...(paths.length > 0 && { paths }), patterns }] },
});

function otherPrograms(program: string): Restriction {
  const others = ["server", "client", "bench", "api", "bin", "test", "docs"].filter((each) => each !== program);
  return { regex: `^(?:\\.\\./)+(?:${others.join("|")})/`, message: elsewhere[program] ?? "" };
}

/** The override of one room: what the arrows of the program's picture do not allow. */
function restrictRoom(program: string, room: string): Override {
  const picture = readPicture(program);
  const isTop = room === topRoom(program);
  const forbidden = [...picture.boxes.keys()].filter((other) => !mayImport(picture, room, other));
  const folders = forbidden.filter((other) => other !== topRoom(program));
  const regex = [
    ...(folders.length > 0 ? [`${isTop ? "^\\./" : "^(?:\\.\\./)+"}(?:${folders.join("|")})/`] : []),
    ...(forbidden.length > folders.length ? ["^\\.\\./[^/]+$"] : []),
  ].join("|");
  const message = `${isTop ? room : `${program}/${room}/`} may not import this: see the picture in docs/architecture.md.`;
  const own = regex === "" ? [] : [{ regex, message }];
  const ffi = program === "lib" && room === "posix" ? [] : [ffiOnlyInPosix];
  // bench/micro/ measures the hot paths of the other programs.
  const others = program === "bench" && room === "micro" ? [] : [otherPrograms(program)];
  return restrict(
    isTop ? room : `${program}/${room}/**`,
    [noCommandLine, timerModules, ...others, ...own],
    [...ffi, ...wholeFileWriters],
  );
}

/** Matchers that wait: output of a program that comes meanwhile may be lost. */
const noWaitingMatchers: Override = {
  files: ["test/**/*.test.ts"],
  rules: {
    "no-restricted-properties": [
      "error",
      ...["rejects", "resolves"].map((property) => ({
        property,
        message: "Wait by failureOf (test/fixtures): the event loop of this matcher loses events of the test's own.",
      })),
    ],
  },
};

/** The overrides of .oxlintrc.json, by which the linter holds the pictures of docs/architecture.md. */
export function lintOverrides(): readonly Override[] {
  return [
    restrict("{api,bin,docs,test}/**", [noCommandLine], [ffiOnlyInPosix]),
    ...programs.flatMap((program) => [...readPicture(program).boxes.keys()].map((room) => restrictRoom(program, room))),
    { files: [...programs, "api"].map((program) => `${program}/**/*.ts`), rules: whatWaits },
    { files: ["lib/timers.ts", "lib/cli/start-check.ts", "**/*.{test,fixture}.ts"], rules: waitingAllowed },
    noWaitingMatchers,
    noConsole,
    // A test may borrow the fixture of a room above its own.
    restrict("**/*.{test,fixture}.ts", [noCommandLine], []),
    { files: ["**/*.test.ts"], rules: { "unicorn/consistent-function-scoping": "off" } },
  ];
}
