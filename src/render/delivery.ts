import { dirname, join } from "node:path";
import { checkDestination, checkLast, checkWay, type LinkPolicy } from "./destination.ts";
import { DeliveryError } from "./errors.ts";
import { makeFolders } from "./folders.ts";
import { type FileSystem, isMissing } from "./file-system.ts";
import { clearNotice, hasNotice, setNotice } from "./notice.ts";
import { resolveOwner } from "./owner.ts";
import { atMost } from "./pool.ts";
import {
	commit,
	compare,
	discard,
	discardQuietly,
	isScratchOf,
	readWhole,
	type StagedFile,
	setAttributes,
	stage,
	syncFolder,
	type Target,
} from "./staged-file.ts";

/** One file of a generation: its content, or that it has to go. */
export interface FileOrder {
	readonly path: string;
	/** `undefined` removes the file. */
	readonly content: string | undefined;
	/** Permission bits. */
	readonly mode: number;
	readonly user?: string;
	readonly group?: string;
	/** Whether somebody is told about a change, so that a notice is kept until it has happened. */
	readonly isNotified: boolean;
}

export interface DeliveryDeps {
	readonly fs: FileSystem;
	readonly links: LinkPolicy;
}

/** What a delivery is going to do. */
interface Plan {
	readonly staged: StagedFile[];
	/** Right in content, but not in mode or owner. */
	readonly adjusted: Target[];
	readonly removed: string[];
	/** What the staged files replace; `undefined` when it cannot be read. */
	readonly before: Map<string, Target | "absent" | undefined>;
}

/** Files worked on side by side: as many as Node has threads for the file system, unless told otherwise. */
const AT_A_TIME = 4;

/** Puts whole generations of files in place. */
export class Delivery {
	readonly #fs: FileSystem;
	/** Current already, by a delivery that failed after that: nobody has heard of them yet. */
	readonly #unreported = new Set<string>();
	readonly #links: LinkPolicy;

	constructor(deps: DeliveryDeps) {
		this.#fs = deps.fs;
		this.#links = deps.links;
	}

