import { systemErrorPhrase } from "../../lib/error-names.ts";
import { requestSocketBuffers, type SocketBufferRequest } from "../../lib/posix/libc.ts";
import { applySocketOptions, type SocketOptionRequest } from "../../lib/posix/socket-options.ts";
import type { ListenTarget } from "./listen-error.ts";

/** What to ask the kernel for. */
interface ListenerRequest {
  readonly buffers: SocketBufferRequest;
  /** of TCP sockets */
  readonly options: SocketOptionRequest;
}

/**
 * Asks the kernel for the buffers and options of a listening socket, which the connections that it accepts inherit.
 * @throws Error when the kernel refuses an option
 */
export function requestListenerOptions(
  fd: number,
  { kind }: ListenTarget,
  { buffers, options }: ListenerRequest,
): void {
  requestSocketBuffers(fd, buffers);
  if (kind === "unix") return;
  const refused = applySocketOptions(fd, options);
  if (refused) throw new Error(`the kernel refuses ${refused.name}: ${systemErrorPhrase(refused.code)}`);
}
