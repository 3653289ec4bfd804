/** Every exit code of every program, in one place. */
export const exitCodes = {
  success: 0,
  /** a byte differed, an echo was lost, a connection broke */
  runFailed: 1,
  usage: 2,
  /** could not listen or could not connect */
  unreachable: 3,
  /** an `--expect` threshold failed */
  thresholdFailed: 4,
  regressionFound: 5,
  /** shards of a merged run are missing, cut short or did not run together */
  shardsIncomplete: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A failure that is shown to the user as its message, without a stack trace. */
export abstract class AppError extends Error {
  /** Written out: a bundler may give the class another name. */
  abstract override readonly name: string;
  abstract readonly exitCode: ExitCode;
}

/** The command line, the environment or the config file asks for something impossible. */
export class UsageError extends AppError {
  readonly name = "UsageError";
  readonly exitCode = exitCodes.usage;
}

/** Why a value cannot be read, in words that follow the flag and the value. Whoever knows the flag turns it into a UsageError. */
export class ValueError extends Error {}

/** The address could not be listened on, or the target could not be connected to. */
export class UnreachableError extends AppError {
  readonly name = "UnreachableError";
  readonly exitCode = exitCodes.unreachable;
}

/** The program ran, and what it was asked to do did not succeed. */
export class RunFailedError extends AppError {
  readonly name = "RunFailedError";
  readonly exitCode = exitCodes.runFailed;
}

/** The user ended the program before there was anything to report. */
export class InterruptedError extends AppError {
  readonly name = "InterruptedError";
  readonly exitCode = exitCodes.interrupted;
}

/** The `code` of a system error such as ECONNREFUSED, or undefined for any other value. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
