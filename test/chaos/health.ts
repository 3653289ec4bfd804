import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { once } from "node:events";
import { within as settlesWithin } from "../../lib/timers.ts";
import { openRaw, readExactly } from "../fixtures/raw-client.ts";
import { bytesOf, type Random } from "./random.ts";
import { type LongServer, wasDisturbed, type World } from "./world.ts";

const LIMIT_MS = 30_000;
const BYTES = 4_096;
/** The server with a limit rejects until it has noticed that the connections of a fault are gone. */
const RETRY_MS = 50;

/** Settles as `work` does. @throws when that takes too long */
export async function within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  if (!(await settlesWithin(work, limitMs))) throw new Error(`${what}: not within ${limitMs / 1_000} s`);
  return work;
}

/** Sends bytes, and checks that the same come back. */
export async function exchange(socket: Socket, sent: Buffer): Promise<void> {
  const back = readExactly(socket, sent.length);
  socket.write(sent);
  if (!sent.equals(await back)) throw new Error("other bytes came back than were sent");
}

async function connectTo(world: World, { name, port }: LongServer): Promise<Socket> {
  if (name !== "tls") return openRaw(port);
  const socket = connectTls({ host: "127.0.0.1", port, ca: await Bun.file(world.caFile).text() });
  socket.on("error", () => {});
  await once(socket, "secureConnect");
  return socket;
}

/** Checks that a server echoes to a new connection, at the latest when it has noticed that others were closed. */
export async function checkHealth(world: World, server: LongServer, random: Random): Promise<void> {
  if (server.program.child.exitCode !== null || server.program.child.signalCode !== null) {
    throw new Error(`server ${server.name} has ended: ${server.program.stderr}`);
  }
  const check = async (): Promise<void> => {
    for (;;) {
      const startMs = world.now();
      const hasFailed = await tryEcho().then(
        () => false,
        (error: unknown) => {
          // Another fault may have killed the worker of this connection.
          if (server.name !== "limited" && !wasDisturbed(world, server.name, startMs, world.now())) throw error;
          return true;
        },
      );
      if (!hasFailed) return;
      await Bun.sleep(RETRY_MS);
    }
  };
  const tryEcho = async (): Promise<void> => {
    const socket = await connectTo(world, server);
    try {
      await exchange(socket, bytesOf(random, BYTES));
    } finally {
      socket.destroy();
    }
  };
  await within(LIMIT_MS, `an echo of server ${server.name}`, check());
}
