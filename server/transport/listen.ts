import { UsageError } from "../../lib/errors.ts";
import { libcAvailable } from "../../lib/posix/libc.ts";
import { listenError } from "./listen-error.ts";
import type { Accept, Listener, ListenSettings, Transport } from "./transport.ts";

/**
 * Listens, with the kernel's buffers and backlog as asked: accepted connections inherit the listener's buffers.
 * @throws UnreachableError that says why it cannot listen and what to do
 * @throws UsageError when buffers are asked for where the kernel cannot be asked
 */
export async function listen(transport: Transport, settings: ListenSettings, accept: Accept): Promise<Listener> {
  const { target, buffers } = settings;
  const asksBuffers = buffers.sndbufBytes !== undefined || buffers.rcvbufBytes !== undefined;
  if (asksBuffers && !libcAvailable) {
    throw new UsageError(
      "--buffer, --sndbuf and --rcvbuf: expected Linux; socket buffers cannot be set on this platform",
    );
  }
  try {
    return await transport.listen(settings, accept);
  } catch (error) {
    throw listenError(error, target);
  }
}
