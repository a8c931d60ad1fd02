import type { Variables } from "../../agent/mod.ts";

/** Variables that let whoever holds them act for the agent. */
const CREDENTIAL_NAMES = [
	...["VAULT", "BAO"].flatMap((prefix) => [`${prefix}_TOKEN`, `${prefix}_SECRET_ID`, `${prefix}_ROLE_ID`]),
	"AGENT_LISTENER_TOKEN",
];

/** What systemd says to the service itself; a child that answered would be taken for it (sd_notify(3)). */
const SERVICE_NAMES = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/** The child gets these only where the config names them. */
const WITHHELD_NAMES = new Set([...CREDENTIAL_NAMES, ...SERVICE_NAMES]);

/**
 * The whole environment of the child.
 *
 * @param inherit true: everything of the agent's but what is withheld; or the names that pass
 */
export function childEnvironment(
	own: Readonly<Record<string, string | undefined>>,
	inherit: true | readonly string[],
	variables: Variables,
): Record<string, string> {
	const passes =
		inherit === true ? (name: string) => !WITHHELD_NAMES.has(name) : (name: string) => inherit.includes(name);
	const inherited = Object.entries(own).filter(
		(entry): entry is [string, string] => entry[1] !== undefined && passes(entry[0]),
	);
	return { ...Object.fromEntries(inherited), ...Object.fromEntries(variables) };
}
