import { createClock } from "../transport/clock.ts";
import { Load } from "./load.ts";
import type { ThreadCommand, ThreadEvent } from "./protocol.ts";
import { createTransport } from "../transport/transport.ts";

declare const self: Worker;

const clock = createClock();
const tell = (event: ThreadEvent): void => self.postMessage(event);
let load: Load | undefined;

self.addEventListener("message", ({ data: command }: MessageEvent<ThreadCommand>): void => {
  switch (command.kind) {
    case "prepare":
      load = new Load(command.plan, createTransport(command.plan.wakeFd, clock.nowNs), clock, tell);
      return;
    case "probe":
      return void load?.probe(command.addresses);
    case "open":
      return void load?.open(command.address);
    case "start":
      return load?.start({
        loadStart: clock.fromAbsoluteMs(command.loadStart),
        windowStart: clock.fromAbsoluteMs(command.windowStart),
        windowEnd: clock.fromAbsoluteMs(command.windowEnd),
      });
    case "grow":
      return load?.grow(command.connections);
    case "stop":
      return load?.stop();
  }
});

// What was sent before this is lost: the main thread waits for it.
tell({ kind: "ready" });
