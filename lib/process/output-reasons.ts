import { messageOf, systemErrorCode } from "../errors.ts";

const reasons: Record<string, string> = {
  ENOENT: "no such folder",
  ENOTDIR: "no such folder",
  EISDIR: "it is a folder",
  EEXIST: "a file is in the way",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "read-only file system",
  ENOSPC: "no space left on the disk",
  EDQUOT: "the quota of the disk is used up",
  EFBIG: "it would be larger than a file may be",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "its links lead in a circle",
  ENXIO: "nobody reads it",
  EAGAIN: "its reader does not read",
  EIO: "input/output error",
  EMFILE: "too many open files",
};

/** Why something could not be written, in words. */
export const reasonOf = (error: unknown): string => reasons[systemErrorCode(error) ?? ""] ?? messageOf(error);
