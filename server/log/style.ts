import type { LogFormat } from "../telemetry/event.ts";
import { createJsonFormat } from "./json.ts";
import { createTextFormat } from "./text.ts";

/** How log lines look, in a form that can be sent to another process. */
export type LogStyle =
  | { readonly kind: "json" }
  /** with the date and the client in every line, for files and pipes, or as short as a terminal likes */
  | { readonly kind: "text"; readonly isDated: boolean };

export const formatOf = (style: LogStyle): LogFormat =>
  style.kind === "json" ? createJsonFormat() : createTextFormat(style.isDated);
