/** A command that is fuzzed. */
export interface FuzzedCommand {
  /** the words that name it, after the executable's name */
  readonly words: readonly string[];
  /** words that make a valid command line which ends soon; `{port}` is that of a server that answers */
  readonly valid: readonly (readonly string[])[];
  /** how often it is drawn, relative to the others */
  readonly weight: number;
}

const soon = ["--duration", "10ms", "--warmup", "0", "--timeout", "500ms", "--connect-timeout", "500ms"];

/** Every command. Those of bench that measure start many processes, and so are drawn seldom. */
export const fuzzedCommands: readonly FuzzedCommand[] = [
  { words: ["server"], valid: [["--host", "127.0.0.1", "--port", "0"]], weight: 14 },
  {
    words: ["client"],
    valid: [
      ["--port", "{port}", ...soon],
      ["--port", "{port}", "--messages", "3"],
      ["--port", "{port}", "--mode", "stream", ...soon],
      ["--port", "{port}", "--mode", "churn", ...soon],
      ["--port", "1", ...soon],
    ],
    weight: 30,
  },
  { words: ["client", "report"], valid: [["{result}"], ["{result}", "{result}"]], weight: 8 },
  {
    words: ["client", "merge"],
    valid: [["{shard}"], ["{shard}", "--allow-missing", "1"], ["{shard}", "{result}"], ["."]],
    weight: 10,
  },
  {
    words: ["client", "probe"],
    valid: [
      ["127.0.0.1:{port}", "--count", "1", "--every", "1ms"],
      ["127.0.0.1:1", "localhost:{port}", "--count", "0", "--timeout", "300ms"],
    ],
    weight: 14,
  },
  {
    words: ["client", "soak"],
    valid: [
      ["--port", "{port}", "--duration", "20ms", "--every", "10ms"],
      ["--resume-report", "{journal}"],
    ],
    weight: 8,
  },
  { words: ["client", "bloat"], valid: [["--port", "{port}", "--duration", "500ms"]], weight: 4 },
  {
    words: ["client", "sweep"],
    valid: [["--port", "{port}", "--size", "64,128", "--duration", "10ms", "--warmup", "0"]],
    weight: 5,
  },
  { words: ["bench"], valid: [["--rounds", "1", "--only", "small", "--duration", "100ms"]], weight: 2 },
  { words: ["bench", "compare"], valid: [["{result}", "{result}"]], weight: 8 },
  { words: ["bench", "report"], valid: [["{result}"]], weight: 6 },
  { words: ["bench", "comment"], valid: [["{result}"]], weight: 1 },
  {
    words: ["bench", "ab"],
    valid: [
      ["--base", "no-such-commit", "--rounds", "12"],
      ["--base", "no-such-commit", "--server", "true {port}", "--setup", "true"],
    ],
    weight: 1,
  },
  { words: ["bench", "prove"], valid: [["--base", "no-such-commit"]], weight: 1 },
  { words: ["bench", "peers"], valid: [["--rounds", "1", "--only", "small", "--duration", "100ms"]], weight: 1 },
  { words: ["bench", "rtt"], valid: [["--duration", "100ms"]], weight: 1 },
  { words: ["bench", "buffers"], valid: [["--rounds", "1", "--duration", "100ms"]], weight: 1 },
];
