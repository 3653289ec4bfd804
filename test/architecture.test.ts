import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Glob } from "bun";
import { mayImport, type Picture, programs, reachable, readPicture, topRoom } from "../docs/rooms.ts";

const root = join(import.meta.dir, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const programOf = (path: string): string => path.split("/", 1)[0] ?? "";

function roomOf(path: string): string {
  const [program = "", folder = "", ...rest] = path.split("/");
  return rest.length === 0 ? topRoom(program) : folder;
}

/** Every import of a program's sources, of types too, and every file that is started as a thread or read. */
function importsOf(program: string): ReadonlyArray<readonly [from: string, to: string]> {
  const sources = [...new Glob(`${program}/**/*.{ts,js}`).scanSync(root)].filter(
    (path) => !/\.(test|fixture|d)\.ts$/.test(path),
  );
  return sources.flatMap((path) =>
    [...read(path).matchAll(/\b(?:from|import|URL)\s*\(?\s*"(\.[^"]+)"/g)].map(
      ([, target = ""]) => [path, join(dirname(path), target)] as const,
    ),
  );
}

/** Everybody may import lib/, and bench/micro/ files of the programs that it measures. */
function isAllowed(picture: Picture, from: string, to: string): boolean {
  if (programOf(from) === programOf(to)) return mayImport(picture, roomOf(from), roomOf(to));
  return programOf(to) === "lib" || from.startsWith("bench/micro/") || to === "package.json";
}

describe.each(programs)("the picture of %s/ in docs/architecture.md", (program) => {
  const picture = readPicture(program);

  test("has a box for each folder and for the files beside them, and no other", () => {
    const folders = readdirSync(join(root, program), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const rooms = [topRoom(program), ...folders.map(({ name }) => name)];
    expect([...picture.boxes.keys()].toSorted()).toEqual(rooms.toSorted());
  });

  test("has arrows between its boxes only, and no way round in a circle", () => {
    const boxes = new Set(picture.boxes.values());
    for (const [box, to] of picture.arrows) {
      for (const end of [box, ...to]) expect(boxes).toContain(end);
      expect([...reachable(picture.arrows, box)]).not.toContain(box);
    }
  });

  test("allows every import of the sources", () => {
    const imports = importsOf(program);
    expect(imports.length).toBeGreaterThan(20);
    const offending = imports.filter(([from, to]) => !isAllowed(picture, from, to));
    expect(offending.map(([from, to]) => `${from} -> ${to}`)).toEqual([]);
  });
});

test("only the owner of the standard streams writes to them, so that no loss goes unnoticed", () => {
  const sources = programs.flatMap((program) => [...new Glob(`${program}/**/*.ts`).scanSync(root)]);
  const writers = sources.filter((path) => /process(?:\.std|\[)|Bun\.std(?:out|err)/.test(read(path)));
  expect(writers.toSorted()).toEqual(["lib/cli/start-check.ts", "lib/process/standard-streams.ts"]);
});

test("an import against the arrows, of a room in the same box or of another program is not allowed", () => {
  const [server, client] = [readPicture("server"), readPicture("client")];
  expect(isAllowed(server, "server/echo/connection.ts", "server/log/log.ts")).toBe(true);
  expect(isAllowed(server, "server/log/log.ts", "server/echo/connection.ts")).toBe(false);
  expect(isAllowed(client, "client/soak/soak.ts", "client/probe/probe.ts")).toBe(false);
  expect(isAllowed(server, "server/options.ts", "client/options/options.ts")).toBe(false);
});
