import { fstatSync } from "node:fs";
import { reopenTerminal } from "../files/terminal.ts";
import { writeSome } from "../files/write-some.ts";
import type { Terminal } from "./terminal.ts";
import { TerminalWriter } from "./terminal-writer.ts";

const descriptors = { stdout: 1, stderr: 2 } as const;

/** By device, so that texts for standard output and standard error of one terminal keep their order. */
const terminals = new Map<number, TerminalWriter>();

/** @returns undefined when the terminal cannot be opened without waiting for it */
function openTerminal(descriptor: number): TerminalWriter | undefined {
  const device = fstatSync(descriptor).rdev;
  const known = terminals.get(device);
  if (known) return known;
  const fd = reopenTerminal(descriptor);
  if (fd === undefined) return undefined;
  const terminal = new TerminalWriter((bytes) => writeSome(fd, bytes));
  terminals.set(device, terminal);
  return terminal;
}

/** Standard output or standard error. Writing to it does not wait: not for a reader, and not for a terminal. */
class StandardStream implements Terminal<Promise<Error | undefined>> {
  readonly #name: keyof typeof descriptors;
  /** null until the first use */
  #terminal: TerminalWriter | undefined | null = null;
  /** of the latest text: those before it are written or lost by then */
  #written: Promise<unknown> = Promise.resolve();

  constructor(name: keyof typeof descriptors) {
    this.#name = name;
  }

  get #stream(): NodeJS.WriteStream {
    return process[this.#name];
  }

  get #writer(): TerminalWriter | undefined {
    if (this.#terminal === null) this.#terminal = this.isTerminal ? openTerminal(descriptors[this.#name]) : undefined;
    return this.#terminal;
  }

  get isTerminal(): boolean {
    // Bun leaves it undefined for other streams.
    return this.#stream.isTTY === true;
  }

  /** columns of the terminal, 0 when unknown */
  get columns(): number {
    return this.#stream.columns ?? 0;
  }

  get isWaiting(): boolean {
    return this.#writer?.isWaiting ?? false;
  }

  /** Calls the listener for every error of a stream that is no terminal. */
  onError(listener: (error: Error) => void): void {
    this.#stream.on("error", listener);
  }

  /** Settles, once the text is written or lost, with the error that lost it. Never rejects. */
  write(text: string): Promise<Error | undefined> {
    if (this.#writer) return this.#writer.write(text);
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    this.#stream.write(text, (error) => resolve(error ?? undefined));
    this.#written = promise;
    return promise;
  }

  /** Settles once everything is written or lost. */
  flush(): Promise<unknown> {
    if (this.#writer) return this.#writer.write("");
    // An empty text would not wait: Bun calls back for it at once, whatever was written before.
    if (this.#stream.destroyed) return Promise.resolve();
    const failed = new Promise<void>((resolve) => void this.#stream.once("error", () => resolve()));
    return Promise.race([this.#written, failed]);
  }
}

export const standardOutput = new StandardStream("stdout");
export const standardError = new StandardStream("stderr");

/** Settles once everything written to both is written or lost. */
export const flushStreams = (): Promise<unknown> => Promise.all([standardOutput.flush(), standardError.flush()]);
