import { expect, test } from "bun:test";
import type { Channel } from "../../lib/loop/channel.ts";
import { oneWayContext, takingChannel } from "./oneway.fixture.ts";
import { UploadConnection } from "./upload-connection.ts";

/** A connection to a socket that takes everything. @returns what it wrote so far, and what it does when others had their turn */
function uploadTo(channel: Pick<Channel, "write">) {
  const later: Array<() => void> = [];
  const connection = new UploadConnection(oneWayContext(later).context, 0, 0);
  connection.opened({ ...takingChannel, ...channel });
  return { connection, later };
}

test("an upload leaves a turn to others after each piece that its socket took", () => {
  const written: number[] = [];
  const write = (_bytes: Uint8Array, _offset: number, length: number): number => {
    written.push(length);
    return length;
  };
  const { connection, later } = uploadTo({ write });
  connection.start();
  // The request, and the first piece of the payload.
  expect([written.length, later.length]).toEqual([2, 1]);
  connection.drained();
  expect([written.length, later.length]).toEqual([3, 1]);
  later.shift()?.();
  expect([written.length, later.length]).toEqual([4, 1]);
  expect(Math.max(...written)).toBeLessThanOrEqual(2 ** 20 + 2 ** 16);
});

test("an upload that breaks before its load begins has lost no bytes", () => {
  const { connection } = uploadTo({ write: () => 0 });
  connection.ended();
  expect(connection.failure?.message).toBe("the server closed the connection; nothing had been sent yet");
});
