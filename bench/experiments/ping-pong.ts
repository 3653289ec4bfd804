import { messageOf, RunFailedError } from "../../lib/errors.ts";
import { failed } from "../driver/processes.ts";

/** Also when a stop has ended the server before this program heard of it. */
const connectFailed = (error: unknown) => failed(`the server could not be connected to: ${messageOf(error)}`);

/**
 * Opens a connection that sends one message at a time, waits for its echo and compares it.
 * @throws RunFailedError when the server cannot be connected to
 */
export async function openPingPong(port: number, isTls: boolean) {
  const ready = Promise.withResolvers<void>();
  const lost = Promise.withResolvers<never>();
  // Nobody waits for it between two round trips.
  lost.promise.catch(() => {});
  let message: Buffer = Buffer.alloc(0);
  let received = 0;
  let unsent: Buffer = Buffer.alloc(0);
  let awaited: PromiseWithResolvers<void> = ready;
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    ...(isTls && { tls: { rejectUnauthorized: false } }),
    socket: {
      open: () => (isTls ? undefined : ready.resolve()),
      handshake: (_, isDone, error) => (isDone ? ready.resolve() : ready.reject(connectFailed(error))),
      data(_, chunk) {
        const end = received + chunk.length;
        if (end > message.length || chunk.compare(message, received, end) !== 0) {
          return lost.reject(new RunFailedError("the echo differs from what was sent"));
        }
        received = end;
        if (received === message.length) awaited.resolve();
      },
      close: () => lost.reject(new RunFailedError("the server closed the connection while it was measured")),
      drain(open) {
        unsent = unsent.subarray(Math.max(0, open.write(unsent)));
      },
    },
  }).catch((error: unknown) => {
    throw connectFailed(error);
  });
  await Promise.race([ready.promise, lost.promise]);
  return {
    roundTrip(bytes: Buffer): Promise<void> {
      awaited = Promise.withResolvers<void>();
      message = bytes;
      received = 0;
      unsent = message.subarray(Math.max(0, socket.write(message)));
      return Promise.race([awaited.promise, lost.promise]);
    },
    [Symbol.dispose]: () => void socket.end(),
  };
}
