import type { JsonValue } from "../kernel/mod.ts";

/** An object of a JSON body. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** Vault's answer in its own words (developer.hashicorp.com/vault/api-docs), numbers with their digits. */
export interface VaultReply {
	readonly status: number;
	readonly requestId: string;
	readonly data: JsonObject | undefined;
	readonly auth: JsonObject | undefined;
	/** Where a wrapped answer is, when it was asked for so. */
	readonly wrapInfo?: JsonObject;
	readonly warnings: readonly string[];
	readonly leaseId: string;
	/** Seconds; 0 when there is none. */
	readonly leaseDuration: number;
	readonly renewable: boolean;
	/** The server's own time from the `Date` header, in milliseconds since the epoch. */
	readonly serverTime: number | undefined;
}

/** Reads the envelope that all of Vault's replies share. A body without one (`sys/health`) is all `data`. */
export function asReply(status: number, body: JsonObject | undefined, date: string | undefined): VaultReply {
	const wrapInfo = asObject(body?.["wrap_info"]);
	const isEnvelope = body !== undefined && "request_id" in body;
	return {
		status,
		requestId: asText(body?.["request_id"]),
		data: asObject(isEnvelope ? body["data"] : body),
		auth: asObject(body?.["auth"]),
		...(wrapInfo && { wrapInfo }),
		warnings: asTexts(body?.["warnings"]),
		leaseId: asText(body?.["lease_id"]),
		leaseDuration: asNumber(body?.["lease_duration"]),
		renewable: body?.["renewable"] === true,
		serverTime: serverTimeOf(date),
	};
}

/** What a `Date` header says, in milliseconds since the epoch; `undefined` for none. */
export function serverTimeOf(date: string | undefined): number | undefined {
	const time = Date.parse(date ?? "");
	return Number.isNaN(time) ? undefined : time;
}

/** The object, or `undefined` for anything else. */
export function asObject(value: JsonValue | undefined): JsonObject | undefined {
	const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
	return isObject && Object.getPrototypeOf(value) === Object.prototype ? (value as JsonObject) : undefined;
}

/** The text, or `""` for anything else. */
export function asText(value: JsonValue | undefined): string {
	return typeof value === "string" ? value : "";
}

/** The number, or 0 for anything else. */
export function asNumber(value: JsonValue | undefined): number {
	return typeof value === "number" ? value : 0;
}

/** The texts of a list. */
export function asTexts(value: JsonValue | undefined): readonly string[] {
	return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
