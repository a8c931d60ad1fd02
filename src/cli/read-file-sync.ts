import { closeSync, openSync, readlinkSync, readSync, realpathSync } from "node:fs";
import { sep } from "node:path";
import { READ_AT_ONCE } from "./read-text.ts";

/** Nothing that goes into a file of a gateway is larger, in bytes; some files have no end. */
const LARGEST = 8 * 1024 * 1024;

const PIECE = 64 * 1024;

/**
 * A text for `{{file}}`, which waits for nothing.
 *
 * @param roots when there are any, the file lies below one of them, whatever links lead to it
 * @throws as `fs.readFileSync` does
 */
export function readFileWithin(path: string, roots: readonly string[]): string {
	const file = openSync(path, READ_AT_ONCE);
	try {
		if (roots.length > 0 && !isBelow(placeOf(file, path), roots)) throw coded("outside of file_roots");
		return readWhole(file);
	} finally {
		closeSync(file);
	}
}

/** By the open file, so that no link is swapped between this and the reading; by its name where open files have none. */
function placeOf(file: number, path: string): string {
	try {
		return readlinkSync(`/proc/self/fd/${file}`);
	} catch {
		return realpathSync(path);
	}
}

function isBelow(place: string, roots: readonly string[]): boolean {
	return roots.some((root) => {
		try {
			const real = realpathSync(root);
			return place.startsWith(real.endsWith(sep) ? real : real + sep);
		} catch {
			return false; // a root that is not there holds nothing
		}
	});
}

function readWhole(file: number): string {
	const pieces: Buffer[] = [];
	for (let size = 0; ; ) {
		const piece = Buffer.alloc(PIECE);
		const count = readSync(file, piece);
		if (count === 0) return Buffer.concat(pieces).toString("utf8");
		size += count;
		if (size > LARGEST) throw coded("EFBIG");
		pieces.push(piece.subarray(0, count));
	}
}

function coded(code: string): Error {
	return Object.assign(new Error(code), { code });
}
