import { dirname } from "node:path";
import { DeliveryError } from "./errors.ts";
import { type FileSystem, isMissing } from "./file-system.ts";
import { commit, stage, syncFolder, type Target } from "./staged-file.ts";
import type { Plan } from "./staging.ts";

interface Progress {
	/** Gets the path of every file that is current; what has been put back is taken out again. */
	readonly current: Set<string>;
	/** Paths that could not be replaced last time, and then those that cannot now. */
	readonly stubborn: Set<string>;
}

/**
 * Makes everything current, one rename after the other with nothing between them. One that fails after others have
 * succeeded puts those back as they were.
 *
 * @throws DeliveryError
 */
export async function makeCurrent(
	plan: Plan,
	fs: FileSystem,
	{ current, stubborn }: Progress,
): Promise<void> {
	const isLate = ({ path }: Step) => Number(!stubborn.has(path));
	const steps = stepsOf(plan, fs).toSorted((a, b) => isLate(a) - isLate(b));
	const done: string[] = [];
	try {
		for (const { path, take } of steps) {
			stubborn.add(path);
			await take();
			stubborn.delete(path);
			done.push(path);
			current.add(path);
		}
	} catch (error) {
		// What cannot be put back is current, and is reported as changed by the delivery that succeeds.
		for (const path of done) if (await isPutBack(path, plan.before.get(path), fs)) current.delete(path);
		throw error;
	}
	for (const folder of new Set(done.map(dirname))) await syncFolder(folder, fs);
}

/** One file that becomes what it is to be. */
interface Step {
	readonly path: string;
	readonly take: () => Promise<void>;
}

function stepsOf({ staged, removed }: Plan, fs: FileSystem): readonly Step[] {
	return [
		...staged.map((one) => ({ path: one.target.path, take: () => commit(one, fs) })),
		...removed.map((path) => ({ path, take: () => remove(path, fs) })),
	];
}

async function isPutBack(
	path: string,
	before: Target | "absent" | undefined,
	fs: FileSystem,
): Promise<boolean> {
	if (before === undefined) return false;
	try {
		if (before === "absent") await fs.unlink(path);
		else await commit(await stage(before, fs), fs);
		return true;
	} catch {
		return false; // the first fault is the one to report
	}
}

async function remove(path: string, fs: FileSystem): Promise<void> {
	try {
		await fs.unlink(path);
	} catch (error) {
		if (!isMissing(error)) throw DeliveryError.failed("remove", path, error);
	}
}
