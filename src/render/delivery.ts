import { dirname, join } from "node:path";
import type { Clock } from "../kernel/mod.ts";
import type { LinkPolicy } from "./destination.ts";
import { DeliveryError } from "./errors.ts";
import { type FileSystem, isMissing } from "./file-system.ts";
import { HeldFolders } from "./held-folders.ts";
import { makeCurrent } from "./make-current.ts";
import { clearNotice, clearNoticeQuietly, hasNotice, setNotice } from "./notice.ts";
import { OneAtATime } from "./one-at-a-time.ts";
import type { FileOrder, Place } from "./order.ts";
import { atMost } from "./pool.ts";
import { checkPlaces, refuseMounted, tryPlaces } from "./preflight.ts";
import { discard, discardQuietly, isScratchOf, setAttributes } from "./staged-file.ts";
import { AT_A_TIME, differs, type Plan, stageAll } from "./staging.ts";
import { withFolder } from "./with-folder.ts";

export interface DeliveryDeps {
	readonly fs: FileSystem;
	readonly links: LinkPolicy;
	/** Bounds the wait for a disk that hangs; absent: it is waited for without end. */
	readonly clock?: Clock;
}

/** What is known of files on disk, under whatever rules they were put there. */
interface Standing {
	/** Current already, but no caller has heard of them yet: the delivery failed after that, or was late. */
	readonly unreported: Set<string>;
	/** Files that could not be replaced last time though all else was ready: tried first, so that no other is put back. */
	readonly stubborn: Set<string>;
	/** Files that are being worked on. */
	readonly busy: Set<string>;
	readonly disk: OneAtATime;
}

/** Puts whole generations of files in place. */
export class Delivery {
	readonly #deps: DeliveryDeps;
	readonly #standing: Standing;

	/** @param before what it takes the place of: it waits for what that has under way, and reports what that has not */
	constructor(deps: DeliveryDeps, before?: Delivery) {
		this.#deps = deps;
		this.#standing = before === undefined ? newStanding(deps) : before.#standing;
	}

