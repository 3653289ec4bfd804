import { UsageError } from "../../lib/errors.ts";
import type { ChannelEvents, Channel } from "../../lib/loop/channel.ts";
import { libcAvailable } from "../../lib/posix/libc.ts";
import { listenError, type ListenTarget } from "./listen-error.ts";
import type { Listener, ListenSettings, RemoteAddress, Transport } from "./transport.ts";

/** Called for each connection that comes in, with the kind of the socket that it came to. @see Accept */
type AcceptFrom = (channel: Channel, remote: RemoteAddress, kind: ListenTarget["kind"]) => ChannelEvents | undefined;

/** One socket that accepts connections, or several. */
export interface Listening extends Omit<Listener, "endpoint"> {
  /** at least one, in the order of the targets */
  readonly endpoints: readonly string[];
}

/**
 * Listens at all targets, with the kernel's buffers and backlog as asked: accepted connections inherit the listener's buffers.
 * @throws UnreachableError that says why it cannot listen and what to do
 * @throws UsageError when buffers are asked for where the kernel cannot be asked
 */
export async function listen(transport: Transport, settings: ListenSettings, accept: AcceptFrom): Promise<Listening> {
  const { targets, buffers } = settings;
  const asksBuffers = buffers.sndbufBytes !== undefined || buffers.rcvbufBytes !== undefined;
  if (asksBuffers && !libcAvailable) {
    throw new UsageError(
      "--buffer, --sndbuf and --rcvbuf: expected Linux; socket buffers cannot be set on this platform",
    );
  }
  const listeners: Listener[] = [];
  const stop = (): void => {
    for (const listener of listeners) listener.stop();
  };
  for (const target of targets) {
    try {
      const acceptHere = (channel: Channel, remote: RemoteAddress) => accept(channel, remote, target.kind);
      listeners.push(await transport.listen(target, settings, acceptHere));
    } catch (error) {
      stop();
      throw listenError(error, target);
    }
  }
  const [first] = listeners;
  return {
    endpoints: listeners.map(({ endpoint }) => endpoint),
    granted: first?.granted ?? null,
    fd: first?.fd,
    stop,
  };
}
