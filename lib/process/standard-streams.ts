import { fstatSync } from "node:fs";
import { reopenTerminal } from "../files/terminal.ts";
import { writeSome } from "../files/write-some.ts";
import type { Footer, Terminal } from "./terminal.ts";
import { TerminalWriter } from "./terminal-writer.ts";

const descriptors = { stdout: 1, stderr: 2 } as const;

/** By device, so that texts for standard output and standard error of one terminal keep their order. */
const terminals = new Map<number, TerminalWriter>();

/** By device, so that text for either stream of a terminal is written above what is at its bottom. */
const footers = new Map<number, Footer>();

/** Leaves no footer behind, whatever ends the program. */
let clearsAtExit = false;

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
class StandardStream implements Terminal {
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

  /** whether lines can be redrawn in place */
  get canRedraw(): boolean {
    return this.isTerminal && process.env["TERM"] !== "dumb";
  }

  get isWaiting(): boolean {
    return this.#writer?.isWaiting ?? false;
  }

  get #device(): number {
    return fstatSync(descriptors[this.#name]).rdev;
  }

  get footer(): Footer | undefined {
    return footers.size > 0 && this.isTerminal ? footers.get(this.#device) : undefined;
  }

  set footer(footer: Footer | undefined) {
    if (footer) footers.set(this.#device, footer);
    else footers.delete(this.#device);
    if (clearsAtExit) return;
    clearsAtExit = true;
    process.on("exit", () => footers.forEach((each) => each.clear()));
  }

  /** Calls the listener for every error of a stream that is no terminal. */
  onError(listener: (error: Error) => void): void {
    this.#stream.on("error", listener);
  }

  /** Writes above what is at the bottom of the terminal. Otherwise as `draw`. */
  write(text: string): Promise<Error | undefined> {
    return this.draw(this.footer?.above(text) ?? text);
  }

  /** Settles, once the text is written or lost, with the error that lost it. Never rejects. */
  draw(text: string): Promise<Error | undefined> {
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
