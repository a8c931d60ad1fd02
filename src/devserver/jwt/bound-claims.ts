import type { JsonValue } from "../../kernel/mod.ts";
import { ApiError } from "../api-error.ts";
import { matchesGlob } from "../glob.ts";
import { isJsonObject, type JsonObject } from "../json-object.ts";
import { audiencesOf } from "./registered-claims.ts";
import type { JwtRole } from "./role.ts";

/** @throws ApiError 400 for the first claim that has none of the values it is bound to */
export function checkBoundClaims({ bound_claims, bound_claims_type }: JwtRole, claims: JsonObject): void {
	for (const [name, wanted] of Object.entries(bound_claims ?? {})) {
		const actual = claimAt(claims, name);
		if (actual === undefined) throw refused(`claim "${name}" is missing`);
		const isSame = bound_claims_type === "glob" ? isLike : isEqual;
		const isFound = asList(wanted).some((one) => asList(actual).some((other) => isSame(one, other)));
		if (!isFound) throw refused(`claim "${name}" does not match any associated bound claim values`);
	}
}

/** @throws ApiError 400 when a claim that goes into the metadata is no text */
export function mappedClaims({ claim_mappings }: JwtRole, claims: JsonObject): Record<string, string> {
	const found = Object.entries(claim_mappings ?? {}).flatMap(([name, key]): [string, string][] => {
		const value = claimAt(claims, name);
		if (value === undefined) return [];
		if (typeof value === "string") return [[key, value]];
		throw new ApiError(400, `error converting claim '${name}' to string`);
	});
	return Object.fromEntries(found);
}

/** By name, or by JSON pointer (RFC 6901) when it begins with a slash. */
function claimAt(claims: JsonObject, name: string): JsonValue | undefined {
	if (name === "aud") return claims["aud"] === undefined ? undefined : audiencesOf(claims);
	const keys = name.startsWith("/") ? name.slice(1).split("/").map(unescapePointer) : [name];
	let found: JsonValue | undefined = claims;
	for (const key of keys) {
		if (Array.isArray(found)) found = (found as readonly JsonValue[])[Number(key)];
		else found = isJsonObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
	}
	return found ?? undefined;
}

function unescapePointer(key: string): string {
	return key.replaceAll("~1", "/").replaceAll("~0", "~");
}

function asList(value: JsonValue): readonly JsonValue[] {
	return Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
}

function isEqual(wanted: JsonValue, actual: JsonValue): boolean {
	return JSON.stringify(wanted) === JSON.stringify(actual);
}

/** Only texts can be like a pattern. */
function isLike(pattern: JsonValue, actual: JsonValue): boolean {
	return typeof pattern === "string" && typeof actual === "string" && matchesGlob(pattern, actual);
}

function refused(reason: string): ApiError {
	return new ApiError(400, `error validating claims: ${reason}`);
}
