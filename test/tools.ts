import { test } from "bun:test";

/**
 * `test` where the tools are installed. Elsewhere the test is skipped and says why, except in CI, where a missing
 * tool is a failure.
 */
export function testWith(...tools: readonly string[]): typeof test | typeof test.skip {
  const missing = tools.filter((tool) => Bun.which(tool) === null);
  if (missing.length === 0) return test;
  if (process.env["CI"]) throw new Error(`not installed: ${missing.join(", ")}`);
  console.log(`skipped, for want of ${missing.join(", ")}`);
  return test.skip;
}
