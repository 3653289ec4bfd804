import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Glob } from "bun";

const root = join(import.meta.dir, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const blocks = read("docs/architecture.md")
  .split("```")
  .filter((block) => block.startsWith("mermaid"));

/** A program's rooms as docs/architecture.md draws them. A box may hold several, which do not import each other. */
interface Picture {
  /** the box of each room; a room is a folder, or the files that lie directly in the program's folder */
  readonly boxes: ReadonlyMap<string, string>;
  /** where the arrows of a box lead */
  readonly arrows: ReadonlyMap<string, readonly string[]>;
}

function readPicture(program: string): Picture {
  const block = blocks.find((each) => each.includes(`["${program}/*.ts<`)) ?? "";
  const boxes = [...block.matchAll(/^ *(\w+)\["([^"<]+)/gm)].flatMap(([, box = "", rooms = ""]) =>
    rooms.split(", ").map((room) => [room, box] as const),
  );
  const arrows = [...block.matchAll(/^ *([\w &]+) --> ([\w &]+)$/gm)].flatMap(([, from = "", to = ""]) =>
    from.split(" & ").map((box) => ({ box, to: to.split(" & ") })),
  );
  const byBox = Map.groupBy(arrows, ({ box }) => box);
  return {
    boxes: new Map(boxes),
    arrows: new Map([...byBox].map(([box, own]) => [box, own.flatMap(({ to }) => to)])),
  };
}

/** Every box that can be reached from this one along the arrows. */
function reachable(arrows: Picture["arrows"], box: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const next of arrows.get(box) ?? []) {
    if (seen.has(next)) continue;
    seen.add(next);
    reachable(arrows, next, seen);
  }
  return seen;
}

const programOf = (path: string): string => path.split("/", 1)[0] ?? "";

function roomOf(path: string): string {
  const [program = "", folder = "", ...rest] = path.split("/");
  return rest.length === 0 ? `${program}/*.ts` : folder;
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
const isAllowed = ({ boxes, arrows }: Picture, from: string, to: string): boolean => {
  if (programOf(from) !== programOf(to)) {
    return programOf(to) === "lib" || from.startsWith("bench/micro/") || to === "package.json";
  }
  if (roomOf(from) === roomOf(to)) return true;
  return reachable(arrows, boxes.get(roomOf(from)) ?? "").has(boxes.get(roomOf(to)) ?? "missing");
};

describe.each(["server", "client", "bench", "lib"])("the picture of %s/ in docs/architecture.md", (program) => {
  const picture = readPicture(program);

  test("has a box for each folder and for the files beside them, and no other", () => {
    const folders = readdirSync(join(root, program), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const rooms = [`${program}/*.ts`, ...folders.map(({ name }) => name)];
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

test("an import against the arrows, of a room in the same box or of another program is not allowed", () => {
  const [server, client] = [readPicture("server"), readPicture("client")];
  expect(isAllowed(server, "server/echo/connection.ts", "server/log/log.ts")).toBe(true);
  expect(isAllowed(server, "server/log/log.ts", "server/echo/connection.ts")).toBe(false);
  expect(isAllowed(client, "client/soak/soak.ts", "client/probe/probe.ts")).toBe(false);
  expect(isAllowed(server, "server/options.ts", "client/options/options.ts")).toBe(false);
});
