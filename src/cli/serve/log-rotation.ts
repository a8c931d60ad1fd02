import { basename, dirname, extname, join } from "node:path";
import type { LogFileConfig } from "../../config/mod.ts";
import type { Clock } from "../../kernel/mod.ts";
import type { FileSystem } from "../../render/mod.ts";

interface LogRotationDeps {
	readonly fs: Pick<FileSystem, "readdir" | "rename" | "unlink">;
	readonly clock: Clock;
}

/** `2026-11-21T22-15-30.123Z`: sorted by name is sorted by time, and any file system takes it. */
const STAMP = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$/;

/** Puts a log file aside when it is too large or too old: `agent.log` becomes `agent-<time>.log`. */
export class LogRotation {
	readonly #config: LogFileConfig;
	readonly #deps: LogRotationDeps;
	#last = 0;

	constructor(config: LogFileConfig, deps: LogRotationDeps) {
		this.#config = config;
		this.#deps = deps;
	}

	/**
	 * @param file its size in bytes, and when it was made
	 * @param bytes what is about to be added
	 */
	isDue({ size, madeAt }: { readonly size: number; readonly madeAt: number }, bytes: number): boolean {
		const { rotateBytes = Number.POSITIVE_INFINITY, rotateMs } = this.#config;
		const isOld = this.#deps.clock.now() - madeAt >= rotateMs;
		return size > 0 && (isOld || size + bytes > rotateBytes);
	}

	/** Rejects as `fs.rename` does. */
	async rotate(): Promise<void> {
		const { fs, clock } = this.#deps;
		const { path, mostRotated } = this.#config;
		// Never the same name twice, however fast it grows.
		this.#last = Math.max(clock.date(), this.#last + 1);
		await fs.rename(path, this.#nameOf(new Date(this.#last).toISOString().replaceAll(":", "-")));
		if (mostRotated === undefined) return;
		const aside = (await fs.readdir(dirname(path))).filter((entry) => this.#isAside(entry)).toSorted();
		for (const entry of aside.slice(0, aside.length - mostRotated))
			await fs.unlink(join(dirname(path), entry));
	}

	#nameOf(stamp: string): string {
		const { path } = this.#config;
		const extension = extname(path) || ".log";
		return join(dirname(path), `${basename(path, extension)}-${stamp}${extension}`);
	}

	#isAside(entry: string): boolean {
		const [before = "", after = ""] = basename(this.#nameOf("\n")).split("\n");
		if (!entry.startsWith(before) || !entry.endsWith(after)) return false;
		return STAMP.test(entry.slice(before.length, entry.length - after.length));
	}
}
