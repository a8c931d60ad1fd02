import { portWarnings } from "./command-line.ts";
import type { Config } from "./config.ts";
import { type Environment, variableWarnings } from "./environment.ts";
import { listenerWarnings } from "./listener.ts";
import { serverWarnings } from "./server.ts";

const EMPTIED_SINKS =
	"auto_auth.revoke_on_shutdown takes the token out of the sinks again as soon as everything stands; leave one of them out";

const NO_CHILD =
	"env names variables, but there is no child to get them; add exec.command, or write it after --";

const BARE_QUESTION =
	"exec.ready.http is asked without exec.proxy_protocol: a child that insists on it is never ready; use ready: { tcp: true } or a command";

/** What works but should be known. */
export function warningsOf(config: Omit<Config, "warnings">, environment: Environment): readonly string[] {
	const { vault, listener, auth, exec, env, exitAfterAuth, handover } = config;
	const isRevoked = exitAfterAuth && auth?.revokeOnShutdown === true && handover === undefined;
	const isEmptied = isRevoked && auth.sinks.length > 0;
	return [
		...serverWarnings(vault),
		...listenerWarnings(listener),
		...(exec === undefined ? [] : variableWarnings(environment, exec.inheritEnv)),
		...(exec === undefined ? [] : portWarnings(exec)),
		...(isEmptied ? [EMPTIED_SINKS] : []),
		...(isAskedBare(exec) ? [BARE_QUESTION] : []),
		...(env.length > 0 && exec === undefined ? [NO_CHILD] : []),
	];
}

function isAskedBare(exec: Config["exec"]): boolean {
	return exec?.ready?.probe.kind === "http-path" && exec.rolling?.proxyProtocol !== "none";
}
