import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { FileSystem } from "../../src/render/mod.ts";

interface Node {
	content: Buffer;
	mode: number;
	readonly inode: number;
}

/** What a write meets on a full disk. */
export function noSpace(): never {
	throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
}

/** Files in memory, all of one user: what delivery needs, decided within a turn of the event loop. */
export class MemoryFs {
	readonly #files = new Map<string, Node>();
	#inodes = 0;
	/** Called before each write of a file's content and each rename; throws to make it fail. */
	onWrite: (path: string) => void = () => {};
	/** Called before each removal; throws to make it fail. */
	onUnlink: (path: string) => void = () => {};
	/** Awaited before each call, those of open files included: one that never resolves is the end of the caller. */
	gate: (call: string) => Promise<void> = () => Promise.resolve();

	/** Names and contents, the hidden ones left out. */
	get files(): Readonly<Record<string, string>> {
		const seen = [...this.#files].filter(([path]) => !path.includes("/."));
		return Object.fromEntries(seen.map(([path, { content }]) => [path, content.toString()]));
	}

	/** The hidden ones. */
	get hidden(): readonly string[] {
		return [...this.#files.keys()].filter((path) => path.includes("/."));
	}

	/** Tells one writing of a file from the next. */
	inode(path: string): number | undefined {
		return this.#files.get(path)?.inode;
	}

	/** The files again, for an agent that starts anew. */
	readonly fs = this.#gated({
		open: async (path: string, flags: number, mode = 0o600) =>
			await Promise.resolve(this.#open(path, flags, mode)),
		rename: async (from: string, to: string) => {
			this.onWrite(to);
			const node = this.#existing(from);
			this.#files.delete(from);
			this.#files.set(to, node);
			await Promise.resolve();
		},
		unlink: async (path: string) => {
			this.#existing(path);
			this.onUnlink(path);
			this.#files.delete(path);
			await Promise.resolve();
		},
		lstat: async (path: string) => await Promise.resolve(this.#stat(path)),
		access: async () => await Promise.resolve(undefined),
		mkdir: async () => await Promise.resolve(undefined),
		readdir: async (folder: string) =>
			await Promise.resolve(
				[...this.#files.keys()]
					.filter((path) => path.startsWith(`${folder}/`))
					.map((path) => path.slice(folder.length + 1)),
			),
		readFile: async () => await Promise.reject(missing("/etc/passwd")),
		readlink: async (path: string) => await Promise.reject(missing(path)),
		realpath: async (path: string) => await Promise.resolve(path),
	}) as unknown as FileSystem;

	#gated<T extends object>(calls: T): T {
		return new Proxy(calls, {
			get: (target, name) => {
				const call: unknown = Reflect.get(target, name);
				if (typeof call !== "function") return call;
				return async (...args: unknown[]) => {
					await this.gate(String(name));
					return await (Reflect.apply(call, target, args) as Promise<unknown>);
				};
			},
		});
	}

	#open(path: string, flags: number, mode: number): FileHandle {
		const isNew = (flags & constants.O_CREAT) !== 0;
		if (isNew && this.#files.has(path)) throw Object.assign(new Error("EEXIST"), { code: "EEXIST" });
		if (isNew) this.#files.set(path, { content: Buffer.alloc(0), mode, inode: ++this.#inodes });
		const node = (flags & constants.O_DIRECTORY) === 0 ? this.#existing(path) : undefined;
		const done = async () => await Promise.resolve();
		return this.#gated({
			stat: async () => await Promise.resolve(this.#stat(path)),
			readFile: async () => await Promise.resolve(node?.content ?? Buffer.alloc(0)),
			writeFile: async (content: Buffer) => {
				this.onWrite(path);
				if (node !== undefined) node.content = content;
				await done();
			},
			chmod: async (bits: number) => {
				if (node !== undefined) node.mode = bits;
				await done();
			},
			chown: done,
			sync: done,
			close: done,
			[Symbol.asyncDispose]: done,
		}) as unknown as FileHandle;
	}

	#stat(path: string) {
		const node = this.#files.get(path);
		const isFolder = [...this.#files.keys()].some((file) => file.startsWith(`${path}/`));
		if (node === undefined && !isFolder) throw missing(path);
		return {
			size: node?.content.length ?? 0,
			mode: node?.mode ?? 0o700,
			uid: 0,
			gid: 0,
			isFile: () => node !== undefined,
			isDirectory: () => node === undefined,
			isSymbolicLink: () => false,
		};
	}

	#existing(path: string): Node {
		const node = this.#files.get(path);
		if (node === undefined) throw missing(path);
		return node;
	}
}

function missing(path: string): Error {
	return Object.assign(new Error(`ENOENT: '${path}'`), { code: "ENOENT" });
}
