import type { RunResult } from "../../lib/result/run-result.ts";

type Sender = NonNullable<NonNullable<NonNullable<RunResult["ways"]>["upload"]>["sender"]>;

/** What held an end that sends up, in words that follow `limited by`. */
export const limitTexts: Readonly<Record<Sender["limitedBy"], string>> = {
  network: "the network",
  receiver: "the receiver",
  "send-buffer": "the send buffer",
  sender: "the sender",
};
