import { constants } from "node:fs";
import type { Sink, SinkContent, SinkFiles } from "../../auth/mod.ts";
import { errorCode, Secret } from "../../kernel/mod.ts";
import { type Delivery, DeliveryError } from "../../render/mod.ts";
import type { World } from "../world.ts";
import { readOwnFile } from "./own-file.ts";

/** Permission bits with which others may read a file, or its group change it. */
const OTHERS = 0o026;

/** No token is longer. */
const LARGEST_TOKEN = 64 * 1024;

interface SinkPlace extends Pick<World, "fs" | "uid"> {
	/** What is larger is not read, in bytes. Default: more than any token. */
	readonly largest?: number;
}

/** Sinks on disk: written as the rendered files are, by a delivery of their own. */
export function sinkFiles(delivery: Delivery, place: SinkPlace): SinkFiles {
	const { fs, uid, largest = LARGEST_TOKEN } = place;
	const swept = new Set<string>();
	const put = async (sink: Omit<Sink, "wrapTtlMs">, content: string | undefined) => {
		// Scratch files of a run that died hold tokens.
		if (!swept.has(sink.path)) await delivery.sweep([sink.path]);
		swept.add(sink.path);
		const { path, mode, user, group } = sink;
		const owner = { ...(user !== undefined && { user }), ...(group !== undefined && { group }) };
		await delivery.deliver([{ path, mode, ...owner, content, isNotified: false }]);
	};
	return {
		write: async (sink, content) => await put(sink, content.reveal()),
		readPublic: async (path) => await readSmall(path, fs),
		remove: async (path) => await put({ path, mode: 0 }, undefined),
		async read(path): Promise<SinkContent> {
			try {
				return await delivery.inFolder(path, (held) => readSink(path, held, { uid, largest }));
			} catch (error) {
				const fault = error instanceof DeliveryError ? await faultAt(path, fs) : error;
				const code = errorCode(fault) ?? "unknown fault";
				if (code === "ENOENT" || code === "ENOTDIR") return { kind: "absent" };
				if (error instanceof DeliveryError)
					return { kind: "unsafe", reason: `is not read: ${error.message}` };
				return { kind: "unsafe", reason: code === "ELOOP" ? "is a link" : `cannot be read (${code})` };
			}
		},
	};
}

/** A reader's key, in bytes with room to spare. Its folder is the reader's, who may put there what has no end. */
const LARGEST_KEY = 4096;

/** Through links, which volumes are made of. Rejects with a code. */
async function readSmall(path: string, fs: World["fs"]): Promise<string> {
	await using file = await fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
	const stat = await file.stat();
	if (!stat.isFile() || stat.size > LARGEST_KEY)
		throw Object.assign(new Error(), { code: "no ordinary file of that size" });
	return await file.readFile("utf8");
}

/** @returns why nothing is to be seen there; undefined when something is */
async function faultAt(path: string, fs: World["fs"]): Promise<unknown> {
	return await fs.lstat(path).then(
		() => undefined,
		(error: unknown) => error,
	);
}

async function readSink(
	path: string,
	fs: World["fs"],
	{ uid, largest }: { readonly uid: number; readonly largest: number },
): Promise<SinkContent> {
	const own = await readOwnFile(path, fs, { uid, largest, forbidden: OTHERS });
	if ("fault" in own) return { kind: "unsafe", reason: own.fault };
	const text = own.text.trim();
	return text === "" ? { kind: "absent" } : { kind: "text", text: new Secret(text) };
}
