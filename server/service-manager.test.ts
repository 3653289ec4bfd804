import { expect, test } from "bun:test";
import { until } from "../test/fixtures/until.ts";
import { ServiceManager } from "./service-manager.ts";
import type { WorkerView } from "./service/service.ts";

/** A service whose worker serves or not, and that counts how often it was looked at. */
function serviceOf(state: { isServing: boolean; looks: number }) {
  return {
    listener: { endpoints: ["127.0.0.1:7878"], services: {}, granted: null },
    workers() {
      state.looks++;
      return [{ isServing: state.isServing } as WorkerView];
    },
  };
}

function managed(environment: Record<string, string>) {
  const state = { isServing: false, looks: 0 };
  const sent: string[] = [];
  const send = (socket: string, text: string): boolean => sent.push(`${socket} ${text}`) > 0;
  return { state, sent, manager: new ServiceManager(serviceOf(state), environment, send) };
}

const socket = { NOTIFY_SOCKET: "@manager" };

test("tells that the server listens, and that it stops", () => {
  const { sent, manager } = managed(socket);
  manager.stopping();
  manager[Symbol.dispose]();
  expect(sent).toEqual([
    "@manager READY=1\nSTATUS=Listening on 127.0.0.1:7878",
    "@manager STOPPING=1\nSTATUS=Sending unsent echoes",
  ]);
});

test("shows the watchdog life only while a worker serves", async () => {
  const { state, sent, manager } = managed({ ...socket, WATCHDOG_USEC: "4000", WATCHDOG_PID: String(process.pid) });
  await until(
    () => state,
    "looks at the workers",
    ({ looks }) => looks >= 3,
  );
  expect(sent).toHaveLength(1);
  state.isServing = true;
  await until(
    () => sent,
    "a sign of life",
    (all) => all.at(-1) === "@manager WATCHDOG=1",
  );
  manager[Symbol.dispose]();
});

test("is silent where no manager asks, and does not answer the watchdog of another process", () => {
  const alone = managed({});
  alone.manager.stopping();
  expect(alone.sent).toEqual([]);
  const other = managed({ ...socket, WATCHDOG_USEC: "4000", WATCHDOG_PID: "1" });
  other.manager[Symbol.dispose]();
  expect(other.sent).toHaveLength(1);
});
