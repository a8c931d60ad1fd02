import { ApiError } from "../../api-error.ts";
import type { Fields } from "../../fields.ts";
import type { JsonObject } from "../../json-object.ts";
import { readStatements } from "./connection.ts";

/** Settings of a role under the names of the API (https://developer.hashicorp.com/vault/api-docs/secret/databases#create-role). */
export interface DynamicRole {
	readonly db_name: string;
	/** Seconds; 0 for the system's. */
	readonly default_ttl: number;
	/** Seconds; 0 for the system's. */
	readonly max_ttl: number;
	/** Kept and shown; no database carries them out. */
	readonly creation_statements: readonly string[];
	readonly revocation_statements: readonly string[];
	readonly renew_statements: readonly string[];
	readonly rollback_statements: readonly string[];
}

/** @param before what is there already; the request may name a part alone */
export function readDynamicRole(fields: Fields, before: DynamicRole | undefined): DynamicRole {
	const dbName = fields.text("db_name") ?? before?.db_name ?? "";
	if (dbName === "") throw new ApiError(400, "database name is required");
	const statements = (name: `${"creation" | "revocation" | "renew" | "rollback"}_statements`) =>
		readStatements(fields, name) ?? before?.[name] ?? [];
	return {
		db_name: dbName,
		default_ttl: fields.seconds("default_ttl") ?? before?.default_ttl ?? 0,
		max_ttl: fields.seconds("max_ttl") ?? before?.max_ttl ?? 0,
		creation_statements: statements("creation_statements"),
		revocation_statements: statements("revocation_statements"),
		renew_statements: statements("renew_statements"),
		rollback_statements: statements("rollback_statements"),
	};
}

export function describeDynamicRole(role: DynamicRole): JsonObject {
	return { ...role, credential_type: "password" };
}
