import { isatty } from "node:tty";

const STDIN = 0;

/**
 * Listens for SIGHUP until disposed. It asks to reload, or, where the program was started from a terminal that is gone
 * by now, to end.
 */
export function watchSighup(reload: () => void): Disposable {
  const hadTerminal = isatty(STDIN);
  const onHangUp = (): void => {
    if (hadTerminal && !isatty(STDIN)) process.kill(process.pid, "SIGTERM");
    else reload();
  };
  process.on("SIGHUP", onHangUp);
  return {
    [Symbol.dispose]() {
      process.off("SIGHUP", onHangUp);
    },
  };
}
