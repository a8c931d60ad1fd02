import { checkLast } from "./destination.ts";
import { DeliveryError } from "./errors.ts";
import { type FileSystem, isMissing } from "./file-system.ts";
import type { HeldFolders } from "./held-folders.ts";
import type { FileOrder } from "./order.ts";
import { resolveOwner } from "./owner.ts";
import { atMost } from "./pool.ts";
import { compare, discardQuietly, readWhole, type StagedFile, stage, type Target } from "./staged-file.ts";

export interface StagingDeps {
	readonly folders: HeldFolders;
	/** Told which files are being worked on. */
	readonly busy: Set<string>;
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
	const { folders, busy } = deps;
	const { fs } = folders;
	const plan: Plan = { staged: [], adjusted: [], removed: [], before: new Map() };
	try {
		await atMost(AT_A_TIME, orders, async (order) => {
			busy.add(order.path);
			await folders.hold(order.path, order.content !== undefined);
			await checkLast(order.path, fs);
			await stageOne(order, plan, fs);
			busy.delete(order.path);
		});
		const place = new Map(orders.map(({ path }, index) => [path, index]));
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

async function stageOne(order: FileOrder, plan: Plan, fs: FileSystem): Promise<void> {
	if (order.content === undefined) {
		if (await differs(order, fs)) plan.removed.push(order.path);
		return;
	}
	const target = await targetOf(order, order.content, fs);
	const standing = await compare(target, fs);
	if (standing === "other-attributes") plan.adjusted.push(target);
	if (standing === "absent" || standing === "other-content") {
		plan.before.set(order.path, standing === "absent" ? standing : await readWhole(order.path, fs));
		plan.staged.push(await stage(target, fs));
	}
}

async function targetOf(order: FileOrder, content: string, fs: FileSystem): Promise<Target> {
	const owner = await resolveOwner(order, fs, order.path);
	return { path: order.path, content: Buffer.from(content), mode: order.mode, owner };
}
