import type { X509Certificate } from "node:crypto";
import { type JsonValue, parseJson } from "../kernel/mod.ts";
import { ApiError } from "./api-error.ts";
import type { Operation } from "./engine.ts";
import { Fields, parseGoDuration } from "./fields.ts";
import { isJsonObject } from "./json-object.ts";

/** An HTTP request after its body was read. */
export interface Call {
	readonly method: string;
	/** Decoded, after `/v1/`. */
	readonly path: string;
	readonly query: URLSearchParams;
	/** Empty when there was none. */
	readonly body: string;
	readonly contentType: string;
	/** Empty when there was none. */
	readonly token: string;
	/** X-Vault-Namespace, empty when not sent. */
	readonly namespace: string;
	/** X-Vault-Wrap-TTL, empty when not sent. */
	readonly wrapTtl: string;
	/** What the client has shown in the TLS handshake, its own certificate first; absent without TLS. */
	readonly clientChain?: readonly X509Certificate[];
}

const MERGE_PATCH = "application/merge-patch+json";

/** What the method asks for; a list has its path end in a slash. @throws ApiError 405, 415 */
export function readOperation(call: Call): { operation: Operation; path: string } {
	const { path } = call;
	const listPath = path.endsWith("/") ? path : `${path}/`;
	switch (call.method) {
		case "GET":
			return /^(1|t|true)$/i.test(call.query.get("list") ?? "")
				? { operation: "list", path: listPath }
				: { operation: "read", path };
		case "LIST":
			return { operation: "list", path: listPath };
		case "POST":
		case "PUT":
			return { operation: "update", path };
		case "PATCH": {
			const type = call.contentType.split(";")[0]?.trim() ?? "";
			if (type === MERGE_PATCH) return { operation: "patch", path };
			throw new ApiError(415, `PATCH requires Content-Type of ${MERGE_PATCH}, provided ${type}`);
		}
		case "DELETE":
			return { operation: "delete", path };
		case "OPTIONS":
			throw new ApiError(400, "cannot handle internal-only request operation");
		default:
			throw new ApiError(405);
	}
}

/** Body of a write, query of anything else. @throws ApiError 400 for a body that is no JSON object */
export function readFields(call: Call): Fields {
	if (!["POST", "PUT", "PATCH"].includes(call.method)) return new Fields(Object.fromEntries(call.query));
	if (call.body.trim() === "") return new Fields({});
	let value: JsonValue;
	try {
		value = parseJson(call.body);
	} catch (error) {
		throw new ApiError(400, `failed to decode JSON input: ${goComplaint(error, call.body)}`);
	}
	if (value === null) return new Fields({}); // what `bao write -f` sends
	if (!isJsonObject(value)) {
		const found = Array.isArray(value) ? "array" : typeof value;
		const complaint = `json: cannot unmarshal ${found} into Go value of type map[string]interface {}`;
		throw new ApiError(400, `failed to decode JSON input: ${complaint}`);
	}
	return new Fields(value);
}

export function readWrapSeconds({ wrapTtl }: Call): number {
	if (wrapTtl === "") return 0;
	const ms = parseGoDuration(wrapTtl);
	if (ms === undefined) throw new ApiError(400, "error parsing X-Vault-Wrap-TTL header: invalid duration");
	if (ms < 0) {
		throw new ApiError(400, "error parsing X-Vault-Wrap-TTL header: requested wrap ttl cannot be negative");
	}
	return Math.trunc(ms / 1000);
}

/** The first character that is wrong, in Go's words; V8 names the character or its place. */
function goComplaint(error: unknown, body: string): string {
	const message = error instanceof Error ? error.message : "";
	const place = /position (\d+)/.exec(message)?.[1];
	const named = /Unexpected token '(.)'/u.exec(message)?.[1];
	const character = place === undefined ? named : body[Number(place)];
	return character === undefined ? "unexpected EOF" : `invalid character '${character}'`;
}
