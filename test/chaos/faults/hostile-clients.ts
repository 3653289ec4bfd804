import { once } from "node:events";
import type { Socket } from "node:net";
import { closed, openRaw, readAll } from "../../fixtures/raw-client.ts";
import { exchange, within } from "../health.ts";
import { between, bytesOf, oneOf, type Random } from "../random.ts";
import { LIMITED_CONNECTIONS, type LongServer, serverOf, type World } from "../world.ts";
import type { Fault } from "./fault.ts";

const LIMIT_MS = 40_000;

const openMany = (port: number, count: number): Promise<Socket[]> =>
  Promise.all(Array.from({ length: count }, () => openRaw(port)));

/** A fault that opens connections to a server and misuses them; they are gone afterwards. */
const hostile = (
  name: string,
  connections: number,
  misuse: (sockets: readonly Socket[], random: Random) => Promise<void>,
  pick: (world: World, random: Random) => LongServer = (world, random) =>
    serverOf(world, oneOf(random, ["single", "workers"])),
): Fault => ({
  name,
  lane: "server",
  async inject(world, random) {
    const sockets = await within(LIMIT_MS, "connections", openMany(pick(world, random).port, connections));
    try {
      await within(LIMIT_MS, "an answer", misuse(sockets, random));
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  },
});

/** Settles when the socket took the bytes, or soon after it took no more. */
const writeFor = (socket: Socket, bytes: Buffer, ms: number): Promise<unknown> =>
  Promise.race([new Promise((written) => void socket.write(bytes, written)), Bun.sleep(ms)]);

/** Settles when the server has ended the connection, with FIN or a reset. */
const ended = (socket: Socket): Promise<unknown> => Promise.race([closed(socket.resume()), once(socket, "end")]);

const all = (sockets: readonly Socket[], use: (socket: Socket) => Promise<unknown>): Promise<unknown> =>
  Promise.all(sockets.map(use));

export const hostileClients: readonly Fault[] = [
  hostile("client-resets", 20, async (sockets, random) => {
    const bytes = bytesOf(random, 65_536);
    await all(sockets, async (socket) => {
      await writeFor(socket, bytes, between(random, 0, 50));
      socket.resetAndDestroy();
    });
  }),
  hostile("client-half-closes", 5, async (sockets, random) => {
    const bytes = bytesOf(random, between(random, 1, 200_000));
    await all(sockets, async (socket) => {
      const back = readAll(socket);
      socket.end(bytes);
      if (!bytes.equals(await back)) throw new Error("after a FIN not everything came back");
    });
  }),
  hostile("client-never-reads", 5, async (sockets, random) => {
    const bytes = bytesOf(random, 1 << 23);
    await all(sockets, async (socket) => {
      socket.pause();
      await writeFor(socket, bytes, between(random, 1_000, 3_000));
    });
  }),
  hostile("client-sends-single-bytes", 2, async (sockets, random) => {
    await all(sockets, async (socket) => {
      socket.setNoDelay(true);
      for (const byte of bytesOf(random, 200)) await exchange(socket, Buffer.of(byte));
    });
  }),
  hostile("client-single-bytes-never-reads", 2, async (sockets, random) => {
    await all(sockets, async (socket) => {
      socket.setNoDelay(true).pause();
      for (const byte of bytesOf(random, 2_000)) {
        socket.write(Buffer.of(byte));
        if (byte < 8) await Bun.sleep(1);
      }
    });
  }),
  hostile("client-is-silent", 50, (_, random) => Bun.sleep(between(random, 1_000, 3_000))),
  hostile("client-resets-after-fin", 20, async (sockets, random) => {
    const bytes = bytesOf(random, 32_768);
    await all(sockets, async (socket) => {
      socket.end(bytes);
      await Bun.sleep(between(random, 0, 20));
      socket.resetAndDestroy();
    });
  }),
  hostile("client-bursts", 8, async (sockets, random) => {
    const bytes = bytesOf(random, 4 << 20);
    await all(sockets, (socket) => exchange(socket, bytes));
  }),
  hostile(
    "client-floods",
    4 * LIMITED_CONNECTIONS,
    async (sockets) => {
      // Those above the limit are closed by the server, in whatever order it accepts.
      const rejected = sockets.map(ended);
      const isOver = Promise.withResolvers<void>();
      let count = 0;
      for (const one of rejected) {
        void one.catch(() => {}).then(() => ++count >= sockets.length - LIMITED_CONNECTIONS && isOver.resolve());
      }
      await isOver.promise;
    },
    (world) => serverOf(world, "limited"),
  ),
  {
    name: "client-garbage-to-tls",
    lane: "server",
    async inject(world, random) {
      const server = world.servers.get("tls") ?? serverOf(world, "single");
      const sockets = await openMany(server.port, 10);
      try {
        const bytes = bytesOf(random, between(random, 1, 2_000));
        for (const socket of sockets) socket.write(bytes);
        // A server with TLS ends them, at the latest when the handshake has taken too long. The kernel resets a connection
        // whose server closes it while bytes are unread.
        const over = (socket: Socket): Promise<unknown> => ended(socket).catch(() => {});
        if (server.name === "tls") await within(LIMIT_MS, "the end", all(sockets, over));
      } finally {
        for (const socket of sockets) socket.destroy();
      }
    },
  },
];
