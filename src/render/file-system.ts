import { constants } from "node:fs";
import type * as node from "node:fs/promises";
import { errorCode } from "../kernel/mod.ts";

/** What delivery needs of the file system; the tests hand in one that fails on purpose. */
export type FileSystem = Pick<
	typeof node,
	| "access"
	| "chmod"
	| "open"
	| "rename"
	| "unlink"
	| "lstat"
	| "mkdir"
	| "readdir"
	| "readFile"
	| "readlink"
	| "realpath"
>;

/** Create it, never open what is already there, and never through a link that somebody planted. */
export const CREATE_NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Open for reading, but not through a link, and without waiting for the writer of a planted pipe. */
export const READ_NO_LINK = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Whether a failed call says that there is nothing at the path. */
export function isMissing(error: unknown): boolean {
	return errorCode(error) === "ENOENT";
}
