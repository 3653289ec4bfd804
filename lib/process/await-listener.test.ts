import { expect, test } from "bun:test";
import { accepts, awaitListener, endOf, freePort } from "./await-listener.ts";

const at = (port: number) => ({ hostname: "127.0.0.1", port });
const runs = { exitCode: null, signalCode: null };
const stopped = AbortSignal.abort();

test("a free port is one on which nobody accepts, until somebody listens there", async () => {
  const port = freePort();
  expect(await accepts(at(port), 1_000)).toBe(false);
  using _listener = Bun.listen({ ...at(port), socket: { data() {} } });
  expect(await accepts(at(port), 1_000)).toBe(true);
});

test("a wait ends with a stop, and what fails afterwards is nobody's error", async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", note);
  const port = freePort();
  expect(await awaitListener(runs, at(port), 1_000, stopped)).toBe("stopped");
  // Refused as well, and later.
  expect(await accepts(at(port), 1_000)).toBe(false);
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

test("a child that has ended does not accept, even where somebody else does", async () => {
  using other = Bun.listen({ ...at(0), socket: { data() {} } });
  expect(await awaitListener({ exitCode: 1, signalCode: null }, at(other.port), 1_000)).toBe("ended");
  expect(await awaitListener(runs, at(other.port), 1_000)).toBe("accepts");
  expect(await awaitListener(runs, at(freePort()), 0)).toBe("late");
});

test("the end of a child is told by its exit code or its signal", () => {
  expect(endOf(runs)).toBeUndefined();
  expect(endOf({ exitCode: 3, signalCode: null })).toBe("it ended with exit code 3");
  expect(endOf({ exitCode: null, signalCode: "SIGKILL" })).toBe("it was ended by SIGKILL");
});
