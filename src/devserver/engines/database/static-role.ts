import { ApiError } from "../../api-error.ts";
import type { Fields } from "../../fields.ts";
import { rfc3339 } from "../../go-time.ts";
import type { JsonObject } from "../../json-object.ts";
import { readStatements } from "./connection.ts";

/** What an operator says of a user that is there for good (https://developer.hashicorp.com/vault/api-docs/secret/databases#create-static-role). */
export interface StaticTerms {
	readonly dbName: string;
	readonly username: string;
	readonly periodSeconds: number;
	readonly statements: readonly string[];
}

/** Its password changes whenever the period is over. */
export interface StaticRole extends StaticTerms {
	readonly password: string;
	/** ms */
	readonly rotatedAt: number;
}

/** The real server looks every 5 seconds whether a rotation is due. */
const SHORTEST_PERIOD_SECONDS = 5;

/** @param before what is there already; the request may name a part alone */
export function readStaticTerms(fields: Fields, before: StaticTerms | undefined): StaticTerms {
	const dbName = fields.text("db_name") ?? before?.dbName ?? "";
	if (dbName === "") throw new ApiError(400, "database name is a required field");
	const username = fields.text("username") ?? "";
	if (before && username !== before.username)
		throw new ApiError(400, "cannot update static account username");
	if (username === "") throw new ApiError(400, "username is a required field to create a static account");
	const periodSeconds = readPeriod(fields, before);
	const statements = readStatements(fields, "rotation_statements") ?? before?.statements ?? [];
	return { dbName, username, periodSeconds, statements };
}

function readPeriod(fields: Fields, before: StaticTerms | undefined): number {
	const seconds = fields.seconds("rotation_period") ?? before?.periodSeconds;
	if (seconds === undefined) throw new ApiError(400, "rotation_period is required to create static accounts");
	if (seconds < SHORTEST_PERIOD_SECONDS)
		throw new ApiError(400, `rotation_period must be ${SHORTEST_PERIOD_SECONDS} seconds or more`);
	return seconds;
}

/** The role after every rotation that was due by now; the real server is up to 5 seconds late. */
export function afterRotations(role: StaticRole, now: number, newPassword: () => string): StaticRole {
	const periodMs = role.periodSeconds * 1000;
	const due = Math.floor((now - role.rotatedAt) / periodMs);
	if (due < 1) return role;
	return { ...role, password: newPassword(), rotatedAt: role.rotatedAt + due * periodMs };
}

export function describeStaticRole(role: StaticRole): JsonObject {
	return {
		credential_type: "password",
		db_name: role.dbName,
		last_vault_rotation: rfc3339(role.rotatedAt),
		rotation_period: role.periodSeconds,
		rotation_statements: [...role.statements],
		username: role.username,
	};
}

export function describeStaticCredentials(role: StaticRole, now: number): JsonObject {
	return {
		last_vault_rotation: rfc3339(role.rotatedAt),
		password: role.password,
		rotation_period: role.periodSeconds,
		ttl: Math.round((role.rotatedAt + role.periodSeconds * 1000 - now) / 1000),
		username: role.username,
	};
}
