import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";

/** The words that stand in command lines for good files, and the names of those files. */
export const placeholders: Readonly<Record<string, string>> = {
  result: "result.json",
  stream: "stream.json",
  shard: "shard.json",
  suite: "suite.json",
  journal: "journal.ndjson",
  targets: "targets.txt",
  json: "config.json",
  toml: "config.toml",
  yaml: "config.yaml",
  cert: "cert.pem",
  key: "key.pem",
};

/** Good files, whose damaged copies the programs have to read, by their names. */
export type Material = ReadonlyMap<string, string>;

const writtenByHand = (port: number): Readonly<Record<string, string>> => ({
  "targets.txt": `127.0.0.1:${port}\nlocalhost:1-3 # closed\n[::1]:1\n`,
  "config.json": `{ "port": ${port}, "conns": 2, "size": "64", "duration": "10ms", "expect": ["p99<1s"], "label": ["a=b"] }\n`,
  "config.toml": `port = ${port}\nconns = 2\nsize = "64"\nduration = "10ms"\nexpect = ["p99<1s"]\n`,
  "config.yaml": `port: ${port}\nconns: 2\nsize: "64"\nduration: 10ms\nexpect:\n  - p99<1s\n`,
});

/**
 * Makes the good files in a folder, those of the programs with the programs themselves.
 * @param run runs a program with these words in the folder and returns what it printed
 * @param port of an echo server that answers
 */
export async function makeMaterial(
  run: (words: readonly string[]) => Promise<string>,
  folder: string,
  port: number,
): Promise<Material> {
  const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);
  for (const [name, content] of Object.entries(writtenByHand(port))) write(name, content);
  const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
  });
  write("cert.pem", cert);
  write("key.pem", key);
  const at = ["--port", String(port)];
  const load = ["client", ...at, "--warmup", "0", "--duration", "250ms", "--interval", "100ms"];
  write("result.json", await run([...load, "--json"]));
  write("shard.json", await run([...load, "--conns", "2", "--shard", "1/2", "--json"]));
  write("stream.json", await run([...load, "--mode", "stream", "--json"]));
  write("suite.json", await run(["bench", "report", "result.json", "--format", "json"]));
  await run(["client", "soak", ...at, "--every", "10ms", "--duration", "50ms", "--journal", "journal.ndjson"]);
  return new Map(Object.values(placeholders).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}
