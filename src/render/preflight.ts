import { dirname } from "node:path";
import { checkDestination, type LinkPolicy } from "./destination.ts";
import { DeliveryError } from "./errors.ts";
import { type FileSystem, isMissing } from "./file-system.ts";
import { mountPointsAmong } from "./mount-points.ts";
import type { Place } from "./order.ts";
import { resolveOwner } from "./owner.ts";
import { discard, stage } from "./staged-file.ts";
import { makeFolder } from "./staging.ts";

interface PreflightDeps {
	readonly fs: FileSystem;
	readonly links: LinkPolicy;
}

/**
 * Refuses destinations at which no file of ours can stand, whatever is on the disk.
 *
 * @throws DeliveryError
 */
export async function checkPlaces(places: readonly Place[], { fs, links }: PreflightDeps): Promise<void> {
	for (const { path } of places) await checkDestination(path, fs, links);
	await refuseMounted(
		places.map(({ path }) => path),
		fs,
	);
}

/** @throws DeliveryError for a file that was mounted by itself */
export async function refuseMounted(paths: readonly string[], fs: FileSystem): Promise<void> {
	const [mounted] = paths.length === 0 ? [] : await mountPointsAmong(paths, fs);
	if (mounted === undefined) return;
	const reason = "is a mount point of its own: a file that was mounted cannot be replaced";
	const advice = "mount its folder instead of the single file, here and in the reader";
	throw DeliveryError.refused(mounted, reason, advice);
}

/**
 * Tries, with an empty file in each folder, whether files could be written there and given to their owners.
 *
 * @returns why files that stand could not be replaced: they may be right as they are
 * @throws DeliveryError when one is not there yet and could not be written
 */
export async function tryPlaces(
	places: readonly Place[],
	{ fs }: PreflightDeps,
): Promise<readonly DeliveryError[]> {
	const tried = new Map<string, Promise<DeliveryError | undefined>>();
	const faults = new Set<DeliveryError>();
	for (const place of places) {
		const key = JSON.stringify([dirname(place.path), place.user, place.group]);
		const known = tried.get(key) ?? tryPlace(place, fs);
		tried.set(key, known);
		const fault = await known;
		if (fault === undefined) continue;
		// The one that lacks is named, not the one for which the folder was tried.
		if (!(await isThere(place.path, fs))) throw (await tryPlace(place, fs)) ?? fault;
		faults.add(fault);
	}
	return [...faults];
}

async function tryPlace(place: Place, fs: FileSystem): Promise<DeliveryError | undefined> {
	const { path } = place;
	try {
		const owner = await resolveOwner(place, fs, path);
		await makeFolder(dirname(path), fs);
		const { scratch } = await stage({ path, content: Buffer.alloc(0), mode: 0o600, owner }, fs);
		await discard(scratch, fs);
		return undefined;
	} catch (error) {
		if (error instanceof DeliveryError && error.remedy === "retry") return error;
		throw error;
	}
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
