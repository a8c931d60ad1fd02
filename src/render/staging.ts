import { checkLast } from "./destination.ts";
import { DeliveryError } from "./errors.ts";
import { type FileSystem, isMissing } from "./file-system.ts";
import type { HeldFolders } from "./held-folders.ts";
import { checkFolder, makingFor } from "./folders.ts";
import { backupOf, type FileOrder } from "./order.ts";
import { resolveOwner } from "./owner.ts";
import { atMost } from "./pool.ts";
import { compare, discardQuietly, readWhole, type StagedFile, stage, type Target } from "./staged-file.ts";

export interface StagingDeps {
	readonly folders: HeldFolders;
	/** Told which files are being worked on. */
	readonly busy: Set<string>;
	/** The agent's own user. */
	readonly uid: number;
}

/** What a delivery is going to do. */
export interface Plan {
	readonly staged: StagedFile[];
	/** Right in content, but not in mode or owner. */
	readonly adjusted: Target[];
	readonly removed: string[];
	/** What the staged files replace; `undefined` when it cannot be read. */
	readonly before: Map<string, Target | "absent" | undefined>;
}

/**
 * Files worked on side by side. Node has four threads for the file system and for looking names up: on a disk that
 * hangs, one is left by which Vault is found.
 */
export const AT_A_TIME = 3;

/**
 * Writes what differs beside its destination: nothing is current yet.
 *
 * @throws DeliveryError; scratch files are gone then
 */
export async function stageAll(orders: readonly FileOrder[], deps: StagingDeps): Promise<Plan> {
	const { folders, busy, uid } = deps;
	const { fs } = folders;
	const plan: Plan = { staged: [], adjusted: [], removed: [], before: new Map() };
	try {
		await atMost(AT_A_TIME, orders, async (order) => {
			busy.add(order.path);
			await folders.hold(order.path, order.content !== undefined && makingFor(order));
			if (order.content !== undefined) await checkFolder(order, fs);
			await checkLast(order.path, fs);
			await stageOne(order, plan, { fs, uid });
			busy.delete(order.path);
		});
		// A backup stands before the file is replaced of which it is one.
		const steps = orders.flatMap(({ path }) => [backupOf(path), path]);
		const place = new Map(steps.map((path, index) => [path, index]));
		plan.staged.sort((a, b) => (place.get(a.target.path) ?? 0) - (place.get(b.target.path) ?? 0));
		return plan;
	} catch (error) {
		for (const { scratch } of plan.staged) await discardQuietly(scratch, fs);
		throw error;
	}
}

/** Whether a delivery would change the file's content, or remove it. */
export async function differs(order: FileOrder, fs: FileSystem): Promise<boolean> {
	if (order.content !== undefined) {
		const standing = await compare(await targetOf(order, order.content, fs), fs);
		return standing === "absent" || standing === "other-content";
	}
	const stat = await fs.lstat(order.path).catch((error: unknown) => {
		if (isMissing(error)) return undefined;
		throw DeliveryError.failed("look at", order.path, error);
	});
	return stat !== undefined;
}

interface Surroundings {
	readonly fs: FileSystem;
	readonly uid: number;
}

async function stageOne(order: FileOrder, plan: Plan, { fs, uid }: Surroundings): Promise<void> {
	if (order.content === undefined) {
		if (await differs(order, fs)) plan.removed.push(order.path);
		return;
	}
	const fresh = await targetOf(order, order.content, fs);
	const target = order.keepsMode ? { ...fresh, mode: await keptMode(fresh, { fs, uid }) } : fresh;
	const standing = await compare(target, fs);
	if (standing === "other-attributes") plan.adjusted.push(target);
	if (standing === "absent" || standing === "other-content") {
		const before = standing === "absent" ? standing : await readWhole(order.path, fs);
		plan.before.set(order.path, before);
		if (order.hasBackup && before !== undefined && before !== "absent") await stageBackup(before, plan, fs);
		plan.staged.push(await stage(target, fs));
	}
}

/** A copy and no second name of the file: whoever has that open or linked has nothing to do with the backup. */
async function stageBackup(before: Target, plan: Plan, fs: FileSystem): Promise<void> {
	const path = backupOf(before.path);
	await checkLast(path, fs);
	const target = { ...before, path, mode: before.mode & 0o777 };
	const standing = await compare(target, fs);
	if (standing === "current") return;
	plan.before.set(path, standing === "absent" ? standing : await readWhole(path, fs));
	const staged = await stage(target, fs).catch(async (error: unknown) => {
		const isOfOthers = error instanceof DeliveryError && error.facts["reason"] === "EPERM";
		if (!isOfOthers) throw error;
		return await stage({ ...target, owner: OUR_OWN }, fs);
	});
	plan.staged.push(staged);
}

const OUR_OWN = { uid: -1, gid: -1 };

/** The mode of the file that is there. Where somebody else has put it there it opens nothing that we would not. */
async function keptMode({ path, mode, owner }: Target, { fs, uid }: Surroundings): Promise<number> {
	const stat = await fs.lstat(path).catch((error: unknown) => {
		if (isMissing(error)) return undefined;
		throw DeliveryError.failed("look at", path, error);
	});
	if (stat === undefined) return mode;
	const bits = stat.mode & 0o777;
	return [0, uid, owner.uid].includes(stat.uid) ? bits : bits & mode;
}

async function targetOf(order: FileOrder, content: string, fs: FileSystem): Promise<Target> {
	const owner = await resolveOwner(order, fs, order.path);
	return { path: order.path, content: Buffer.from(content), mode: order.mode, owner };
}
