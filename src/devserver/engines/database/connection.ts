import { ApiError } from "../../api-error.ts";
import type { Fields } from "../../fields.ts";
import { matchesGlob } from "../../glob.ts";
import type { JsonObject } from "../../json-object.ts";

/** Settings of a database under the names of the API (https://developer.hashicorp.com/vault/api-docs/secret/databases#parameters). Nothing is ever connected to. */
export interface Connection {
	readonly plugin_name: string;
	readonly plugin_version: string;
	/** With `*` for any text; an empty list allows nobody. */
	readonly allowed_roles: readonly string[];
	readonly password_policy: string;
	readonly root_credentials_rotate_statements: readonly string[];
	/** What is left: the business of the plugin. */
	readonly connection_details: JsonObject;
}

const NOT_DETAILS = new Set([
	"plugin_name",
	"plugin_version",
	"allowed_roles",
	"password_policy",
	"root_credentials_rotate_statements",
	"root_rotation_statements",
	"verify_connection",
	"name",
]);

const NEW: Connection = {
	plugin_name: "",
	plugin_version: "",
	allowed_roles: [],
	password_policy: "",
	root_credentials_rotate_statements: [],
	connection_details: {},
};

/** @param before what is there already; the request may name a part alone */
export function readConnection(fields: Fields, before = NEW): Connection {
	const rotation = readStatements(fields, "root_rotation_statements");
	const details = Object.entries(fields.all).filter(([name]) => !NOT_DETAILS.has(name));
	const connection = {
		plugin_name: fields.text("plugin_name") ?? before.plugin_name,
		plugin_version: fields.text("plugin_version") ?? before.plugin_version,
		allowed_roles: fields.list("allowed_roles") ?? before.allowed_roles,
		password_policy: fields.text("password_policy") ?? before.password_policy,
		root_credentials_rotate_statements: rotation ?? before.root_credentials_rotate_statements,
		connection_details: { ...before.connection_details, ...Object.fromEntries(details) },
	};
	if (connection.plugin_name === "") throw new ApiError(400, "empty plugin name");
	return connection;
}

/** Everything but the password. */
export function describeConnection(connection: Connection): JsonObject {
	const { password: _, ...shown } = connection.connection_details;
	return { ...connection, connection_details: shown };
}

export function isAllowed({ allowed_roles }: Connection, role: string): boolean {
	return allowed_roles.some((pattern) => matchesGlob(pattern, role));
}

/** A list; a text is one statement, with all its commas. */
export function readStatements(fields: Fields, name: string): string[] | undefined {
	const value = fields.get(name);
	return typeof value === "string" ? [value] : fields.list(name);
}
