/** Variables by name. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Names that both programs have: `BAO_ADDR` stands before `VAULT_ADDR`. */
const NEWER = "BAO_";
const OLDER = "VAULT_";

/**
 * The environment as Vault Agent sees it: a `BAO_X` that is set, were it to nothing, hides `VAULT_X`. With a config of our
 * own an empty variable is none.
 */
export function vaultAgentEnvironment(env: Environment): Environment {
	const hidden = new Set(
		Object.keys(env)
			.filter((name) => name.startsWith(NEWER) && env[name] !== undefined)
			.map((name) => OLDER + name.slice(NEWER.length)),
	);
	return Object.fromEntries(Object.entries(env).filter(([name]) => !hidden.has(name)));
}

/** What `BAO_<suffix>`, or else `VAULT_<suffix>`, says, and the name of that variable; an empty one says nothing. */
export function variable(
	env: Environment,
	suffix: string,
): { readonly value: string; readonly place: string } | undefined {
	const place = [NEWER, OLDER].map((prefix) => prefix + suffix).find((name) => env[name] !== undefined);
	const value = place === undefined ? undefined : env[place];
	return place === undefined || !value ? undefined : { value, place };
}
