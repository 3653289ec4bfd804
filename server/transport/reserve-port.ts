import { lookup } from "node:dns/promises";
import { listenError, type ListenTarget } from "./listen-error.ts";

/**
 * Finds out that nobody else has the port: listeners that share one would share it with any other program of the same
 * user, without a word.
 * @returns the target with its address, and with its port, which the system picks when it is 0
 * @throws UnreachableError when it cannot be listened on
 */
export async function reservePort(target: ListenTarget & { readonly kind: "tcp" }): Promise<ListenTarget> {
  try {
    const { address } = await lookup(target.host);
    const probe = Bun.listen({ hostname: address, port: target.port, socket: { data() {} } });
    const { port } = probe;
    probe.stop(true);
    return { ...target, host: address, port };
  } catch (error) {
    throw listenError(error, target);
  }
}
