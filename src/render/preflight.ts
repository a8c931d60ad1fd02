import { constants } from "node:fs";
import { dirname } from "node:path";
import { checkLast } from "./destination.ts";
import { DeliveryError } from "./errors.ts";
import { type FileSystem, isMissing } from "./file-system.ts";
import type { HeldFolders } from "./held-folders.ts";
import { mountPointsAmong } from "./mount-points.ts";
import { checkFolder, makingFor } from "./folders.ts";
import { backupOf, type Place } from "./order.ts";
import { resolveOwner } from "./owner.ts";
import { discard, stage } from "./staged-file.ts";

/**
 * Refuses destinations at which no file of ours can stand, whatever is on the disk.
 *
 * @throws DeliveryError
 */
export async function checkPlaces(places: readonly Place[], folders: HeldFolders): Promise<void> {
	const { fs } = folders;
	const standing: string[] = [];
	for (const place of places) {
		await folders.hold(place.path, false);
		if (await checkLast(place.path, fs)) standing.push(place.path);
		if (place.hasBackup) await checkLast(backupOf(place.path), fs);
		await resolveOwner(place, fs, place.path);
	}
	await refuseMounted(standing, fs);
}

/** @param paths of files that stand: nothing else can have been mounted. @throws DeliveryError for a file that was mounted by itself */
export async function refuseMounted(paths: readonly string[], fs: FileSystem): Promise<void> {
	const [mounted] = paths.length === 0 ? [] : await mountPointsAmong(paths, fs);
	if (mounted === undefined) return;
	const reason = "is a mount point of its own: a file that was mounted cannot be replaced";
	const advice = "mount its folder instead of the single file, here and in the reader";
	throw DeliveryError.refused(mounted, reason, advice);
}

/**
 * Tries whether files could be written and given to their owners. Where all files of a folder stand, it is only asked
 * whether it may be written to: an agent that starts again and has nothing to do touches nothing, its folders included.
 *
 * @returns why files that stand could not be replaced: they may be right as they are
 * @throws DeliveryError when one is not there yet and could not be written
 */
export async function tryPlaces(
	places: readonly Place[],
	folders: HeldFolders,
): Promise<readonly DeliveryError[]> {
	const { fs } = folders;
	const faults: DeliveryError[] = [];
	for (const [folder, inFolder] of Map.groupBy(places, ({ path }) => dirname(path))) {
		const lacking: Place[] = [];
		for (const place of inFolder) if (!(await isThere(place.path, fs))) lacking.push(place);
		for (const place of onePerOwner(lacking)) await tryPlace(place, folders);
		const [first] = inFolder;
		if (first === undefined || lacking.length > 0) continue;
		const fault = await askFolder(folder, first, fs);
		if (fault !== undefined) faults.push(fault);
	}
	return faults;
}

function onePerOwner(places: readonly Place[]): readonly Place[] {
	const owners = new Map(places.map((place) => [JSON.stringify([place.user, place.group]), place]));
	return [...owners.values()];
}

/** With an empty file that is taken away again. @throws DeliveryError */
async function tryPlace(place: Place, folders: HeldFolders): Promise<void> {
	const { path } = place;
	const { fs } = folders;
	const owner = await resolveOwner(place, fs, path);
	await folders.hold(path, makingFor(place));
	await checkFolder(place, fs);
	const { scratch } = await stage({ path, content: Buffer.alloc(0), mode: 0o600, owner }, fs);
	await discard(scratch, fs);
}

async function askFolder(
	folder: string,
	{ path }: Place,
	fs: FileSystem,
): Promise<DeliveryError | undefined> {
	return await fs.access(folder, constants.W_OK | constants.X_OK).then(
		() => undefined,
		(error: unknown) => DeliveryError.failed("write", path, error),
	);
}

async function isThere(path: string, fs: FileSystem): Promise<boolean> {
	return await fs.lstat(path).then(
		() => true,
		(error: unknown) => {
			if (isMissing(error)) return false;
			throw DeliveryError.failed("look at", path, error);
		},
	);
}
