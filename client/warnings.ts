import { formatCount } from "../lib/units.ts";

/** Why a result may not mean what it seems to. */
export type WarningCode = "no-messages" | "few-samples" | "lost-connections" | "not-verified";

/** One such reason, and what to do about it. */
export interface Warning {
  readonly code: WarningCode;
  readonly message: string;
  readonly advice: string;
}

/** What warnings are drawn from. */
export interface WarningFacts {
  readonly messages: number;
  readonly asked: number;
  /** connections that were still there when the window ended */
  readonly lasted: number;
  readonly isVerified: boolean;
}

/** A percentile is worth reading when at least this many samples lie above it. */
const SAMPLES_ABOVE = 10;

const percentiles = [90, 95, 99, 99.9, 99.99];

function fewSamples(messages: number): Warning[] {
  const weak = percentiles.filter((percentile) => messages * (1 - percentile / 100) < SAMPLES_ABOVE - 1e-6);
  const [first] = weak;
  if (first === undefined) return [];
  const names = weak.length === 1 ? `p${first}` : `p${first} and above`;
  return [
    {
      code: "few-samples",
      message: `too few messages (${formatCount(messages)}) for ${names}: fewer than ${SAMPLES_ABOVE} lie beyond`,
      advice: "run longer, or read lower percentiles only",
    },
  ];
}

/** Everything that makes the result doubtful. */
export function findWarnings({ messages, asked, lasted, isVerified }: WarningFacts): Warning[] {
  const found: Warning[] = [];
  if (messages === 0) {
    const message = "no message came back whole within the window";
    found.push({ code: "no-messages", message, advice: "run longer, send smaller messages, or look at the errors" });
  } else {
    found.push(...fewSamples(messages));
  }
  if (lasted < asked) {
    const message = `${formatCount(asked - lasted)} of ${formatCount(asked)} connections were lost: the load was lighter than asked for`;
    found.push({
      code: "lost-connections",
      message,
      advice: "look at the errors; the server may have a connection limit",
    });
  }
  if (!isVerified) {
    const message = "what came back was not compared with what was sent";
    found.push({ code: "not-verified", message, advice: "leave out --no-verify to check every byte" });
  }
  return found;
}
