import { readdirSync, readFileSync } from "node:fs";

/** A process as /proc shows it. */
export interface ProcessEntry {
	readonly pid: number;
	readonly parent: number;
	/** The kernel's letter: Z is dead and not yet reaped. */
	readonly state: string;
	readonly command: string;
}

/** Every process that runs now; those that have died do not count. */
export function processes(): ProcessEntry[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.flatMap((name) => entryOf(Number(name)))
		.filter(({ state }) => state !== "Z" && state !== "X");
}

/** Processes whose command line holds the word. Give every test a word of its own: its folder does. */
export function processesWith(word: string): ProcessEntry[] {
	return processes().filter(({ command }) => command.includes(word));
}

/** Kills every process that has the word on its command line. */
export function killAllWith(word: string): void {
	for (const { pid } of processesWith(word)) {
		try {
			process.kill(pid, "SIGKILL");
		} catch {
			// it has ended in the meantime
		}
	}
}

export function isAlive(pid: number): boolean {
	return processes().some((entry) => entry.pid === pid);
}

/** Environment with which a process was started. */
export function environOf(pid: number): string {
	return readFileSync(`/proc/${pid}/environ`, "latin1");
}

function entryOf(pid: number): ProcessEntry[] {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
		// "pid (name) state ppid …", where the name may hold anything
		const [state = "X", parent = "0"] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
		return [{ pid, parent: Number(parent), state, command }];
	} catch {
		return []; // it has ended in the meantime
	}
}
