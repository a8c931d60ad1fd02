import { AgentError, formatDuration } from "../kernel/mod.ts";
import type { FrontSpec } from "./front/front.ts";
import type { Late } from "./readiness.ts";

const HAVE_PATIENCE =
	"see what the child itself has said; raise exec.ready.timeout if it needs longer, or ask it something else";
const MAKE_ASKABLE =
	"check that the program of exec.ready.command exists, is on the child's PATH, and is executable for the agent's user";

/** Thrown when no child has been ready yet, and the first was not in time, or cannot be asked; ends the agent. */
export function notReadyError({ afterMs, reason, isUnaskable }: Late): AgentError {
	const message = isUnaskable
		? "the child cannot be asked whether it is ready"
		: `the child was not ready within ${formatDuration(afterMs)}`;
	return new AgentError(message, {
		code: "E_CHILD_NOT_READY",
		rows: {
			in: "exec.ready",
			has: reason,
			do: isUnaskable ? MAKE_ASKABLE : HAVE_PATIENCE,
		},
		facts: { after_ms: afterMs, reason },
	});
}

/** Thrown when the child listens where the agent has to; ends the agent. */
export function publicPortError(listen: FrontSpec["listen"], cause?: AgentError): AgentError {
	const address = addressOf(listen);
	return new AgentError(`the child listens on ${address} itself, where the agent has to`, {
		code: "E_CHILD_PORT",
		rows: {
			in: "exec.listen",
			do: "let it listen on the port that its variable PORT says, or write {{port}} into exec.command or a file of its config",
		},
		facts: { address },
		...(cause !== undefined && { cause }),
	});
}

function addressOf(listen: FrontSpec["listen"]): string {
	if (listen.kind === "unix") return listen.path;
	return listen.host.includes(":") ? `[${listen.host}]:${listen.port}` : `${listen.host}:${listen.port}`;
}
