import type { JsonObject } from "./json-object.ts";
import type { Ground, Seed, SettingsByName } from "./seed.ts";

/** A service account that a role is bound to, and the audience that the role wants, if any. */
interface SeededServiceAccount {
	readonly namespace: string;
	readonly serviceAccount: string;
	readonly audience?: string;
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/** Roles of the kubernetes method; each is for the account of its own name in `default` unless it says otherwise. */
export function plantKubernetes({ namespace, write }: Ground, roles: SettingsByName): void {
	if (!namespace.mounts.get("auth/kubernetes/")) {
		write("sys/auth/kubernetes", { type: "kubernetes" });
		write("auth/kubernetes/config", { kubernetes_host: "https://kubernetes.default.svc" });
	}
	for (const [name, settings] of Object.entries(roles))
		write(`auth/kubernetes/role/${name}`, withAccounts(name, settings));
}

/** Roles of the jwt method; the user is the subject unless a role says otherwise. */
export function plantJwt({ namespace, write }: Ground, seed: NonNullable<Seed["jwt"]>): void {
	if (!namespace.mounts.get("auth/jwt/")) write("sys/auth/jwt", { type: "jwt" });
	if (seed.config) write("auth/jwt/config", seed.config);
	for (const [name, settings] of Object.entries(seed.roles ?? {}))
		write(`auth/jwt/role/${name}`, { role_type: "jwt", user_claim: "sub", ...settings });
}

/** The service accounts that a seed's roles name one by one, in every namespace; a pattern is nobody. */
export function serviceAccountsOf(seed: Seed): SeededServiceAccount[] {
	const own = Object.entries(seed.kubernetes?.roles ?? {}).flatMap(([name, settings]) => {
		const bound = withAccounts(name, settings);
		const { audience } = bound;
		return asNames(bound["bound_service_account_namespaces"]).flatMap((namespace) =>
			asNames(bound["bound_service_account_names"]).map((serviceAccount) => ({
				namespace,
				serviceAccount,
				...(typeof audience === "string" && { audience }),
			})),
		);
	});
	return [...own, ...Object.values(seed.namespaces ?? {}).flatMap(serviceAccountsOf)];
}

function withAccounts(name: string, settings: JsonObject): JsonObject {
	return { bound_service_account_names: name, bound_service_account_namespaces: "default", ...settings };
}

function asNames(value: JsonObject[string] | undefined): string[] {
	const names = typeof value === "string" ? value.split(",") : [value ?? []].flat().map(String);
	return names.map((name) => name.trim()).filter((name) => NAME.test(name));
}
