import { isatty } from "node:tty";

const STDIN = 0;

/**
 * Handles SIGHUP until disposed. The signal means to reload; but when the terminal of the program has been closed,
 * it means to stop.
 */
export function watchSighup(reload: () => void): Disposable {
  const hadTerminal = isatty(STDIN);
  const onSighup = (): void => {
    if (hadTerminal && !isatty(STDIN)) process.kill(process.pid, "SIGTERM");
    else reload();
  };
  process.on("SIGHUP", onSighup);
  return {
    [Symbol.dispose]() {
      process.off("SIGHUP", onSighup);
    },
  };
}
