import { AgentError, errorCode, ExitCode, formatDuration } from "../kernel/mod.ts";

/** By how much the name of a scratch file is longer than that of its destination. */
const SCRATCH_EXTRA = ".".length + ".0123456789abcdef01".length + ".keyturn-new".length;

/** Thrown when a file cannot be put where it belongs. */
export class DeliveryError extends AgentError {
	/** @param doing what was tried, such as `write` */
	static failed(doing: string, path: string, cause: unknown): DeliveryError {
		const code = codeOf(cause);
		return new DeliveryError(`cannot ${doing} ${path}: ${WORDS[code] ?? code}`, {
			code: "E_DELIVERY",
			exitCode: ExitCode.undeliverable,
			remedy: "retry",
			rows: {
				do: ADVICE[`${doing} ${code}`] ?? ADVICE[code] ?? "mend the folder; it is tried again by itself",
			},
			facts: { path, reason: code },
			cause,
		});
	}

	/** The disk does not answer: a call to it has neither succeeded nor failed. */
	static hanging(path: string, ms: number): DeliveryError {
		return new DeliveryError(`cannot write ${path}: the disk has not answered for ${formatDuration(ms)}`, {
			code: "E_DELIVERY",
			exitCode: ExitCode.undeliverable,
			remedy: "retry",
			rows: { do: "look at the volume and, for a network file system, its server; it goes on by itself" },
			facts: { path, reason: "hanging" },
		});
	}

	/** The same with the place where it happened. */
	located(at: string): DeliveryError {
		const { message, code, exitCode, remedy, rows, facts, cause } = this;
		return new DeliveryError(message, { code, exitCode, remedy, rows: { at, ...rows }, facts, cause });
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
	ENOFOLDER: "the folder is not there", // our own word: it is not to be made either
	ENOTDIR: "a part of the path is no folder",
	EEXIST: "a part of the path is no folder",
	EISDIR: "a folder is in the way",
	ELOOP: "a link is in the way",
	EBUSY: "it is a mount point of its own",
	EXDEV: "it is on another file system than its folder",
	EREPLACED: "somebody has replaced it a moment ago", // our own word
	EMFILE: "the agent has too many files open",
	ENFILE: "the machine has too many files open",
	ENAMETOOLONG: "the name is too long",
	EIO: "the disk reports an I/O error",
	ESTALE: "the network file system has lost the folder",
};

/** By what went wrong, or by what was being done when it did. */
const ADVICE: Readonly<Record<string, string>> = {
	ENOSPC: "free some space; it is tried again by itself",
	EDQUOT: "free some space, or raise the quota; it is tried again by itself",
	EROFS: "mount a writable volume there, such as a memory emptyDir",
	EACCES: "let the agent's user write to that folder",
	EPERM: "run the agent as a user that may change the owner, or leave user and group out",
	ENOFOLDER: "make it, or have it made with create_dest_dirs: true; it is tried again by itself",
	"replace EPERM": "give the folder to the agent's user: in one of mode 1777 everybody keeps what is his",
	EBUSY: "mount the folder instead of the single file: a file that is replaced needs its folder",
	EXDEV: "mount the folder instead of the single file: a file that is replaced needs its folder",
	EREPLACED: "find out who else writes there; it is tried again by itself",
	EMFILE: "raise its limit (ulimit -n, LimitNOFILE); it is tried again by itself",
	ENFILE: "find out who holds them, or raise fs.file-max; it is tried again by itself",
	ENAMETOOLONG: `choose a shorter one: beside the file stands for a moment one whose name is ${SCRATCH_EXTRA} bytes longer`,
	EIO: "look at the disk and the kernel's log; it is tried again by itself",
	ESTALE: "mount it again; it is tried again by itself",
};
