import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A program to start. */
export interface Command {
	readonly program: string;
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	/** Its output goes here: a log costs what it costs. */
	readonly log: string;
}

/** GNU or busybox; its `%M` is the kernel's own ru_maxrss. */
const TIME = findOnPath("time");

/** How the peak is found out, for the notes below the table. */
export const PEAK_METHOD =
	TIME === undefined ? "VmHWM, polled every millisecond" : "ru_maxrss, by time -f %M";

/** @returns milliseconds from before the start until the end was seen */
export async function wallMs(command: Command): Promise<number> {
	const before = performance.now();
	await ended(launch(command), command);
	return performance.now() - before;
}

/** @returns the peak of the resident size, in MiB */
export async function peakMiB(command: Command): Promise<number> {
	if (TIME !== undefined) {
		const out = `${command.log}.peak`;
		const args = ["-f", "%M", "-o", out, command.program, ...command.args];
		await ended(launch({ ...command, program: TIME, args }), command);
		return Number(readFileSync(out, "utf8").trim().split("\n").at(-1)) / 1024;
	}
	const child = launch(command);
	const end = ended(child, command);
	let peak = 0;
	while (child.exitCode === null) {
		peak = Math.max(peak, statusMiB(child.pid ?? 0, "VmHWM"));
		await delay(1);
	}
	await end;
	return peak;
}

/** Starts a program that stays; disposing of it ends it as Ctrl-C would. */
export class Running implements AsyncDisposable {
	readonly #child: ChildProcess;
	readonly #exited: Promise<unknown>;

	constructor(command: Command) {
		this.#child = launch(command);
		this.#exited = new Promise((resolve) => this.#child.once("exit", resolve));
	}

	get rssMiB(): number {
		return statusMiB(this.#pid, "VmRSS");
	}

	/** User and system time since its start; children are not in it. */
	get cpuMs(): number {
		const stat = readFileSync(`/proc/${this.#pid}/stat`, "latin1");
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return (Number(fields[11]) + Number(fields[12])) * 10; // Linux counts in hundredths of a second
	}

	signal(name: NodeJS.Signals): void {
		this.#child.kill(name);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.signal("SIGINT");
		const gone = new AbortController();
		const late = delay(5000, undefined, { signal: gone.signal }).then(
			() => this.signal("SIGKILL"),
			() => undefined,
		);
		await this.#exited;
		gone.abort();
		await late;
	}

	get #pid(): number {
		if (this.#child.pid === undefined || this.#child.exitCode !== null)
			throw new Error(`${this.#child.spawnfile} has ended by itself`);
		return this.#child.pid;
	}
}

export function findOnPath(name: string): string | undefined {
	const folders = (process.env["PATH"] ?? "").split(delimiter);
	return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function launch({ program, args, env, log }: Command): ChildProcess {
	const out = openSync(log, "w");
	return spawn(program, args, {
		env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "/", ...env },
		stdio: ["ignore", out, out],
	}).once("spawn", () => closeSync(out));
}

async function ended(child: ChildProcess, { program, log }: Command): Promise<void> {
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once("error", reject);
		child.once("exit", resolve);
	});
	if (code !== 0)
		throw new Error(`${program} ended with ${code}:\n${readFileSync(log, "utf8").slice(-2000)}`);
}

/** A number of /proc/PID/status; 0 once the process is gone. */
function statusMiB(pid: number, name: "VmRSS" | "VmHWM"): number {
	try {
		const status = readFileSync(`/proc/${pid}/status`, "latin1");
		return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) / 1024;
	} catch {
		return 0;
	}
}
