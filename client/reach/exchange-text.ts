import { systemErrorPhrase } from "../../lib/error-names.ts";
import { formatDuration } from "../../lib/units.ts";
import type { Exchange } from "./ping-connection.ts";
import { printable } from "./printable.ts";

/** Why a message did not come back, in words. */
export function describeExchange(exchange: Exclude<Exchange, { kind: "echoed" }>, timeoutMs: number): string {
  switch (exchange.kind) {
    case "different":
      return `something else than the echo came back: "${printable(exchange.heard)}"`;
    case "timed-out":
      return `an echo took longer than ${formatDuration(timeoutMs)}`;
    case "ended":
      return "the server closed the connection";
    case "closed":
      return systemErrorPhrase(exchange.code ?? "ECONNRESET");
  }
}
