import type { Variables } from "../agent/mod.ts";

/** Variables that let whoever holds them log in to Vault; the child gets them only where the config names them. */
const CREDENTIAL_NAMES = new Set(
	["VAULT", "BAO"].flatMap((prefix) => [`${prefix}_TOKEN`, `${prefix}_SECRET_ID`, `${prefix}_ROLE_ID`]),
);

/**
 * The whole environment of the child.
 *
 * @param inherit true: everything of the agent's but credentials; or the names that pass
 */
export function childEnvironment(
	own: Readonly<Record<string, string | undefined>>,
	inherit: true | readonly string[],
	variables: Variables,
): Record<string, string> {
	const passes =
		inherit === true
			? (name: string) => !CREDENTIAL_NAMES.has(name)
			: (name: string) => inherit.includes(name);
	const inherited = Object.entries(own).filter(
		(entry): entry is [string, string] => entry[1] !== undefined && passes(entry[0]),
	);
	return { ...Object.fromEntries(inherited), ...Object.fromEntries(variables) };
}
