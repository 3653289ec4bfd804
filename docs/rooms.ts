import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..");

/** The programs, each with a picture in architecture.md. */
export const programs = ["server", "client", "bench", "lib"] as const;

/** A program's rooms as architecture.md draws them. A box may hold several, which do not import each other. */
export interface Picture {
  /** the box of each room; a room is a folder, or the files that lie directly in the program's folder */
  readonly boxes: ReadonlyMap<string, string>;
  /** where the arrows of a box lead */
  readonly arrows: ReadonlyMap<string, readonly string[]>;
}

const mermaidBlocks = (): readonly string[] =>
  readFileSync(join(root, "docs", "architecture.md"), "utf8")
    .split("```")
    .filter((block) => block.startsWith("mermaid"));

/** The room of the files that lie directly in a program's folder. */
export const topRoom = (program: string): string => `${program}/*.ts`;

export function readPicture(program: string): Picture {
  const block = mermaidBlocks().find((each) => each.includes(`["${topRoom(program)}<`)) ?? "";
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
export function reachable(arrows: Picture["arrows"], box: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const next of arrows.get(box) ?? []) {
    if (seen.has(next)) continue;
    seen.add(next);
    reachable(arrows, next, seen);
  }
  return seen;
}

/** Whether files of a room may import files of another room of the same program, or of their own. */
export function mayImport({ boxes, arrows }: Picture, from: string, to: string): boolean {
  if (from === to) return true;
  return reachable(arrows, boxes.get(from) ?? "").has(boxes.get(to) ?? "missing");
}
