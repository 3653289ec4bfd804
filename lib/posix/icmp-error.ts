import { ptr } from "bun:ffi";
import {
  AF_INET,
  AF_INET6,
  IP_RECVERR,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_RECVERR,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  SO_EE_ORIGIN_ICMP,
  SO_EE_ORIGIN_ICMP6,
} from "./constants.ts";
import { duplicateDescriptor } from "./descriptors.ts";
import { closeDescriptor, libc, libcAvailable, setOption } from "./libc.ts";

/** `struct msghdr`, LP64, in words of 64 bits: name, namelen, iov, iovlen, control, controllen, flags. */
const MSGHDR = { words: 7, control: 4, controlLength: 5 } as const;

/** Room for one `struct cmsghdr` (16 bytes), `struct sock_extended_err` (16) and the address of who sent it (28). */
const CONTROL_BYTES = 64;

/**
 * Offsets in the control message: cmsghdr is u64 length, i32 level, i32 type; sock_extended_err is u32 errno, u8 origin,
 * u8 type, u8 code, u8 pad, u32 info, u32 data; sockaddr_in has its address at 4, sockaddr_in6 at 8.
 */
const CONTROL = { origin: 20, type: 21, code: 22, family: 32, ipv4: 36, ipv6: 40, least: 48 } as const;

/** The ICMP message that ended a connect. Types and codes are those of RFC 792, RFC 1812 and RFC 4443. */
export interface IcmpError {
  readonly version: 4 | 6;
  readonly type: number;
  readonly code: number;
  /** who sent it; undefined where the kernel does not say */
  readonly from: string | undefined;
}

function addressOf(control: Buffer): string | undefined {
  const family = control.readUInt16LE(CONTROL.family);
  if (family === AF_INET) return control.subarray(CONTROL.ipv4, CONTROL.ipv4 + 4).join(".");
  if (family !== AF_INET6) return undefined;
  const groups = Array.from({ length: 8 }, (_, i) => control.readUInt16BE(CONTROL.ipv6 + 2 * i).toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

/** Reads a control message of the error queue; undefined when its cause was no ICMP message. */
export function readControl(control: Buffer): IcmpError | undefined {
  if (control.length < CONTROL.least) return undefined;
  const origin = control.readUInt8(CONTROL.origin);
  if (origin !== SO_EE_ORIGIN_ICMP && origin !== SO_EE_ORIGIN_ICMP6) return undefined;
  return {
    version: origin === SO_EE_ORIGIN_ICMP ? 4 : 6,
    type: control.readUInt8(CONTROL.type),
    code: control.readUInt8(CONTROL.code),
    from: addressOf(control),
  };
}

/**
 * Makes the kernel keep the ICMP message that ends a socket's connect, since several messages share one error number:
 * ip(7), IP_RECVERR; for TCP since Linux 5.8. Does nothing where the C library cannot be called.
 */
export class IcmpWatch {
  /** a second descriptor of the socket, since the first is closed when the connect fails; -1 where there is none */
  readonly #fd: number;

  /** @param fd a socket that is not yet connecting */
  constructor(fd: number, isIpv6: boolean) {
    this.#fd = libcAvailable ? duplicateDescriptor(fd) : -1;
    if (this.#fd < 0) return;
    if (isIpv6) setOption(this.#fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
    else setOption(this.#fd, IPPROTO_IP, IP_RECVERR, 1);
  }

  /** The message; undefined when there was none. */
  take(): IcmpError | undefined {
    if (this.#fd < 0) return undefined;
    const control = Buffer.from(new ArrayBuffer(CONTROL_BYTES));
    const message = new BigUint64Array(new ArrayBuffer(8 * MSGHDR.words));
    message[MSGHDR.control] = BigInt(ptr(control));
    message[MSGHDR.controlLength] = BigInt(CONTROL_BYTES);
    const result = libc().recvmsg(this.#fd, ptr(message), MSG_ERRQUEUE | MSG_DONTWAIT);
    return result < 0 ? undefined : readControl(control.subarray(0, Number(message[MSGHDR.controlLength])));
  }

  /** Ends the watch: an established connection must survive such messages, which it does without these options. */
  end(): void {
    if (this.#fd < 0) return;
    setOption(this.#fd, IPPROTO_IP, IP_RECVERR, 0);
    setOption(this.#fd, IPPROTO_IPV6, IPV6_RECVERR, 0);
    closeDescriptor(this.#fd);
  }
}
