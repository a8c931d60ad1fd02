import { isRoot } from "../support/private-disk.ts";

/** How a delivery that fails is reported. */
export interface Fault {
	/** Of the log line and of `delivery_error`, with `{out}` for the disk's folder. */
	readonly says: string;
	readonly do: string;
	readonly code: "E_DELIVERY" | "E_DESTINATION";
}

/** A disk that breaks while the agent runs. */
export interface Row extends Fault {
	readonly name: string;
	/** Shell, in the disk's folder. */
	readonly breaks: string;
	readonly heals: string;
	/** False: cannot be tried on this machine, and is skipped in sight. */
	readonly isPossible?: boolean;
	/** As somebody for whom modes count. */
	readonly isUnprivileged?: boolean;
	/** Files on the disk that whoever broke it has left. */
	readonly stand?: readonly string[];
}

export const ROWS: readonly Row[] = [
	{
		name: "a disk that is full",
		breaks: "dd if=/dev/zero of=filler bs=4096 count=64 2>/dev/null || true",
		heals: "rm filler",
		says: "cannot write {out}/key.env: the disk is full",
		do: "free some space; it is tried again by itself",
		code: "E_DELIVERY",
	},
	{
		name: "a disk without a name left for another file",
		breaks: "for n in $(seq 100); do touch filler-$n 2>/dev/null || break; done",
		heals: "rm filler-*",
		says: "cannot write {out}/key.env: the disk is full",
		do: "free some space; it is tried again by itself",
		code: "E_DELIVERY",
	},
	{
		name: "a disk that becomes read-only",
		breaks: 'mount -o remount,bind,ro "$0"',
		heals: 'mount -o remount,bind,rw "$0"',
		says: "cannot write {out}/key.env: the file system is read-only",
		do: "mount a writable volume there, such as a memory emptyDir",
		code: "E_DELIVERY",
	},
	{
		name: "a destination that becomes a folder",
		breaks: "rm key.env; mkdir key.env",
		heals: "rmdir key.env",
		says: "{out}/key.env is a folder",
		do: "remove it, or choose another destination",
		code: "E_DESTINATION",
		stand: ["deep/second.env"],
	},
	{
		name: "a destination that becomes a link",
		breaks: "mv key.env elsewhere; ln -s elsewhere key.env",
		heals: "rm key.env",
		says: "{out}/key.env is a link to elsewhere",
		do: "remove the link, or name its target as destination",
		code: "E_DESTINATION",
	},
	{
		name: "a destination that becomes a pipe",
		breaks: "rm key.env; mkfifo key.env",
		heals: "rm key.env",
		says: "{out}/key.env is no ordinary file",
		do: "remove it, or choose another destination",
		code: "E_DESTINATION",
		stand: ["deep/second.env"],
	},
	{
		name: "a destination that becomes a device",
		breaks: "rm key.env; mknod key.env c 1 5",
		heals: "rm key.env",
		says: "{out}/key.env is no ordinary file",
		do: "remove it, or choose another destination",
		code: "E_DESTINATION",
		stand: ["deep/second.env"],
		isPossible: isRoot,
	},
	{
		name: "a folder that becomes a file",
		breaks: "rm -r deep; touch deep",
		heals: "rm deep",
		stand: ["key.env"],
		says: "{out}/deep/second.env is to be put into {out}/deep, which is no folder",
		do: "remove what is there, or choose another destination",
		code: "E_DESTINATION",
	},
	{
		name: "a single file that is mounted over the destination",
		breaks: "cp key.env other; mount --bind other key.env",
		heals: "umount key.env",
		says: "{out}/key.env is a mount point of its own: a file that was mounted cannot be replaced",
		do: "mount its folder instead of the single file, here and in the reader",
		code: "E_DESTINATION",
	},
	{
		name: "a folder that may not be written to any more",
		breaks: "chmod 0555 .",
		heals: "chmod 0755 .",
		says: "cannot write {out}/key.env: permission denied",
		do: "let the agent's user write to that folder",
		code: "E_DELIVERY",
		isUnprivileged: true,
	},
];
