import type { Variables } from "../../agent/mod.ts";
import type { Config } from "../../config/mod.ts";
import { Secret } from "../../kernel/mod.ts";

/** Variables that let whoever holds them act for the agent. */
const CREDENTIAL_NAMES = [
	...["VAULT", "BAO"].flatMap((prefix) => [`${prefix}_TOKEN`, `${prefix}_SECRET_ID`, `${prefix}_ROLE_ID`]),
	"AGENT_LISTENER_TOKEN",
];

/** What systemd says to the service itself; a child that answered would be taken for it (sd_notify(3)). */
const SERVICE_NAMES = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/** The child gets these only where the config names them. */
const WITHHELD_NAMES = new Set([...CREDENTIAL_NAMES, ...SERVICE_NAMES]);

/** What may pass from the agent's environment. */
export interface Inheritance {
	/** True: everything but what is withheld; or the names that pass. */
	readonly inherit: true | readonly string[];
	/** A variable that holds one of these is withheld, whatever its name: `secret_id: ${CI_SECRET}`. */
	readonly credentials: readonly Secret[];
}

/** The whole environment of the child. */
export function childEnvironment(
	own: Readonly<Record<string, string | undefined>>,
	{ inherit, credentials }: Inheritance,
	variables: Variables,
): Record<string, string> {
	const passes = (name: string, value: string) => {
		if (inherit !== true) return inherit.includes(name);
		return !WITHHELD_NAMES.has(name) && !credentials.some((one) => one.equals(new Secret(value.trim())));
	};
	const inherited = Object.entries(own).filter(
		(entry): entry is [string, string] => entry[1] !== undefined && passes(entry[0], entry[1]),
	);
	return { ...Object.fromEntries(inherited), ...Object.fromEntries(variables) };
}

/** What the config itself holds that lets somebody act for the agent, or ask it for anything. */
export function credentialsIn({ auth, listener }: Config): readonly Secret[] {
	const login =
		auth?.method === "approle" ? auth.secretId : auth?.method === "token" ? auth.token : undefined;
	return [login, listener?.token].flatMap((one) => (one?.kind === "value" ? [one.value] : []));
}
