import { ApiError } from "../api-error.ts";
import type { Fields } from "../fields.ts";
import type { JsonObject } from "../json-object.ts";
import {
	describeRoleTokens,
	PLAIN_ROLE_TOKENS,
	readRoleTokens,
	type RoleTokens,
} from "../tokens/role-tokens.ts";

/** Which service accounts log in, under the names of the API (https://developer.hashicorp.com/vault/api-docs/auth/kubernetes#create-role). */
export interface KubernetesRole {
	/** `*` alone for any; `*` within a name for any text. */
	readonly bound_service_account_names: string[];
	readonly bound_service_account_namespaces: string[];
	/** Empty for any. */
	readonly audience: string;
	/** `serviceaccount_uid` or `serviceaccount_name`. */
	readonly alias_name_source: string;
	readonly tokens: RoleTokens;
}

const ALIAS_SOURCES = ["serviceaccount_uid", "serviceaccount_name"];

const NEW_ROLE: KubernetesRole = {
	bound_service_account_names: [],
	bound_service_account_namespaces: [],
	audience: "",
	alias_name_source: "serviceaccount_uid",
	tokens: PLAIN_ROLE_TOKENS,
};

/** What the request names, and the rest as it was. @throws ApiError 400 */
export function readKubernetesRole(fields: Fields, before: KubernetesRole = NEW_ROLE): KubernetesRole {
	const next: KubernetesRole = {
		bound_service_account_names:
			fields.list("bound_service_account_names") ?? before.bound_service_account_names,
		bound_service_account_namespaces:
			fields.list("bound_service_account_namespaces") ?? before.bound_service_account_namespaces,
		audience: fields.text("audience") ?? before.audience,
		alias_name_source: fields.text("alias_name_source") || before.alias_name_source,
		tokens: readRoleTokens(before.tokens, fields),
	};
	check(next, fields);
	return next;
}

export function describeKubernetesRole({ audience, tokens, ...role }: KubernetesRole): JsonObject {
	return {
		...role,
		...(audience === "" ? {} : { audience }),
		...describeRoleTokens(tokens),
		bound_service_account_namespace_selector: "",
	};
}

function check(role: KubernetesRole, fields: Fields): void {
	const { bound_service_account_names: names, bound_service_account_namespaces: namespaces } = role;
	if (fields.text("bound_service_account_namespace_selector")) {
		const what = "bound_service_account_namespace_selector";
		throw new ApiError(400, `'${what}' is not supported by the development server: it has no cluster to ask`);
	}
	if (names.length === 0) throw new ApiError(400, '"bound_service_account_names" can not be empty');
	if (namespaces.length === 0) {
		const unless = '"bound_service_account_namespace_selector" is not set';
		throw new ApiError(400, `"bound_service_account_namespaces" can not be empty if ${unless}`);
	}
	if ([names, namespaces].some((list) => list.length > 1 && list.includes("*"))) {
		throw new ApiError(400, 'can not mix "*" with values');
	}
	if (!ALIAS_SOURCES.includes(role.alias_name_source)) {
		throw new ApiError(400, `invalid alias_name_source, must be one of: ${ALIAS_SOURCES.join(", ")}`);
	}
}
