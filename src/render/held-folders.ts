import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join, normalize } from "node:path";
import { errorCode } from "../kernel/mod.ts";
import { checkRoots, type LinkPolicy, wayTo } from "./destination.ts";
import { DeliveryError } from "./errors.ts";
import { type FileSystem, isMissing } from "./file-system.ts";
import { makeFolders } from "./folders.ts";

/** Names of the process's own open files (proc_pid_fd(5)): a path that begins with one begins in that very folder. */
const OPEN_FILES = "/proc/self/fd";

/** Linux: a handle on a place, for which nothing of it has to be readable (open(2)). Node does not name it. */
const O_PATH = 0o10000000;

interface HeldDeps {
	readonly fs: FileSystem;
	readonly links: LinkPolicy;
}

/** Permission bits of a folder that is made where it is not there; false: none is made. */
export type Making = number | false;

/** How a folder is to be opened. */
interface Way {
	/** For what. */
	readonly path: string;
	/** Where the folder is, links followed. */
	readonly way: string;
	readonly make: Making;
}

/**
 * Folders that are open for as long as a piece of work takes, so that what is checked and what is written is in the same
 * place: a folder on the way that somebody swaps for a link meanwhile is not gone through again.
 *
 * Node has no `openat`. The names of open files do the same; where there are none, paths are used as they are.
 */
export class HeldFolders {
	/** The file system, which reaches what lies in a held folder by its handle. */
	readonly fs: FileSystem;
	readonly #deps: HeldDeps;
	readonly #handles: FileHandle[] = [];
	/** What has been begun, so that many files of a folder wait for the same. */
	readonly #opening = new Map<string, Promise<void>>();
	/** Names of the handles, by folder. */
	readonly #names = new Map<string, string>();
	/** Where folders really are. What has changed since shows when they are opened. */
	readonly #ways = new Map<string, string>();

	constructor(deps: HeldDeps) {
		this.#deps = deps;
		const place = (path: unknown) => (typeof path === "string" ? this.#place(path) : path);
		this.fs = new Proxy(deps.fs, {
			get: (fs, name: keyof FileSystem) => {
				const call = fs[name].bind(fs) as (...args: unknown[]) => unknown;
				const paths = name === "rename" ? 2 : 1;
				return (...args: unknown[]) => call(...args.map((arg, at) => (at < paths ? place(arg) : arg)));
			},
		});
	}

	/**
	 * Opens the folder of a path.
	 *
	 * @throws DeliveryError for a path that leads elsewhere than its name says
	 */
	async hold(path: string, make: Making): Promise<void> {
		const folder = normalize(dirname(path));
		if (this.#names.has(folder)) return;
		const key = `${make} ${folder}`;
		const opening = this.#opening.get(key) ?? this.#checkAndOpen(folder, path, make);
		this.#opening.set(key, opening);
		await opening;
	}

	async close(): Promise<void> {
		this.#names.clear();
		this.#opening.clear();
		this.#ways.clear();
		for (const handle of this.#handles.splice(0)) await handle.close();
	}

	async #checkAndOpen(folder: string, path: string, make: Making): Promise<void> {
		const way = this.#ways.get(folder) ?? (await this.#check(path));
		this.#ways.set(folder, way);
		await this.#open(folder, { path, way, make });
	}

	/** @returns where its folder is */
	async #check(path: string): Promise<string> {
		const { fs, links: policy } = this.#deps;
		const way = await wayTo(path, fs, policy);
		await checkRoots(path, way, { fs, policy });
		return way;
	}

	async #open(folder: string, { path, way, make }: Way): Promise<void> {
		const { fs } = this.#deps;
		if (!(await hasNames(fs))) {
			if (make !== false) await made(folder, () => makeFolders(folder, make, fs));
			return;
		}
		const handle =
			(await openFolder(folder, fs, 0)) ?? (make === false ? undefined : await this.#make(folder, way, make));
		if (handle === undefined) return;
		this.#handles.push(handle);
		const name = `${OPEN_FILES}/${handle.fd}`;
		const real = await fs.readlink(name);
		if (real !== way) {
			const reason = `leads by way of ${real} now, and led by way of ${way} a moment ago`;
			throw DeliveryError.refused(path, reason, "find out who changes the folders on the way to it");
		}
		this.#names.set(folder, name);
	}

	/**
	 * In the folder around it, which is made as well.
	 *
	 * @param known where it is to be
	 */
	async #make(folder: string, known: string, mode: number): Promise<FileHandle | undefined> {
		const { fs, links } = this.#deps;
		const way = known === folder ? dirname(folder) : await wayTo(folder, fs, links); // no link: no second look
		await this.#open(dirname(folder), { path: folder, way, make: mode });
		return await made(folder, async () => {
			const isOurs = await this.fs.mkdir(folder, { mode }).then(
				() => true,
				(error: unknown) => {
					if (errorCode(error) === "EEXIST") return false; // made by somebody just now
					throw error;
				},
			);
			const handle = await openFolder(this.#place(folder), fs, constants.O_NOFOLLOW);
			// What the umask has taken away its owner needs.
			if (isOurs && handle !== undefined) await fs.chmod(`${OPEN_FILES}/${handle.fd}`, mode);
			return handle;
		});
	}

	#place(path: string): string {
		const whole = normalize(path);
		const folder = this.#names.get(whole);
		if (folder !== undefined) return `${folder}/.`;
		const around = this.#names.get(dirname(whole));
		return around === undefined ? path : join(around, basename(whole));
	}
}

/** What has been found out about file systems; an answer that never came is nothing. */
const named = new WeakMap<FileSystem, boolean>();

/** Whether open files have names here: Linux alone has them, and not where `/proc` is not mounted. Found out once. */
async function hasNames(fs: FileSystem): Promise<boolean> {
	const found =
		named.get(fs) ??
		(await fs.readlink("/proc/self").then(
			() => true,
			() => false,
		));
	named.set(fs, found);
	return found;
}

/** @returns nothing where there is none */
async function openFolder(folder: string, fs: FileSystem, flags: number): Promise<FileHandle | undefined> {
	try {
		return await fs.open(folder, O_PATH | constants.O_DIRECTORY | flags);
	} catch (error) {
		if (isMissing(error)) return undefined;
		throw DeliveryError.failed("open the folder", folder, error);
	}
}

async function made<T>(folder: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw error instanceof DeliveryError ? error : DeliveryError.failed("make the folder", folder, error);
	}
}
