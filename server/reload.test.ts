import { expect, test } from "bun:test";
import { type Reloadable, Reloader } from "./reload.ts";

/** Something to reload, whose reloads end when told. */
function slowReload() {
  const underWay: Array<() => void> = [];
  let events = 0;
  const reloadable: Reloadable = {
    output: {
      hasFile: true,
      reopen: () => new Promise((resolve) => underWay.push(resolve)),
      log: { event: () => void events++ },
    },
    service: { renew: () => Promise.resolve() },
    readIdentity: undefined,
  };
  const finish = async (): Promise<void> => {
    underWay.shift()?.();
    for (let turns = 0; turns < 10; turns++) await Promise.resolve();
  };
  return { reloadable, underWay, finish, events: () => events };
}

test("reloads one at a time, and what was asked for meanwhile once more", async () => {
  const { reloadable, underWay, finish, events } = slowReload();
  const reloader = new Reloader();
  reloader.start(reloadable);
  for (let i = 0; i < 40; i++) reloader.ask();
  expect(underWay).toHaveLength(1);
  await finish();
  expect(underWay).toHaveLength(1);
  await finish();
  expect(underWay).toHaveLength(0);
  expect(events()).toBe(2);
});

test("reloads once it has something to reload when it was asked before", async () => {
  const { reloadable, finish, events } = slowReload();
  const reloader = new Reloader();
  reloader.ask();
  reloader.start(reloadable);
  await finish();
  expect(events()).toBe(1);
});

test("begins no reload after it was stopped", async () => {
  const { reloadable, underWay, finish } = slowReload();
  const reloader = new Reloader();
  reloader.start(reloadable);
  reloader.ask();
  reloader.ask();
  reloader.stop();
  await finish();
  expect(underWay).toHaveLength(0);
});
