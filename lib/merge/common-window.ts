/** A row of a part's time series: what was counted, from when to when since the part's window opened. */
export interface CountedRow {
  readonly startMs: number;
  readonly endMs: number;
  readonly messages: number;
  readonly bytes: number;
  /** those of them that went up one way only */
  readonly uploaded: number;
}

/** What the common window needs to know of a part. Times in ms, by the part's wall clock. */
export interface TimedPart {
  readonly openedMs: number;
  readonly durationMs: number;
  readonly isCutShort: boolean;
  readonly rows: readonly CountedRow[];
  readonly messages: number;
  readonly bytes: number;
  readonly uploaded: number;
  readonly bytesSent: number;
  readonly connections: number;
}

/** The time in which all parts ran. */
export interface CommonWindow {
  readonly startMs: number;
  readonly endMs: number;
}

/** When all parts ran that were not cut short; all of them if all were. One of no length when there is no such time. */
export function commonWindowOf(parts: readonly TimedPart[]): CommonWindow {
  const complete = parts.filter(({ isCutShort }) => !isCutShort);
  const bounding = complete.length > 0 ? complete : parts;
  const startMs = Math.max(...bounding.map(({ openedMs }) => openedMs));
  const endMs = Math.min(...bounding.map(({ openedMs, durationMs }) => openedMs + durationMs));
  return { startMs, endMs: Math.max(startMs, endMs) };
}

const overlapMs = (fromMs: number, toMs: number, { startMs, endMs }: CommonWindow): number =>
  Math.max(0, Math.min(toMs, endMs) - Math.max(fromMs, startMs));

/** What of a row's count lies outside the window, if it came evenly within the row. */
function outside(row: CountedRow, openedMs: number, window: CommonWindow): number {
  const [from, to] = [openedMs + row.startMs, openedMs + row.endMs];
  return to > from ? 1 - overlapMs(from, to, window) / (to - from) : 0;
}

/** What a part did within the window. It is exact but for the rows through which an edge of the window goes. */
function within(part: TimedPart, window: CommonWindow) {
  const { openedMs, durationMs, rows } = part;
  const share = durationMs > 0 ? overlapMs(openedMs, openedMs + durationMs, window) / durationMs : 0;
  const left = rows.map((row) => ({ row, share: outside(row, openedMs, window) }));
  const counted = (total: number, of: "messages" | "bytes" | "uploaded"): number =>
    rows.length === 0 ? total * share : total - left.reduce((sum, each) => sum + each.row[of] * each.share, 0);
  return {
    messages: counted(part.messages, "messages"),
    bytes: counted(part.bytes, "bytes"),
    uploaded: counted(part.uploaded, "uploaded"),
    bytesSent: part.bytesSent * share,
    connections: part.connections * share,
  };
}

/** Amounts a second over the window, of all parts together; 0 for a window of no length. */
export function ratesWithin(parts: readonly TimedPart[], window: CommonWindow) {
  const seconds = (window.endMs - window.startMs) / 1_000;
  const counts = parts.map((part) => within(part, window));
  const rate = (of: keyof (typeof counts)[number]): number =>
    seconds > 0
      ? Math.max(
          0,
          counts.reduce((sum, each) => sum + each[of], 0),
        ) / seconds
      : 0;
  return {
    messagesPerSecond: rate("messages"),
    bytesPerSecond: rate("bytes"),
    uploadedBytesPerSecond: rate("uploaded"),
    sentBytesPerSecond: rate("bytesSent"),
    connectionsPerSecond: rate("connections"),
  };
}
