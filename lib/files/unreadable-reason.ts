import { messageOf, systemErrorCode } from "../errors.ts";

const reasons = new Map([
  ["ENOENT", "no such file"],
  ["ENOTDIR", "no such file"],
  ["EISDIR", "it is a folder"],
  ["EACCES", "permission denied"],
  ["ELOOP", "its links lead in a circle"],
]);

/** Why a file could not be read, in words. */
export const unreadableReason = (error: unknown): string =>
  reasons.get(systemErrorCode(error) ?? "") ?? messageOf(error);
