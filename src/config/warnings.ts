import { portWarnings } from "./command-line.ts";
import type { Config } from "./config.ts";
import { type Environment, variableWarnings } from "./environment.ts";
import { listenerWarnings } from "./listener.ts";
import type { Places } from "./place.ts";
import { serverWarnings } from "./server.ts";

const EMPTIED_SINKS =
	"auto_auth.revoke_on_shutdown takes the token out of the sinks again as soon as everything stands; leave one of them out";

const NO_CHILD =
	"env names variables, but there is no child to get them; add exec.command, or write it after --";

/** What works but should be known. */
export function warningsOf(
	config: Omit<Config, "warnings" | "unsupported">,
	{ environment, places }: { readonly environment: Environment; readonly places: Places },
): readonly string[] {
	const { vault, listener, auth, exec, env, envFrom, exitAfterAuth, handover } = config;
	const isRevoked = exitAfterAuth && auth?.revokeOnShutdown === true && handover === undefined;
	const isEmptied = isRevoked && auth.sinks.length > 0;
	return [
		...serverWarnings(vault, places),
		...listenerWarnings(listener),
		...(exec === undefined ? [] : variableWarnings(environment, exec.inheritEnv)),
		...(exec === undefined ? [] : portWarnings(exec)),
		...(isEmptied ? [EMPTIED_SINKS] : []),
		...(env.length + envFrom.length > 0 && exec === undefined ? [NO_CHILD] : []),
	];
}
