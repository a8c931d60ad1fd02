import { delimiter, dirname, join } from "node:path";
import type { AgentLog } from "./agent-log.ts";
import { type Background, startInBackground } from "./background.ts";
import { cleanEnvironment } from "./environment.ts";
import { type RoleIds, SECRET_PATH } from "./vault-admin.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** What a user types. */
function commandFor(port: number): string[] {
	return [
		"run",
		`--env=OPENAI_API_KEY=${SECRET_PATH}#api_key`,
		"--on-change=rolling",
		`--exec-listen=127.0.0.1:${port}`,
		"--exec-ready=/health",
		"--poll-interval=1s",
		"--log-format=json",
		"--log-level=trace", // names every request, to be counted
		"--",
		"node",
		"deploy/examples/sample-gateway.mjs",
	];
}

export interface AgentParts {
	readonly address: string;
	readonly ids: RoleIds;
	/** Where clients find the gateway. */
	readonly port: number;
	readonly log: AgentLog;
}

/** Starts the agent as it is installed, knowing nothing but the server's address and a role. */
export function startAgent({ address, ids, port, log }: AgentParts): Background {
	return startInBackground([process.execPath, join(ROOT, "bin", "agent.cjs"), ...commandFor(port)], {
		cwd: ROOT,
		env: {
			...cleanEnvironment(),
			PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
			VAULT_ADDR: address,
			VAULT_ROLE_ID: ids.roleId,
			VAULT_SECRET_ID: ids.secretId,
		},
		onLine: (line, from) => log.add(line, from),
	});
}
