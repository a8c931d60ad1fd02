import type { JsonObject } from "../json-object.ts";

/** Versions kept when neither the mount nor the secret says (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#max_versions). */
const DEFAULT_MAX_VERSIONS = 10;

export interface Kv2Settings {
	maxVersions: number;
	casRequired: boolean;
	metadataCasRequired: boolean;
	/** Seconds; 0 for never. */
	deleteVersionAfter: number;
}

export interface Kv2Version {
	data: JsonObject;
	readonly createdAt: number;
	/** In the future for a version that will be deleted by itself. */
	deletedAt: number | undefined;
	destroyed: boolean;
}

export interface Kv2Secret extends Kv2Settings {
	readonly versions: Map<number, Kv2Version>;
	currentVersion: number;
	oldestVersion: number;
	metadataVersion: number;
	customMetadata: JsonObject | null;
	readonly createdAt: number;
	updatedAt: number;
}

export function defaultSettings(): Kv2Settings {
	return { maxVersions: 0, casRequired: false, metadataCasRequired: false, deleteVersionAfter: 0 };
}

export function newSecret(now: number): Kv2Secret {
	return {
		...defaultSettings(),
		versions: new Map(),
		currentVersion: 0,
		oldestVersion: 0,
		metadataVersion: 0,
		customMetadata: null,
		createdAt: now,
		updatedAt: now,
	};
}

/** A deletion time that is still to come does not delete. */
export function isDeleted(version: Kv2Version, now: number): boolean {
	return version.deletedAt !== undefined && version.deletedAt <= now;
}

/** When a version that begins its life now is deleted by itself: the shorter of the two settings counts. */
export function deletionTime(
	secret: Kv2Secret,
	{ config, now }: { config: Kv2Settings; now: number },
): number | undefined {
	const lifetimes = [config.deleteVersionAfter, secret.deleteVersionAfter].filter((seconds) => seconds > 0);
	return lifetimes.length > 0 ? now + Math.min(...lifetimes) * 1000 : undefined;
}

/** Adds a version and drops those that are too many. */
export function addVersion(
	secret: Kv2Secret,
	data: JsonObject,
	{ config, now }: { config: Kv2Settings; now: number },
): Kv2Version {
	const deletedAt = deletionTime(secret, { config, now });
	const version: Kv2Version = { data, createdAt: now, deletedAt, destroyed: false };
	secret.currentVersion++;
	secret.updatedAt = now;
	secret.versions.set(secret.currentVersion, version);

	const maxVersions = Math.max(secret.maxVersions, config.maxVersions) || DEFAULT_MAX_VERSIONS;
	const newestDropped = secret.currentVersion - maxVersions;
	if (secret.currentVersion - secret.oldestVersion >= maxVersions) {
		for (const number of secret.versions.keys()) if (number <= newestDropped) secret.versions.delete(number);
		secret.oldestVersion = newestDropped + 1;
	}
	return version;
}
