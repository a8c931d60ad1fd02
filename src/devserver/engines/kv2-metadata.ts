import { ApiError, listedError } from "../api-error.ts";
import type { Reply } from "../engine.ts";
import type { Fields } from "../fields.ts";
import { goDuration, rfc3339 } from "../go-time.ts";
import { asText, type JsonObject } from "../json-object.ts";
import type { Kv2Frame } from "./kv2-data.ts";
import type { Kv2Secret, Kv2Settings } from "./kv2-store.ts";

const SETTING_FIELDS = ["max_versions", "cas_required", "metadata_cas_required", "delete_version_after"];

/** https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-metadata */
export function readMetadata(secret: Kv2Secret): Reply {
	const versions = [...secret.versions].map(([number, version]) => [
		String(number),
		{
			created_time: rfc3339(version.createdAt),
			deletion_time: version.deletedAt === undefined ? "" : rfc3339(version.deletedAt),
			destroyed: version.destroyed,
		},
	]);
	return {
		data: {
			...describeSettings(secret),
			created_time: rfc3339(secret.createdAt),
			current_metadata_version: secret.metadataVersion,
			current_version: secret.currentVersion,
			custom_metadata: secret.customMetadata,
			oldest_version: secret.oldestVersion,
			updated_time: rfc3339(secret.updatedAt),
			versions: Object.fromEntries(versions),
		},
	};
}

/** The mount's own settings (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-kv-engine-configuration). */
export function describeSettings(settings: Kv2Settings): JsonObject {
	return {
		cas_required: settings.casRequired,
		delete_version_after: goDuration(settings.deleteVersionAfter),
		max_versions: settings.maxVersions,
		metadata_cas_required: settings.metadataCasRequired,
	};
}

/** Sets what the request names and leaves the rest. */
export function applySettings(settings: Kv2Settings, fields: Fields): undefined {
	settings.maxVersions = fields.integer("max_versions") ?? settings.maxVersions;
	settings.casRequired = fields.flag("cas_required") ?? settings.casRequired;
	settings.metadataCasRequired = fields.flag("metadata_cas_required") ?? settings.metadataCasRequired;
	settings.deleteVersionAfter = Math.max(
		0,
		fields.seconds("delete_version_after") ?? settings.deleteVersionAfter,
	);
}

/** Whether the request changes anything at all. */
export function namesMetadata(fields: Fields): boolean {
	return [...SETTING_FIELDS, "custom_metadata"].some((name) => fields.has(name));
}

/**
 * https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#create-update-metadata
 *
 * @param isPatch whether custom metadata is merged instead of replaced
 */
export function writeMetadata(
	secret: Kv2Secret,
	fields: Fields,
	frame: Kv2Frame & { isPatch: boolean },
): void {
	const cas = fields.integer("metadata_cas");
	if (cas === undefined && (secret.metadataCasRequired || frame.config.metadataCasRequired)) {
		throw new ApiError(400, "metadata check-and-set parameter required for this call");
	}
	if (cas !== undefined && cas !== secret.metadataVersion) {
		throw new ApiError(400, "metadata check-and-set parameter does not match the current version");
	}
	const custom = fields.object("custom_metadata");
	if (custom) secret.customMetadata = customMetadata(frame.isPatch ? secret.customMetadata : null, custom);
	applySettings(secret, fields);
	secret.metadataVersion++;
	secret.updatedAt = frame.now;
}

/** Values are texts of at most 512 characters, keys of at most 128, and there are at most 64. */
function customMetadata(before: JsonObject | null, given: JsonObject): JsonObject {
	const entries = new Map(Object.entries(before ?? {}));
	for (const [key, value] of Object.entries(given)) {
		if (value === null) {
			entries.delete(key);
			continue;
		}
		const text = typeof value === "boolean" ? String(Number(value)) : asText(value);
		checkLength(`length of key "${key}"`, key, { name: "key", limit: 128 });
		checkLength(`length of value for key "${key}"`, text, { name: "value", limit: 512 });
		entries.set(key, text);
	}
	if (entries.size > 64) {
		const found = `payload must contain at most 64 keys, provided ${entries.size}`;
		throw listedError(400, `custom_metadata validation failed: ${found}`);
	}
	return Object.fromEntries(entries);
}

function checkLength(what: string, text: string, { name, limit }: { name: string; limit: number }): void {
	if (text.length > 0 && text.length <= limit) return;
	const found = `${what} is ${text.length} but must be 0 < len(${name}) <= ${limit}`;
	throw listedError(400, `custom_metadata validation failed: ${found}`);
}
