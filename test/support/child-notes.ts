import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./eventually.ts";

/** Fixture that notes its starts and signals: `sh CHILD FILE`. */
export const CHILD = join(import.meta.dirname, "..", "fixtures", "e2e", "child.sh");

/** One start of the fixture. */
export interface Start {
	readonly pid: number;
	readonly key: string;
}

/** What the fixture has noted up to now; nothing while there is no file. */
export function notesIn(file: string): readonly string[] {
	try {
		return readFileSync(file, "utf8").split("\n").slice(0, -1);
	} catch {
		return [];
	}
}

export function startsIn(file: string): readonly Start[] {
	return notesIn(file).flatMap((line) => {
		const [word, pid = "", ...key] = line.split(" ");
		return word === "start" ? [{ pid: Number(pid), key: key.join(" ") }] : [];
	});
}

/** Waits until the fixture has been started so often, and gives the last start. */
export async function started(file: string, times = 1): Promise<Start> {
	return await eventually(() => {
		const starts = startsIn(file);
		const last = starts.at(-1);
		if (last === undefined || starts.length < times)
			throw new Error(`${starts.length} starts: ${notesIn(file).join(", ")}`);
		return last;
	});
}

/** Waits for a line. */
export async function noted(file: string, line: string): Promise<void> {
	await eventually(() => {
		if (!notesIn(file).includes(line)) throw new Error(`no "${line}" among ${notesIn(file).join(", ")}`);
	});
}
