import { afterEach, expect, setSystemTime, test } from "bun:test";
import { countersOf } from "../telemetry/counters.ts";
import { Tally } from "../telemetry/tally.ts";
import { Monitor } from "./monitor.ts";
import type { Service } from "./service.ts";

afterEach(() => void setSystemTime());

const service: Service = {
  listener: { endpoints: ["127.0.0.1:7878"], services: {}, granted: null },
  counters: () => countersOf(new Tally(), 0),
  workers: () => [],
  observe: () => ({ talkers: [], events: [] }),
  renew: async () => {},
  stop: async () => ({ cut: 0, killed: 0 }),
  async [Symbol.asyncDispose]() {},
};

test("the uptime does not follow the clock of the day when that is set", () => {
  using monitor = new Monitor(service);
  for (const step of [-3_600_000, 3_600_000]) {
    setSystemTime(new Date(Date.now() + step));
    expect(monitor.stats.uptimeMs).toBeWithin(0, 3_600_000);
    expect(monitor.overview().uptimeMs).toBeWithin(0, 3_600_000);
    setSystemTime();
  }
});
