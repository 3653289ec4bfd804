import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A plain TCP connection, which does only what a test tells it. */
export async function openRaw(port: number, host = "127.0.0.1"): Promise<Socket> {
  const socket = connect({ host, port, allowHalfOpen: true });
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Everything the peer sends until its FIN. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The next `length` bytes. */
export function readExactly(socket: Socket, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let held = Buffer.alloc(0);
    const onClose = (): void => reject(new Error(`closed after ${held.length} of ${length} bytes`));
    const onData = (chunk: Buffer): void => {
      held = Buffer.concat([held, chunk]);
      if (held.length < length) return;
      socket.off("data", onData).off("close", onClose);
      resolve(held);
    };
    socket.on("data", onData).once("close", onClose);
  });
}

/** Settles when the connection is gone, whoever ended it. */
export const closed = (socket: Socket): Promise<unknown> => (socket.closed ? Promise.resolve() : once(socket, "close"));