	/** Tells which files would change, touching nothing. */
	async plan(orders: readonly FileOrder[]): Promise<readonly FileOrder[]> {
		return await this.#inFolders(async (folders) => {
			await checkPlaces(orders, folders);
			const changes: FileOrder[] = [];
			for (const order of orders) if (await differs(order, folders.fs)) changes.push(order);
			return changes;
		});
	}

	/**
	 * Tries whether the files could be put where they belong, before anything else is done: a login may use up a
	 * credential that works once.
	 *
	 * @returns why files that stand could not be replaced now: they may be right as they are
	 * @throws DeliveryError for a destination that will not do, or a file that is not there and could not be written
	 */
	async preflight(places: readonly Place[]): Promise<readonly DeliveryError[]> {
		const check = async (folders: HeldFolders) => {
			await checkPlaces(places, folders);
			const faults = await tryPlaces(places, folders);
			return await Promise.all(faults.map(async (fault) => await withFolder(fault, this.#deps)));
		};
		return await this.#onDisk(places, () => this.#inFolders(check));
	}

	/**
	 * Writes what differs: every file is staged before the first one is made current, so that a full disk or a
	 * missing folder leaves the old generation whole.
	 *
	 * @returns paths whose content has changed
	 * @throws DeliveryError; scratch files are gone then, unless the disk hangs
	 */
	async deliver(orders: readonly FileOrder[]): Promise<readonly string[]> {
		await this.#onDisk(orders, () => this.#inFolders((folders) => this.#deliver(orders, folders)));
		const { unreported } = this.#standing;
		const reported = [...unreported];
		unreported.clear();
		return reported;
	}

	/** Removes scratch files that a crash has left beside the destinations. @throws DeliveryError */
	async sweep(paths: readonly string[]): Promise<void> {
		await this.#onDisk(paths.map(asPlace), async () => {
			for (const [folder, destinations] of Map.groupBy(paths, dirname))
				await this.#sweep(folder, destinations);
		});
	}

	/**
	 * Paths that were delivered before, maybe by a run that died, and that nobody has been told about.
	 *
	 * @throws DeliveryError
	 */
	async unnotified(paths: readonly string[]): Promise<readonly string[]> {
		const due = new Set<string>();
		const look = async (path: string) => {
			if (await hasNotice(path, this.#deps.fs)) due.add(path);
		};
		await this.#onDisk(paths.map(asPlace), () => atMost(AT_A_TIME, paths, look));
		return paths.filter((path) => due.has(path));
	}

	/** Told that the change of a file has reached whom it concerns. @throws DeliveryError */
	async settled(paths: readonly string[]): Promise<void> {
		await this.#onDisk(paths.map(asPlace), async () => {
			for (const path of paths) await this.inFolder(path, (fs) => clearNotice(path, fs));
		});
	}

	/**
	 * Works in the folder of a path, which is kept open meanwhile.
	 *
	 * @throws DeliveryError for a path that leads elsewhere than its name says; what the work throws
	 */
	async inFolder<T>(path: string, work: (fs: FileSystem) => Promise<T>): Promise<T> {
		return await this.#inFolders(async (folders) => {
			await folders.hold(path, false);
			return await work(folders.fs);
		});
	}

	async #inFolders<T>(work: (folders: HeldFolders) => Promise<T>): Promise<T> {
		const folders = new HeldFolders(this.#deps);
		try {
			return await work(folders);
		} finally {
			await folders.close();
		}
	}

	async #sweep(folder: string, destinations: readonly string[]): Promise<void> {
		await this.inFolder(destinations[0] ?? "", async (fs) => {
			const entries = await fs.readdir(folder).catch((error: unknown) => {
				if (isMissing(error)) return [];
				throw DeliveryError.failed("read", folder, error);
			});
			for (const entry of entries) {
				if (destinations.some((path) => isScratchOf(path, entry))) await discard(join(folder, entry), fs);
			}
		});
	}

	async #deliver(orders: readonly FileOrder[], folders: HeldFolders): Promise<void> {
		const { fs } = folders;
		const { unreported, stubborn, busy } = this.#standing;
		const plan = await stageAll(orders, { folders, busy, uid: this.#deps.links.uid });
		const noticed: string[] = [];
		try {
			await refuseMounted(standingIn(plan), fs);
			await setNotices(orders, plan, { fs, noticed });
			for (const target of plan.adjusted) await setAttributes(target, fs);
			await makeCurrent(plan, fs, { current: unreported, stubborn });
		} catch (error) {
			for (const { scratch } of plan.staged) await discardQuietly(scratch, fs);
			for (const path of noticed) if (!unreported.has(path)) await clearNoticeQuietly(path, fs);
			throw error;
		}
	}

	async #onDisk<T>(places: readonly Place[], work: () => Promise<T>): Promise<T> {
		const { disk, busy } = this.#standing;
		const begun = async () => {
			busy.clear();
			return await work();
		};
		try {
			return await disk.run(begun, () => [...busy, ...places.map(({ path }) => path)][0] ?? "");
		} catch (error) {
			throw error instanceof DeliveryError ? await withFolder(error, this.#deps) : error;
		}
	}
}

/** Paths of the files that are to be replaced. */
function standingIn({ staged, before }: Plan): readonly string[] {
	return staged.map(({ target }) => target.path).filter((path) => before.get(path) !== "absent");
}

function newStanding({ clock }: DeliveryDeps): Standing {
	return { unreported: new Set(), stubborn: new Set(), busy: new Set(), disk: new OneAtATime(clock) };
}

function asPlace(path: string): Place {
	return { path };
}

async function setNotices(
	orders: readonly FileOrder[],
	{ staged, removed }: Plan,
	/** `noticed` gets the paths that had none yet. */
	{ fs, noticed }: { readonly fs: FileSystem; readonly noticed: string[] },
): Promise<void> {
	const changed = new Set([...staged.map(({ target }) => target.path), ...removed]);
	for (const { path, isNotified } of orders) {
		if (isNotified && changed.has(path) && (await setNotice(path, fs))) noticed.push(path);
	}
}
