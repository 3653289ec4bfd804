/** An option as `--help` shows it. */
export interface ShownOption {
  readonly flag: string;
  /** what help calls its value; undefined when it takes none */
  readonly hint?: string;
}

/** Reads the options of a command from its help. */
export function optionsIn(help: string): readonly ShownOption[] {
  return [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)(?: (\[?[A-Z#\w][^ ]*))?/gm)].map(([, flag = "", hint]) => ({
    flag,
    ...(hint !== undefined && { hint }),
  }));
}

/** Values that an option with this hint may accept. */
const plausible: Readonly<Record<string, readonly string[]>> = {
  TIME: ["+10ms", "1ms", "10ms", "0", "0s", "1s", "600h", "1us", "0.5s", "9999h"],
  SIZE: ["1", "64", "1k", "64KiB", "1MB", "4GiB", "64-1500", "64:7,576:4"],
  "I/N": ["1/1", "1/2", "2/2", "0/3", "auto"],
  N: ["0", "1", "2", "3", "16", "1000"],
  PORT: ["{port}", "0", "1", "65535"],
  HOST: ["127.0.0.1", "localhost", "::1", "[::1]", "no-such-name.invalid", "fe80::1%lo", "0.0.0.0"],
  ADDR: ["127.0.0.1", "::1", "::", "localhost", "127.0.0.1,127.0.0.2", "192.0.2.1"],
  FILE: ["{result}", "{journal}", "{cert}", "{key}", "new-file", "-", ".", "/dev/null", "/dev/full", "no/such/folder"],
  PATH: ["socket", "{result}", ".", "no/such/folder/socket"],
  RATE: ["1/s", "10k/s", "1M/s", "1e9/s", "60/min"],
  URL: ["http://127.0.0.1:{port}/", "http://127.0.0.1:1/stats.json", "https://[::1]:1", "file:///dev/null"],
  KIND: ["random", "zeros", "text", "file:{result}", "file:/dev/null", "file:."],
  CIDR: ["127.0.0.0/8", "::/0", "0.0.0.0/0", "10.0.0.0/33"],
  "THRESHOLD,...": ["p99<1s", "messages/s>=1", "throughput>1MB/s", "errors<=0", "p98<2ms", "max<1ns"],
  "KEY=VALUE": ["a=b", "__proto__=x", "constructor=", "=x"],
  SHA256: ["00", "AA:BB", "a".repeat(64)],
  NAME: ["localhost", "example.invalid"],
  TOKEN: ["secret"],
};

/** The values to draw from for a hint: the words of a choice, or what its kind may accept. */
export function plausibleValues(hint: string): readonly string[] {
  const bare = hint.replace(/^\[(.*)\]$/, "$1");
  const known = plausible[bare] ?? plausible[bare.replace(/,\.\.\.$/, "")];
  return known ?? (bare.includes("|") ? bare.split("|") : ["1", "x"]);
}

/** Values that somebody gives by mistake or on purpose, for any option. */
export const oddValues: readonly string[] = [
  "",
  " ",
  "-1",
  "0x10",
  "1e999",
  "NaN",
  "Infinity",
  "9007199254740993",
  "99999999999999999999999999h",
  "1Mb",
  "1G/s",
  "1µs",
  "1μs",
  "__proto__",
  "constructor",
  "\u001b]0;title\u0007",
  "\u202Egnp.exe",
  "\uFEFF1",
  "a\nb",
  "[::1",
  "::ffff:127.0.0.1",
  "fe80::1",
  "[fe80::1%nope]:7878",
  "xn--a",
  "a..b",
  "=",
  "--",
  "-",
  "%s%n",
  "é".repeat(150),
  "x".repeat(5000),
];
