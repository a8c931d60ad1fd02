import { parseJson } from "../../kernel/mod.ts";
import { ApiError } from "../api-error.ts";
import type { Reply } from "../engine.ts";
import type { Fields } from "../fields.ts";
import { asTexts, isJsonObject } from "../json-object.ts";
import type { RouteCall } from "../routes.ts";
import type { Role } from "./role.ts";

/** https://developer.hashicorp.com/vault/api-docs/auth/approle#generate-new-secret-id */
export function issueSecretId({ request, context }: RouteCall, role: Role, value: string): Reply {
	const { fields } = request;
	const { settings } = role;
	if (value === "") throw new ApiError(400, "missing secret_id");
	if (!settings.bind_secret_id) throw new ApiError(400, "bind_secret_id is not set on the role");
	const numUses = fields.integer("num_uses") ?? settings.secret_id_num_uses;
	if (numUses < 0) throw new ApiError(400, "num_uses cannot be negative");
	if (exceeds(numUses, settings.secret_id_num_uses)) {
		throw new ApiError(400, "num_uses cannot be higher than the role's secret_id_num_uses");
	}
	const ttl = fields.seconds("ttl") ?? settings.secret_id_ttl;
	if (exceeds(ttl, settings.secret_id_ttl)) {
		throw new ApiError(400, "ttl cannot be longer than the role's secret_id_ttl");
	}
	const entry = role.secretIds.add(value, { ttl, numUses, metadata: readMetadata(fields) }, context.core);
	return {
		data: {
			secret_id: value,
			secret_id_accessor: entry.accessor,
			secret_id_num_uses: numUses,
			secret_id_ttl: ttl,
		},
	};
}

/** 0 stands for "without limit", so it exceeds every limit. */
function exceeds(asked: number, limit: number): boolean {
	return limit > 0 && (asked === 0 || asked > limit);
}

/** A JSON object, as text. */
function readMetadata(fields: Fields): Record<string, string> {
	const text = fields.text("metadata") ?? "";
	if (text === "") return {};
	try {
		const metadata = parseJson(text);
		if (isJsonObject(metadata)) return asTexts(metadata);
	} catch {
		// refused below, without the text: it is the caller's data
	}
	throw new ApiError(400, "failed to parse metadata: failed to parse the input: invalid <key,value> format");
}
