import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes a result into a folder, which is made if need be. */
export async function saveResult(folder: string, name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), text);
}
