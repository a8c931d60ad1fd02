import type { CommandEnv, Variables } from "../../agent/mod.ts";
import { type Config, type ExecConfig, isInherited } from "../../config/mod.ts";
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
	/** True: everything but what is withheld; or the names that pass, or patterns of them. */
	readonly inherit: ExecConfig["inheritEnv"];
	/** A variable that holds one of these is withheld, whatever its name: `secret_id: ${CI_SECRET}`. */
	readonly credentials: readonly Secret[];
}

/** The whole environment of the child. */
export function childEnvironment(
	own: Readonly<Record<string, string | undefined>>,
	{ inherit, credentials }: Inheritance,
	variables: Variables,
): Record<string, string> {
	if (inherit !== true && "custom" in inherit)
		return { ...commandEnvironment(own, credentials, inherit), ...Object.fromEntries(variables) };
	const passes = (name: string, value: string) => {
		if (inherit !== true) return inherit.includes(name);
		return !WITHHELD_NAMES.has(name) && !credentials.some((one) => one.equals(new Secret(value.trim())));
	};
	const inherited = Object.entries(own).filter(
		(entry): entry is [string, string] => entry[1] !== undefined && passes(entry[0], entry[1]),
	);
	return { ...Object.fromEntries(inherited), ...Object.fromEntries(variables) };
}

/**
 * The whole environment of a command of `on_change`.
 *
 * @param rules absent: everything but what is withheld
 */
export function commandEnvironment(
	own: Readonly<Record<string, string | undefined>>,
	credentials: readonly Secret[],
	rules: CommandEnv = ALL,
): Record<string, string> {
	const { custom, allowlist } = rules;
	// Whoever writes a name out means it, whatever it lets others do.
	const written = allowlist.filter((name) => !/[*?]/.test(name));
	const passing = {
		...childEnvironment(own, { inherit: true, credentials }, new Map()),
		...childEnvironment(own, { inherit: written, credentials }, new Map()),
	};
	const inherited = Object.entries(passing).filter(([name]) => isInherited(name, rules));
	return { ...Object.fromEntries(inherited), ...Object.fromEntries(custom.map(assigned)) };
}

const ALL: CommandEnv = { pristine: false, custom: [], allowlist: [], denylist: [] };

function assigned(assignment: string): [name: string, value: string] {
	const equals = assignment.indexOf("=");
	return [assignment.slice(0, equals), assignment.slice(equals + 1)];
}

/** What the config itself holds that lets somebody act for the agent, or ask it for anything. */
export function credentialsIn({ auth, listener }: Config): readonly Secret[] {
	const login =
		auth?.method === "approle" ? auth.secretId : auth?.method === "token" ? auth.token : undefined;
	return [login, listener?.token].flatMap((one) => (one?.kind === "value" ? [one.value] : []));
}
