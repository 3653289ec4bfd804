import { describe, expect, test } from "bun:test";
import { echoFor } from "./echo-for.ts";
import { epollAvailable } from "./epoll.ts";
import { SocketListener } from "./listener.ts";

const listen = (): SocketListener => SocketListener.tcp("127.0.0.1", 0, 16, false, () => {});

/** A process that sends so many bytes, and ends with exit code 0 when as many came back. */
function startPeer(port: number, bytes: number) {
  const source = `
    let left = ${bytes};
    const socket = await Bun.connect({ hostname: "127.0.0.1", port: ${port}, socket: {
      data(socket, chunk) { left -= chunk.length; if (left === 0) socket.end(); },
      drain(socket) { send(socket); },
      close() { process.exit(left); },
    } });
    let unsent = Buffer.alloc(${bytes}, "x");
    function send(socket) { unsent = unsent.subarray(Math.max(0, socket.write(unsent))); }
    send(socket);
  `;
  return Bun.spawn([process.execPath, "-e", source], { stdout: "ignore", stderr: "inherit" });
}

describe.if(epollAvailable)("echoing on the calling thread", () => {
  test("ends when all peers have ended", async () => {
    const listener = listen();
    const peer = startPeer(listener.port, 5_000_000);
    expect(echoFor(listener, 20_000)).toBe(5_000_000);
    expect(await peer.exited).toBe(0);
    listener.close();
  });

  test("ends when its time is over, whether or not there are peers", () => {
    const listener = listen();
    expect(echoFor(listener, 20)).toBe(0);
    listener.close();
  });
});
