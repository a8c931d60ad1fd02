import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { killAllWith } from "./processes.ts";

/** A folder of its own for one test, removed after it. */
export interface Folder {
	readonly path: string;
	/** Absolute path of a name in it. */
	at(name: string): string;
	/** Writes a file, making the folders on the way. @returns its absolute path */
	write(name: string, text: string | Buffer, mode?: number): string;
	/** Names of all that is in it or in a folder of it, the hidden included, in order. */
	entries(name?: string): string[];
}

export function folder(): Folder {
	const path = mkdtempSync(join(tmpdir(), "keyturn-e2e-"));
	onTestFinished(() => {
		// Whatever a failed test has left behind: no other command line holds this name.
		killAllWith(path);
		rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
	});
	return {
		path,
		at: (name) => join(path, name),
		write(name, text, mode = 0o600) {
			const file = join(path, name);
			mkdirSync(dirname(file), { recursive: true });
			writeFileSync(file, text, { mode });
			return file;
		},
		entries: (name = "") => readdirSync(join(path, name)).toSorted(),
	};
}
