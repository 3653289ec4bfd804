/** Processor time of this thread between two moments. */
export class ThreadCpu {
  #start: NodeJS.CpuUsage | undefined;
  /** ms, user and system together */
  usedMs = 0;

  begin(): void {
    this.#start = process.threadCpuUsage();
  }

  /** Does nothing when it has not begun. */
  end(): void {
    if (!this.#start) return;
    const { user, system } = process.threadCpuUsage(this.#start);
    this.usedMs = (user + system) / 1_000;
    this.#start = undefined;
  }
}
