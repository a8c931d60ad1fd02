import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { AgentLog } from "./agent-log.ts";
import { DemoError } from "./demo-error.ts";
import type { Screen } from "./screen.ts";
import type { DemoServer } from "./server.ts";
import { SECRET_PATH } from "./vault-admin.ts";

export interface PlaygroundParts {
	readonly server: DemoServer;
	readonly gateway: string;
	readonly folder: string;
	readonly log: AgentLog;
	readonly screen: Screen;
	readonly signal: AbortSignal;
	readonly ending: () => string | undefined;
}

/** What the agent says that a player wants to see. */
const TOLD = new Set([
	"rotation",
	"rendered",
	"turned over",
	"child",
	"rejected",
	"read failed",
	"recovered",
]);

/** Everything stays up until Ctrl-C; the token is in a file rather than on the screen. */
export async function play({
	server,
	gateway,
	folder,
	log,
	screen,
	signal,
	ending,
}: PlaygroundParts): Promise<void> {
	const file = join(folder, "env");
	const variables = { VAULT_ADDR: server.address, VAULT_TOKEN: server.rootToken, GATEWAY: gateway };
	const text = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'\n`);
	writeFileSync(file, text.join(""), { mode: 0o600 });
	screen.say(
		"",
		"  Everything stays up. In another terminal:",
		"",
		`    . ${file}   # VAULT_ADDR, VAULT_TOKEN, GATEWAY`,
		"",
		"    # rotate the key",
		`    curl -H "X-Vault-Token: $VAULT_TOKEN" $VAULT_ADDR/v1/${SECRET_PATH} \\`,
		`      -d '{"data": {"api_key": "sk-'$(date +%s)'"}}'`,
		"    # watch the gateway",
		"    while sleep 0.2; do curl -s $GATEWAY/; done",
		"    # what the agent does, with every request to Vault",
		`    tail -f ${log.file}`,
		"",
		"  Ctrl-C ends it and removes what it made.",
		"",
	);
	log.onEvent = ({ at, event, msg }) => {
		if (TOLD.has(event))
			screen.say(`  ${new Date(at).toTimeString().slice(0, 8)} ${event.padEnd(11)} ${msg}`);
	};
	while (!signal.aborted) {
		const how = ending();
		if (how !== undefined) throw new DemoError(`the agent ${how}${log.reason}`);
		await delay(100, undefined, { signal }).catch(() => undefined);
	}
}
