import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { type Clock, errorCode } from "../kernel/mod.ts";

/** Open at once, whether or not there is somebody at the other end of a pipe. */
export const READ_AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK;

/** Longest wait for whoever is to write into a pipe, and how often it is looked whether they have. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 20;

/**
 * Reads texts as `fs.readFile` does, pipes included. No thread waits for the writer of a pipe: one that never comes
 * would keep the process from ending.
 *
 * @returns rejects with a code, `ETIMEDOUT` when nobody has written all within ten seconds
 */
export function textReader(clock: Clock): (path: string) => Promise<string> {
	return async (path) => {
		await using file = await open(path, READ_AT_ONCE);
		const stat = await file.stat();
		return stat.isFIFO() ? await readPipe(file, clock) : await file.readFile("utf8");
	};
}

async function readPipe(file: FileHandle, clock: Clock): Promise<string> {
	const { signal } = new AbortController();
	const chunks: Buffer[] = [];
	for (const until = clock.now() + PATIENCE_MS; clock.now() < until; ) {
		const piece = await nextPiece(file);
		if (piece !== undefined && piece.length > 0) chunks.push(piece);
		else if (piece !== undefined && chunks.length > 0) return Buffer.concat(chunks).toString("utf8");
		else await clock.sleep(LOOK_EVERY_MS, signal);
	}
	throw Object.assign(new Error("nobody has written into the pipe"), { code: "ETIMEDOUT" });
}

/** @returns nothing while a writer takes its time; empty when there is none */
async function nextPiece(file: FileHandle): Promise<Buffer | undefined> {
	try {
		const { buffer, bytesRead } = await file.read();
		return buffer.subarray(0, bytesRead);
	} catch (error) {
		if (errorCode(error) === "EAGAIN") return undefined;
		throw error;
	}
}
