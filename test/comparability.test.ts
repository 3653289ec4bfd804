import { expect, test } from "bun:test";
import { clientOptions } from "../client/options/options.ts";
import { incidentalOptions, loadOptions } from "../lib/result/comparability.ts";

test("every option of the client is known to shape the load or not to", () => {
  const known = [...Object.keys(loadOptions), ...incidentalOptions];
  expect(new Set(known).size).toBe(known.length);
  expect(Object.keys(clientOptions.shape).toSorted()).toEqual(known.toSorted());
});
