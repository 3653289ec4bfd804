import { repeat } from "../../lib/timers.ts";
import type { LoopClock } from "../transport/loop-clock.ts";

/** It waits for an echo for so many turns of the loop: there may be none on its way. */
const MOST_TURNS = 8;

/**
 * Does something periodically, in the turn after an echo was served: the time until the next message is due is longest
 * then. In the turn after a send it would hold up the echo.
 * @returns what ends it
 */
export function repeatAfterEcho(loop: LoopClock, periodMs: number, action: () => void): () => void {
  let servedBefore: number | undefined;
  let turnsLeft = 0;
  let cancelTurn: (() => void) | undefined;
  const turn = (): void => {
    if (loop.served === servedBefore && turnsLeft > 0) {
      turnsLeft--;
      cancelTurn = loop.after(0, turn);
    } else {
      cancelTurn = undefined;
      action();
    }
  };
  const cancel = repeat(loop, periodMs, () => {
    // Turns can take longer than the period.
    if (cancelTurn) return;
    servedBefore = loop.served;
    turnsLeft = servedBefore === undefined ? 0 : MOST_TURNS;
    turn();
  });
  return () => {
    cancel();
    cancelTurn?.();
  };
}
