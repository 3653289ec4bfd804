import { connectBun } from "./bun-transport.ts";
import type { Connect } from "./channel.ts";
import { EpollLoop } from "../../lib/loop/epoll-loop.ts";
import { epollConnect } from "./epoll-transport.ts";
import { EventLoopClock, type LoopClock } from "./loop-clock.ts";

/** How a thread's connections are made, and the loop that serves them. */
export interface Transport {
  readonly connect: Connect;
  readonly loop: LoopClock;
}

/** @param wakeFd by which the main thread says that it has sent a message; undefined has Bun's sockets and its loop */
export function createTransport(wakeFd: number | undefined, nowNs: () => number): Transport {
  if (wakeFd === undefined) return { connect: connectBun, loop: new EventLoopClock(nowNs) };
  const loop = new EpollLoop(nowNs, wakeFd);
  return { connect: epollConnect(loop), loop };
}
