import { connect, createServer, type Socket } from "node:net";

/**
 * A middlebox in small: passes bytes between its clients and a server, and forgets a connection on which nothing
 * moved for so long. What is sent on it afterwards vanishes, without a word to either side.
 */
export async function startForgetfulProxy(
  serverPort: number,
  idleMs: number,
): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const server = connect(serverPort, "127.0.0.1");
    let lastMs = performance.now();
    let isForgotten = false;
    const pass = (from: Socket, to: Socket): void => {
      sockets.add(from);
      from.on("error", () => {});
      from.on("close", () => sockets.delete(from));
      from.on("data", (bytes) => {
        isForgotten ||= performance.now() - lastMs > idleMs;
        lastMs = performance.now();
        if (!isForgotten) to.write(bytes);
      });
      from.on("end", () => isForgotten || to.end());
    };
    pass(client, server);
    pass(server, client);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
