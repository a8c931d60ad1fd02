import { AgentError, formatDuration } from "../kernel/mod.ts";
import type { FrontSpec } from "./front/front.ts";

/** Thrown when no child has been ready yet, and the first was not in time; ends the agent. @param reason what it answered last */
export function notReadyError(afterMs: number, reason: string): AgentError {
	return new AgentError(`the child was not ready within ${formatDuration(afterMs)}`, {
		code: "E_CHILD_NOT_READY",
		rows: {
			in: "exec.ready",
			has: reason,
			do: "see what the child itself has said; raise exec.ready.timeout if it needs longer, or ask it something else",
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
