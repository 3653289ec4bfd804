import { expect, test } from "bun:test";
import { countAll } from "./counters.ts";
import { SharedTally } from "./tally.ts";

test("counts of processes that share memory are added up, except for the peak, which is the highest one", () => {
  const memory = new SharedArrayBuffer(SharedTally.bytesFor(2));
  const shared = new SharedTally(memory, 2);
  const [first, second] = [shared.tallyOf(0), shared.tallyOf(1)];
  first.add("connections", 3);
  second.add("connections", 4);
  first.set("peak", 5);
  second.set("peak", 2);
  first.received(10);
  first.echoed(20);
  second.received(1);
  second.echoed(2);
  second.add("rejectedTls");
  first.add("errorsReset", 2);
  shared.active.set([1, 2]);
  expect(countAll(new SharedTally(memory, 2))).toEqual({
    connections: 7,
    active: 3,
    peak: 5,
    rejected: 1,
    rejectedByReason: { address: 0, limit: 0, tls: 1 },
    timedOut: 0,
    errors: 2,
    errorsByKind: { reset: 2, timeout: 0, tls: 0, other: 0 },
    bytesIn: 11,
    bytesOut: 22,
  });
  expect(() => shared.tallyOf(2)).toThrow("no process 2");
});