	/** Tells which files would change, touching nothing. */
	async plan(orders: readonly FileOrder[]): Promise<readonly FileOrder[]> {
		const changes: FileOrder[] = [];
		for (const order of orders) {
			await checkDestination(order.path, this.#fs, this.#links);
			if (await this.#differs(order)) changes.push(order);
		}
		return changes;
	}

	/**
	 * Writes what differs: every file is staged before the first one is made current, so that a full disk or a
	 * missing folder leaves the old generation whole.
	 *
	 * @returns paths whose content has changed
	 * @throws DeliveryError; scratch files are gone then
	 */
	async deliver(orders: readonly FileOrder[]): Promise<readonly string[]> {
		const plan = await this.#stageAll(orders);
		const changed = [...plan.staged.map(({ target }) => target.path), ...plan.removed];
		try {
			const notified = new Set(orders.filter((order) => order.isNotified).map((order) => order.path));
			for (const path of changed.filter((candidate) => notified.has(candidate)))
				await setNotice(path, this.#fs);
			for (const target of plan.adjusted) await setAttributes(target, this.#fs);
			await this.#commitAll(plan);
		} catch (error) {
			for (const { scratch } of plan.staged) await discardQuietly(scratch, this.#fs);
			throw error;
		}
		const reported = new Set([...this.#unreported, ...changed]);
		this.#unreported.clear();
		return [...reported];
	}

	async #stageAll(orders: readonly FileOrder[]): Promise<Plan> {
		const plan: Plan = { staged: [], adjusted: [], removed: [], before: new Map() };
		// The folders on the way are the same for many files.
		const ways = oncePerFolder((path) => checkWay(path, this.#fs, this.#links));
		const folders = oncePerFolder((path) => this.#makeFolder(dirname(path)));
		try {
			await atMost(AT_A_TIME, orders, async (order) => {
				await ways(order.path);
				await checkLast(order.path, this.#fs);
				if (order.content !== undefined) await folders(order.path);
				await this.#stageOne(order, plan);
			});
			const place = new Map(orders.map(({ path }, index) => [path, index]));
			plan.staged.sort((a, b) => (place.get(a.target.path) ?? 0) - (place.get(b.target.path) ?? 0));
			return plan;
		} catch (error) {
			for (const { scratch } of plan.staged) await discardQuietly(scratch, this.#fs);
			throw error;
		}
	}

	async #stageOne(order: FileOrder, plan: Plan): Promise<void> {
		if (order.content === undefined) {
			if (await this.#differs(order)) plan.removed.push(order.path);
			return;
		}
		const target = await this.#target(order, order.content);
		const standing = await compare(target, this.#fs);
		if (standing === "other-attributes") plan.adjusted.push(target);
		if (standing === "absent" || standing === "other-content") {
			plan.before.set(order.path, standing === "absent" ? standing : await readWhole(order.path, this.#fs));
			plan.staged.push(await stage(target, this.#fs));
		}
	}

	/**
	 * Makes everything current. A rename that fails after others have succeeded (a single file that is a mount point
	 * shows only then) puts those back as they were.
	 */
	async #commitAll({ staged, removed, before }: Plan): Promise<void> {
		const folders = new Set([...staged.map(({ target }) => target.path), ...removed].map(dirname));
		const current: string[] = [];
		try {
			for (const one of staged) {
				await commit(one, this.#fs);
				current.push(one.target.path);
				this.#unreported.add(one.target.path);
			}
			for (const path of removed) {
				await this.#remove(path);
				this.#unreported.add(path);
			}
		} catch (error) {
			for (const path of current) await this.#putBack(path, before.get(path));
			throw error;
		}
		for (const folder of folders) await syncFolder(folder, this.#fs);
	}

	/** What cannot be put back is current, and is reported as changed by the delivery that succeeds. */
	async #putBack(path: string, before: Target | "absent" | undefined): Promise<void> {
		if (before === undefined) return;
		try {
			if (before === "absent") await this.#fs.unlink(path);
			else await commit(await stage(before, this.#fs), this.#fs);
			this.#unreported.delete(path);
		} catch {
			// The first fault is the one to report.
		}
	}

	/** Removes scratch files that a crash has left beside the destinations. */
	async sweep(paths: readonly string[]): Promise<void> {
		const byFolder = Map.groupBy(paths, dirname);
		for (const [folder, destinations] of byFolder) {
			const entries = await this.#fs.readdir(folder).catch((error: unknown) => {
				if (isMissing(error)) return [];
				throw DeliveryError.failed("read", folder, error);
			});
			for (const entry of entries) {
				if (destinations.some((path) => isScratchOf(path, entry)))
					await discard(join(folder, entry), this.#fs);
			}
		}
	}

	/** Paths that were delivered before, maybe by a run that died, and that nobody has been told about. */
	async unnotified(paths: readonly string[]): Promise<readonly string[]> {
		const due = new Set<string>();
		await atMost(AT_A_TIME, paths, async (path) => {
			if (await hasNotice(path, this.#fs)) due.add(path);
		});
		return paths.filter((path) => due.has(path));
	}

	/** Told that the change of a file has reached whom it concerns. */
	async settled(paths: readonly string[]): Promise<void> {
		for (const path of paths) await clearNotice(path, this.#fs);
	}

	async #target(order: FileOrder, content: string): Promise<Target> {
		const owner = await resolveOwner(order, this.#fs, order.path);
		return { path: order.path, content: Buffer.from(content), mode: order.mode, owner };
	}

	async #differs(order: FileOrder): Promise<boolean> {
		if (order.content !== undefined) {
			const standing = await compare(await this.#target(order, order.content), this.#fs);
			return standing === "absent" || standing === "other-content";
		}
		const stat = await this.#fs.lstat(order.path).catch((error: unknown) => {
			if (isMissing(error)) return undefined;
			throw DeliveryError.failed("look at", order.path, error);
		});
		return stat !== undefined;
	}

	async #makeFolder(folder: string): Promise<void> {
		try {
			await makeFolders(folder, this.#fs);
		} catch (error) {
			throw DeliveryError.failed("make the folder", folder, error);
		}
	}

	async #remove(path: string): Promise<void> {
		try {
			await this.#fs.unlink(path);
		} catch (error) {
			if (!isMissing(error)) throw DeliveryError.failed("remove", path, error);
		}
	}
}

/** Does the work for the first path of each folder, and lets the others wait for it. */
function oncePerFolder(work: (path: string) => Promise<void>): (path: string) => Promise<void> {
	const folders = new Map<string, Promise<void>>();
	return (path) => {
		const folder = dirname(path);
		const known = folders.get(folder) ?? work(path);
		folders.set(folder, known);
		return known;
	};
}
