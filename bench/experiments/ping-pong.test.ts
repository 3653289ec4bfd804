import { expect, test } from "bun:test";
import type { Socket } from "bun";
import { messageOf, RunFailedError } from "../../lib/errors.ts";
import { openPingPong } from "./ping-pong.ts";

const message = Buffer.from("a message that comes back");

test.each<[name: string, answer: (socket: Socket, chunk: Buffer) => unknown, reason: string]>([
  ["a byte that differs", (socket, chunk) => socket.write(chunk.fill("b", 3, 4)), "the echo differs"],
  ["a byte too many", (socket, chunk) => socket.write(`${chunk.toString()}!`), "the echo differs"],
  ["an end", (socket) => socket.end(), "the server closed the connection"],
])("%s ends the measurement", async (_, answer, reason) => {
  const data = (socket: Socket, chunk: Buffer): void => void answer(socket, chunk);
  using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data } });
  using connection = await openPingPong(listener.port, false);
  expect(
    await connection
      .roundTrip(message)
      .then(() => "echoed")
      .catch(messageOf),
  ).toContain(reason);
});

test.each([false, true])("a server that is gone is no defect (TLS: %p)", async (isTls) => {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  listener.stop(true);
  const error = await openPingPong(listener.port, isTls).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RunFailedError);
  expect(messageOf(error)).toStartWith("the server could not be connected to: ");
});

test("a server without TLS is no defect", async () => {
  using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: (socket) => void socket.end("no") } });
  const error = await openPingPong(listener.port, true).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RunFailedError);
});
