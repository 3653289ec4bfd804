import type { Channel } from "../../lib/loop/channel.ts";
import { discardReportLine } from "../../lib/oneway/discard-report.ts";
import { FirstLine } from "../../lib/oneway/first-line.ts";
import { answerLine, parseRequest, type StreamRequest } from "../../lib/oneway/request.ts";
import type { PayloadTable } from "../../lib/payload/payload-table.ts";
import { Outbox } from "../peer/outbox.ts";
import { ServedConnection } from "../peer/served-connection.ts";
import type { OneWayContext, Reporting } from "./oneway-context.ts";
import type { PayloadKey } from "./payload-cache.ts";

/** How many bytes are shown from the first wrong one on. */
const SHOWN_BYTES = 16;

/** To a peer that does not read, no more is said. */
const MAX_UNREAD_BYTES = 4_096;

/** The bytes that a peer is to send. */
interface ExpectedBytes {
  readonly key: PayloadKey;
  readonly table: PayloadTable;
}

/** How far a peer has come that is told so. */
interface Check {
  /** undefined when any bytes will do */
  readonly expected: ExpectedBytes | undefined;
  /** where the next bytes lie in the table */
  at: number;
  received: number;
  /** bytes before the first wrong one */
  right: number;
  reported: number;
}

/** `reading` from the start; `ending` while what was said last goes out; `finished` once our FIN is queued. */
type Phase = "reading" | "ending" | "finished";

/** Reads what a peer sends and drops it (RFC 863). A peer that asks is told how many of its bytes were right. */
export class DiscardConnection extends ServedConnection implements Reporting {
  readonly #context: OneWayContext;
  readonly #outbox: Outbox;
  #phase: Phase = "reading";
  /** until it is known whether the peer asks for a check */
  #first: FirstLine | undefined = new FirstLine();
  #check: Check | undefined;
  #takenBytes = 0;

  constructor(context: OneWayContext, name: string, channel: Channel) {
    super(context, name, channel);
    this.#context = context;
    this.#outbox = new Outbox(context.store);
  }

  get isFinished(): boolean {
    return this.#phase === "finished" && this.txBytes === this.#takenBytes;
  }

  protected begin(): void {}

  received(bytes: Uint8Array, offset: number, length: number): void {
    const { tally, log } = this.#context;
    this.rxBytes += length;
    tally.received(length);
    if (log.isVerbose) this.logData(length, 0);
    if (this.#phase !== "reading") return;
    if (this.#first) this.#readFirst(this.#first, bytes, offset, length);
    else if (this.#check) this.#compare(this.#check, bytes, offset, length);
  }

  #readFirst(first: FirstLine, bytes: Uint8Array, offset: number, length: number): void {
    const found = first.add(bytes, offset, length);
    if (found.kind === "unknown") return;
    this.#first = undefined;
    if (found.kind === "other") return;
    const request = parseRequest("discard", found.line);
    if (typeof request === "string") return this.#refuse(request);
    const expected = this.#expect(request);
    if (typeof expected === "string") return this.#refuse(expected);
    const at = expected ? request.start % expected.table.periodBytes : 0;
    const check = { expected, at, received: 0, right: 0, reported: 0 };
    this.#check = check;
    this.#context.reporting.add(this);
    this.#say(answerLine());
    if (found.taken < length) this.#compare(check, bytes, offset + found.taken, length - found.taken);
  }

  /** @returns undefined when any bytes will do, and why not when they cannot be checked */
  #expect({ payload, seed }: StreamRequest): ExpectedBytes | string | undefined {
    if (payload === "any") return undefined;
    const key = { payload, seed };
    const table = this.#context.payloads.take(key);
    return typeof table === "string" ? table : { key, table };
  }

  #refuse(reason: string): void {
    this.#say(answerLine(reason));
    this.#end();
  }

  #compare(check: Check, bytes: Uint8Array, offset: number, length: number): void {
    const isRightSoFar = check.right === check.received;
    check.received += length;
    if (!isRightSoFar) return;
    const { expected, at } = check;
    const table = expected?.table;
    if (!table || table.hasAt(at, bytes, offset, length)) {
      check.at = table?.advance(at, length) ?? 0;
      check.right += length;
      return;
    }
    const wrong = table.firstDifference(bytes.subarray(offset, offset + length), at);
    check.right += wrong;
    const wanted = table.copy(table.advance(at, wrong), SHOWN_BYTES).toHex();
    const from = offset + wrong;
    const received = Buffer.from(bytes.subarray(from, Math.min(from + SHOWN_BYTES, offset + length))).toHex();
    this.#say(discardReportLine({ kind: "wrong", at: check.right, expected: wanted, received }));
  }

  /** Says how many bytes were right so far, if there are more than before. */
  report(): void {
    const check = this.#check;
    const isWrong = check !== undefined && check.right < check.received;
    if (!check || isWrong || check.right === check.reported || this.#phase !== "reading") return;
    if (this.#outbox.pendingBytes > MAX_UNREAD_BYTES) return;
    check.reported = check.right;
    this.#say(discardReportLine({ kind: "right", bytes: check.right }));
  }

  #say(line: string): void {
    const bytes = Buffer.from(line, "latin1");
    const taken = this.#outbox.pendingBytes > 0 ? 0 : this.channel.write(bytes, 0, bytes.length);
    this.#takenBytes += taken;
    if (taken < bytes.length) this.#outbox.keep(bytes, taken, bytes.length - taken);
  }

  override sent(bytes: number): void {
    super.sent(bytes);
    if (this.#phase === "finished") this.#context.owner.onProgress();
  }

  drained(): void {
    this.#takenBytes += this.#outbox.flush(this.channel);
    if (this.#phase === "ending") this.#finishWhenSent();
    this.#context.owner.onProgress();
  }

  ended(): void {
    this.stop();
  }

  stop(): void {
    if (this.#phase !== "reading") return;
    const { received, right } = this.#check ?? {};
    if (received !== undefined && right !== undefined) this.#say(discardReportLine({ kind: "end", received, right }));
    this.#end();
  }

  #end(): void {
    this.#phase = "ending";
    this.#finishWhenSent();
  }

  #finishWhenSent(): void {
    if (this.#outbox.pendingBytes > 0) return;
    this.#phase = "finished";
    this.channel.shutdown();
  }

  override closed(code: string | undefined): void {
    this.#outbox.clear();
    this.#context.reporting.delete(this);
    if (this.#check?.expected) this.#context.payloads.release(this.#check.expected.key);
    super.closed(code);
  }
}
