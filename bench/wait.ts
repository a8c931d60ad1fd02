import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Polls a file closely until it holds the text. @returns when that was seen, in `performance.now()` time */
export async function seenIn(file: string, text: string, withinMs = 60_000): Promise<number> {
	const deadline = performance.now() + withinMs;
	while (!contentOf(file).includes(text)) {
		if (performance.now() > deadline) throw new Error(`${file} never held what was written`);
		await delay(2);
	}
	return performance.now();
}

function contentOf(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return "";
	}
}
