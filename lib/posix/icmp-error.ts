import { FFIType, ptr } from "bun:ffi";
import { loadLibc, setOption } from "./libc.ts";

/** Linux: bits/socket.h, linux/in.h, linux/in6.h, linux/errqueue.h. */
const MSG_ERRQUEUE = 0x2000;
const MSG_DONTWAIT = 0x40;
const IPPROTO_IP = 0;
const IPPROTO_IPV6 = 41;
const IP_RECVERR = 11;
const IPV6_RECVERR = 25;
const SO_EE_ORIGIN_ICMP = 2;
const SO_EE_ORIGIN_ICMP6 = 3;
const F_DUPFD_CLOEXEC = 1030;

/** `struct msghdr`, LP64, in words of 64 bits: name, namelen, iov, iovlen, control, controllen, flags. */
const MSGHDR = { words: 7, control: 4, controlLength: 5 } as const;

/** Room for one `struct cmsghdr` (16 bytes), `struct sock_extended_err` (16) and the address of who sent it (28). */
const CONTROL_BYTES = 64;

/**
 * Offsets in the control message: cmsghdr is u64 length, i32 level, i32 type; sock_extended_err is u32 errno, u8 origin,
 * u8 type, u8 code, u8 pad, u32 info, u32 data; sockaddr_in has its address at 4, sockaddr_in6 at 8.
 */
const CONTROL = { origin: 20, type: 21, code: 22, family: 32, ipv4: 36, ipv6: 40, least: 48 } as const;

const AF_INET = 2;
const AF_INET6 = 10;

const { i32, u64 } = FFIType;
const symbols = loadLibc({
  recvmsg: { args: [i32, FFIType.ptr, i32], returns: i32 },
  fcntl: { args: [i32, i32, u64], returns: i32 },
  close: { args: [i32], returns: i32 },
});

/** The ICMP message that ended a connect. Types and codes are those of RFC 792, RFC 1812 and RFC 4443. */
export interface IcmpError {
  readonly version: 4 | 6;
  readonly type: number;
  readonly code: number;
  /** who sent it; undefined where the kernel does not tell */
  readonly from: string | undefined;
}

function addressOf(control: Buffer): string | undefined {
  const family = control.readUInt16LE(CONTROL.family);
  if (family === AF_INET) return control.subarray(CONTROL.ipv4, CONTROL.ipv4 + 4).join(".");
  if (family !== AF_INET6) return undefined;
  const groups = Array.from({ length: 8 }, (_, i) => control.readUInt16BE(CONTROL.ipv6 + 2 * i).toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

/** Reads a control message of the error queue; undefined for what no ICMP message has caused. */
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
 * Has the kernel keep the ICMP message that ends a socket's connect, which an error number alone does not tell from
 * others: ip(7), IP_RECVERR; for TCP since Linux 5.8.
 */
export class IcmpWatch {
  /** a second descriptor of the socket, since whoever connects it closes the first when that fails */
  readonly #fd: number;

  /** @param fd a socket that was not connected yet */
  constructor(fd: number, isIpv6: boolean) {
    this.#fd = symbols?.fcntl(fd, F_DUPFD_CLOEXEC, 0) ?? -1;
    this.#set(isIpv6 ? IPPROTO_IPV6 : IPPROTO_IP, isIpv6 ? IPV6_RECVERR : IP_RECVERR, 1);
  }

  #set(level: number, option: number, value: number): void {
    if (this.#fd >= 0) setOption(this.#fd, level, option, new Int32Array([value]));
  }

  /** The message, if there was one. */
  take(): IcmpError | undefined {
    if (!symbols || this.#fd < 0) return undefined;
    const control = Buffer.from(new ArrayBuffer(CONTROL_BYTES));
    const message = new BigUint64Array(new ArrayBuffer(8 * MSGHDR.words));
    message[MSGHDR.control] = BigInt(ptr(control));
    message[MSGHDR.controlLength] = BigInt(CONTROL_BYTES);
    const result = symbols.recvmsg(this.#fd, ptr(message), MSG_ERRQUEUE | MSG_DONTWAIT);
    return result < 0 ? undefined : readControl(control.subarray(0, Number(message[MSGHDR.controlLength])));
  }

  /** An established connection outlives such messages: it goes on without the watch. */
  end(): void {
    this.#set(IPPROTO_IP, IP_RECVERR, 0);
    this.#set(IPPROTO_IPV6, IPV6_RECVERR, 0);
    if (this.#fd >= 0) symbols?.close(this.#fd);
  }
}
