import { AgentError, errorCode, ExitCode } from "../kernel/mod.ts";

/** Thrown when a file cannot be put where it belongs. */
export class DeliveryError extends AgentError {
	/** @param doing what was tried, such as `write` */
	static failed(doing: string, path: string, cause: unknown): DeliveryError {
		const code = codeOf(cause);
		return new DeliveryError(`cannot ${doing} ${path}: ${WORDS[code] ?? code}`, {
			code: "E_DELIVERY",
			exitCode: ExitCode.undeliverable,
			remedy: "retry",
			rows: { do: ADVICE[code] ?? "mend the folder; it is tried again by itself" },
			facts: { path, reason: code },
			cause,
		});
	}

	/** The destination itself is wrong: a link, a folder, an owner that does not exist. */
	static refused(path: string, reason: string, advice: string): DeliveryError {
		return new DeliveryError(`${path} ${reason}`, {
			code: "E_DESTINATION",
			exitCode: ExitCode.undeliverable,
			rows: { do: advice },
			facts: { path },
		});
	}
}

function codeOf(error: unknown): string {
	return errorCode(error) ?? "unknown fault";
}

const WORDS: Readonly<Record<string, string>> = {
	ENOSPC: "the disk is full",
	EDQUOT: "the quota is used up",
	EROFS: "the file system is read-only",
	EACCES: "permission denied",
	EPERM: "not permitted",
	ENOENT: "the folder is not there",
	ENOTDIR: "a part of the path is no folder",
	EEXIST: "a part of the path is no folder",
	EISDIR: "a folder is in the way",
	EBUSY: "it is a mount point of its own",
	EXDEV: "it is on another file system than its folder",
	EMFILE: "too many files are open",
};

const ADVICE: Readonly<Record<string, string>> = {
	ENOSPC: "free some space; it is tried again by itself",
	EROFS: "mount a writable volume there, such as a memory emptyDir",
	EACCES: "let the agent's user write to that folder",
	EPERM: "run the agent as a user that may change the owner, or leave user and group out",
	EBUSY: "mount the folder instead of the single file: a file that is replaced needs its folder",
	EXDEV: "mount the folder instead of the single file: a file that is replaced needs its folder",
};
