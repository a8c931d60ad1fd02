import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { LogFileConfig } from "../../config/mod.ts";
import { type Clock, errorCode, firstOf } from "../../kernel/mod.ts";
import type { FileSystem } from "../../render/mod.ts";
import { LogRotation } from "./log-rotation.ts";

interface LogFileDeps {
	readonly fs: FileSystem;
	readonly clock: Clock;
	/** Told once, until the file can be written again. @param reason the code of the fault */
	readonly failed: (reason: string) => void;
	readonly recovered: () => void;
}

interface Open {
	readonly file: FileHandle;
	/** Bytes in it. */
	size: number;
	/** When it was made, as steady time. */
	readonly madeAt: number;
}

/** Add to it, never through a link, and without waiting for the reader of a planted pipe. */
const APPEND =
	constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Lines that cannot be written now wait for so much, in characters; those after them are lost. */
const LONGEST_BACKLOG = 1024 * 1024;

/** While the file cannot be written, lines are lost and it is tried again so often. */
const RETRY_EVERY_MS = 5000;

/** Longest wait for the last lines, at the end. */
const LONGEST_END_MS = 1000;

/** A file that gets log lines. Whatever is wrong with it, nobody waits for it. */
export class LogFile {
	readonly #path: string;
	readonly #deps: LogFileDeps;
	readonly #rotation: LogRotation;
	#pending: string[] = [];
	#backlog = 0;
	#work: Promise<void> | undefined;
	#open: Open | undefined;
	#isStale = false;
	#brokenUntil: number | undefined;

	constructor(config: LogFileConfig, deps: LogFileDeps) {
		this.#path = config.path;
		this.#deps = deps;
		this.#rotation = new LogRotation(config, deps);
	}

	/** @param line with its line end, and without any secret */
	write(line: string): void {
		if (this.#backlog + line.length > LONGEST_BACKLOG) return;
		this.#pending.push(line);
		this.#backlog += line.length;
		this.#work ??= this.#drain();
	}

	/** The next line goes to whatever stands at the path then: somebody may have put the file aside. */
	reopen(): void {
		this.#isStale = true;
	}

	/** Waits for the last lines, but not long. */
	async close(): Promise<void> {
		const { signal } = new AbortController();
		if (this.#work !== undefined)
			await firstOf(this.#work, LONGEST_END_MS, { clock: this.#deps.clock, order: signal });
		await this.#letGo();
	}

	async #drain(): Promise<void> {
		for (let line = this.#pending.shift(); line !== undefined; line = this.#pending.shift()) {
			this.#backlog -= line.length;
			await this.#put(line);
		}
		this.#work = undefined;
	}

	async #put(line: string): Promise<void> {
		const { clock, failed, recovered } = this.#deps;
		if (this.#brokenUntil !== undefined && clock.now() < this.#brokenUntil) return;
		try {
			await this.#append(line);
			if (this.#brokenUntil !== undefined) recovered();
			this.#brokenUntil = undefined;
		} catch (error) {
			await this.#letGo();
			if (this.#brokenUntil === undefined) failed(errorCode(error) ?? "unknown fault");
			this.#brokenUntil = clock.now() + RETRY_EVERY_MS;
		}
	}

	async #append(line: string): Promise<void> {
		const bytes = Buffer.byteLength(line);
		if (this.#isStale) await this.#letGo();
		this.#isStale = false;
		this.#open ??= await this.#openFile();
		if (this.#rotation.isDue(this.#open, bytes)) {
			await this.#letGo();
			await this.#rotation.rotate();
			this.#open = await this.#openFile();
		}
		await this.#open.file.appendFile(line);
		this.#open.size += bytes;
	}

	async #openFile(): Promise<Open> {
		const { fs, clock } = this.#deps;
		const file = await fs.open(this.#path, APPEND, 0o600);
		const stat = await file.stat();
		if (!stat.isFile()) {
			await file.close();
			throw Object.assign(new Error("not an ordinary file"), { code: "no ordinary file" });
		}
		// Some file systems do not know when a file was made.
		const age = stat.size === 0 || stat.birthtimeMs <= 0 ? 0 : Math.max(0, clock.date() - stat.birthtimeMs);
		return { file, size: stat.size, madeAt: clock.now() - age };
	}

	async #letGo(): Promise<void> {
		const open = this.#open;
		this.#open = undefined;
		await open?.file.close().catch(() => undefined);
	}
}
