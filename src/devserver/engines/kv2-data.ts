import type { JsonValue } from "../../kernel/mod.ts";
import { ApiError } from "../api-error.ts";
import type { Reply } from "../engine.ts";
import type { Fields } from "../fields.ts";
import { rfc3339 } from "../go-time.ts";
import { isJsonObject, type JsonObject, mergePatch } from "../json-object.ts";
import { addVersion, isDeleted, type Kv2Secret, type Kv2Settings, type Kv2Version } from "./kv2-store.ts";

/** The moment and the mount's settings. */
export interface Kv2Frame {
	readonly config: Kv2Settings;
	readonly now: number;
}

/** Reads a version: 404 with its metadata when it is deleted or destroyed (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-version). */
export function readVersion(secret: Kv2Secret, fields: Fields, now: number): Reply | undefined {
	const found = pick(secret, fields);
	if (!found) return undefined;
	const metadata = describeVersion(secret, found);
	if (isGone(found.version, now)) return { status: 404, data: { data: null, metadata } };
	return { data: { data: found.version.data, metadata } };
}

/** The names without the values (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-subkeys). */
export function readSubkeys(secret: Kv2Secret, fields: Fields, now: number): Reply | undefined {
	const found = pick(secret, fields);
	if (!found) return undefined;
	const metadata = describeVersion(secret, found);
	if (isGone(found.version, now)) return { status: 404, data: { subkeys: null, metadata } };
	const depth = fields.integer("depth") ?? 0;
	return { data: { subkeys: subkeys(found.version.data, depth), metadata } };
}

/** @throws ApiError 400 when check-and-set fails or there is nothing to write */
export function writeVersion(secret: Kv2Secret, fields: Fields, frame: Kv2Frame): Reply {
	const data = dataField(fields);
	checkAndSet(secret, fields, frame.config);
	return written(secret, data, frame);
}

/** JSON merge patch of the current version (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#patch-secret). */
export function patchVersion(secret: Kv2Secret, fields: Fields, frame: Kv2Frame): Reply {
	const patch = dataField(fields);
	checkAndSet(secret, fields, frame.config);
	const version = secret.versions.get(secret.currentVersion);
	if (!version) return { status: 404 };
	if (isGone(version, frame.now)) {
		return { status: 404, data: describeVersion(secret, { number: secret.currentVersion, version }) };
	}
	return written(secret, mergePatch(version.data, patch) as JsonObject, frame);
}

export function dataField(fields: Fields): JsonObject {
	if (!Object.hasOwn(fields.all, "data")) throw new ApiError(400, "no data provided");
	return fields.object("data") ?? {};
}

function written(secret: Kv2Secret, data: JsonObject, frame: Kv2Frame): Reply {
	const version = addVersion(secret, data, frame);
	return { data: describeVersion(secret, { number: secret.currentVersion, version }) };
}

function pick(secret: Kv2Secret, fields: Fields): { number: number; version: Kv2Version } | undefined {
	const asked = fields.integer("version") ?? 0;
	const number = asked > 0 ? asked : secret.currentVersion;
	const version = secret.versions.get(number);
	return version && { number, version };
}

function isGone(version: Kv2Version, now: number): boolean {
	return version.destroyed || isDeleted(version, now);
}

function checkAndSet(secret: Kv2Secret, fields: Fields, config: Kv2Settings): void {
	const cas = fields.object("options")?.["cas"];
	if (cas === undefined || cas === null) {
		if (config.casRequired || secret.casRequired) {
			throw new ApiError(400, "check-and-set parameter required for this call");
		}
		return;
	}
	const expected = typeof cas === "object" ? Number.NaN : Number(cas);
	if (Number.isNaN(expected)) throw new ApiError(400, "error parsing check-and-set parameter");
	if (expected !== secret.currentVersion) {
		throw new ApiError(400, "check-and-set parameter did not match the current version");
	}
}

function describeVersion(
	secret: Kv2Secret,
	{ number, version }: { number: number; version: Kv2Version },
): JsonObject {
	return {
		created_time: rfc3339(version.createdAt),
		custom_metadata: secret.customMetadata,
		deletion_time: version.deletedAt === undefined ? "" : rfc3339(version.deletedAt),
		destroyed: version.destroyed,
		version: number,
	};
}

function subkeys(data: JsonObject, depth: number): JsonObject {
	const below = (value: JsonValue) =>
		isJsonObject(value) && Object.keys(value).length > 0 && depth !== 1 ? subkeys(value, depth - 1) : null;
	return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, below(value)]));
}
