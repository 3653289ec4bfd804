/** The machines for which executables are built, with the name that Bun has for each. */
export const buildTargets = {
  "linux-x64": "bun-linux-x64",
  // Bun has one executable for all x64 processors with SSE4.2; this is the same under the name that people look for.
  "linux-x64-baseline": "bun-linux-x64-baseline",
  "linux-arm64": "bun-linux-arm64",
  "linux-x64-musl": "bun-linux-x64-musl",
  "linux-arm64-musl": "bun-linux-arm64-musl",
  "macos-arm64": "bun-darwin-arm64",
  "windows-x64": "bun-windows-x64",
} as const satisfies Record<string, Bun.Build.CompileTarget>;

export type BuildTarget = keyof typeof buildTargets;

/** The name of a target; undefined for any other text. */
export const parseBuildTarget = (text: string): BuildTarget | undefined =>
  Object.keys(buildTargets).find((name): name is BuildTarget => name === text);
