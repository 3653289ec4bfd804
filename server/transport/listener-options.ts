import { systemErrorPhrase } from "../../lib/error-names.ts";
import { requestSocketBuffers, type SocketBufferRequest } from "../../lib/posix/libc.ts";
import { acceptWithData, applySocketOptions, type SocketOptionRequest } from "../../lib/posix/socket-options.ts";
import type { ListenTarget } from "./listen-error.ts";

/** What to ask the kernel for. */
interface ListenerRequest {
  readonly buffers: SocketBufferRequest;
  /** of TCP sockets */
  readonly options: SocketOptionRequest;
  readonly backlog: number;
}

/**
 * Asks the kernel for the buffers and options of a listening socket, which the connections that it accepts inherit.
 * @throws Error when the kernel refuses an option
 */
export function requestListenerOptions(
  fd: number,
  { kind }: ListenTarget,
  { buffers, options, backlog }: ListenerRequest,
): void {
  requestSocketBuffers(fd, buffers);
  if (kind === "unix") return;
  const refused = applySocketOptions(fd, options);
  // As many as may wait to be accepted.
  if (options.fastOpen && !acceptWithData(fd, backlog)) throw new Error("the kernel refuses TCP_FASTOPEN");
  if (refused) throw new Error(`the kernel refuses ${refused.name}: ${systemErrorPhrase(refused.code)}`);
}
