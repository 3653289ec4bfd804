import { UsageError } from "../../lib/errors.ts";
import type { ChannelEvents, Channel } from "../../lib/loop/channel.ts";
import type { OneWayService } from "../../lib/oneway/request.ts";
import { libcAvailable } from "../../lib/posix/libc.ts";
import { listenError, type ListenTarget } from "./listen-error.ts";
import type { Listener, ListenSettings, RemoteAddress, Transport } from "./transport.ts";

/** Called for each connection that comes in, with what it came to. @see Accept */
type AcceptAt = (channel: Channel, remote: RemoteAddress, target: ListenTarget) => ChannelEvents | undefined;

/** One socket that accepts connections, or several. */
export interface Listening extends Omit<Listener, "endpoint" | "fd"> {
  /** those that echo: at least one, in the order of the targets */
  readonly endpoints: readonly string[];
  /** those of one way */
  readonly services: Readonly<Partial<Record<OneWayService, string>>>;
  /** of all sockets; none where the kernel cannot be asked */
  readonly fds: readonly number[];
}

/** What a server can say of where it listens. */
export type ListeningView = Pick<Listening, "endpoints" | "services" | "granted">;

/**
 * Listens at all targets, with the kernel's buffers and backlog as asked: accepted connections inherit the listener's buffers.
 * @throws UnreachableError that says why it cannot listen and what to do
 * @throws UsageError when buffers are asked for where the kernel cannot be asked
 */
export async function listen(transport: Transport, settings: ListenSettings, accept: AcceptAt): Promise<Listening> {
  const { targets, buffers } = settings;
  const asksBuffers = buffers.sndbufBytes !== undefined || buffers.rcvbufBytes !== undefined;
  if (asksBuffers && !libcAvailable) {
    throw new UsageError(
      "--buffer, --sndbuf and --rcvbuf: expected Linux; socket buffers cannot be set on this platform",
    );
  }
  const listeners: Listener[] = [];
  const endpoints: string[] = [];
  const services: Partial<Record<OneWayService, string>> = {};
  const stop = (): void => {
    for (const listener of listeners) listener.stop();
  };
  for (const target of targets) {
    try {
      const acceptHere = (channel: Channel, remote: RemoteAddress) => accept(channel, remote, target);
      const listener = await transport.listen(target, settings, acceptHere);
      listeners.push(listener);
      if (target.service === "echo") endpoints.push(listener.endpoint);
      else services[target.service] = listener.endpoint;
    } catch (error) {
      stop();
      throw listenError(error, target);
    }
  }
  const [first] = listeners;
  return {
    endpoints,
    services,
    granted: first?.granted ?? null,
    fds: listeners.flatMap(({ fd }) => fd ?? []),
    stop,
  };
}
