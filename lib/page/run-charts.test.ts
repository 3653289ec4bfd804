import { expect, test } from "bun:test";
import { resultOf } from "../result/run-result.fixture.ts";
import { rateChart } from "./run-charts.ts";

test("a row that is too short for a rate has none in the chart", () => {
  const [row] = resultOf().intervals;
  if (!row) throw new Error("the fixture has no rows");
  const rows = [
    { ...row, startMs: 0, endMs: 500, messages: 100, bytes: 6_400 },
    { ...row, startMs: 500, endMs: 500.5, messages: 1, bytes: 64 },
  ];
  expect(rateChart("rate", [{ label: "a run", rows }]).series[0]?.values).toEqual([200, null]);
  const streamed = rows.map((each) => ({ ...each, messages: 0 }));
  expect(rateChart("rate", [{ label: "a stream", rows: streamed }]).series[0]?.values).toEqual([12_800, null]);
});
