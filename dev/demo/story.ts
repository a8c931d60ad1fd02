import { join } from "node:path";
import { startAgent } from "./agent.ts";
import { AgentLog } from "./agent-log.ts";
import { DemoError } from "./demo-error.ts";
import { fingerprint, newKey } from "./fingerprint.ts";
import { freePort } from "./free-port.ts";
import { Load, servedKey } from "./load.ts";
import { tally } from "./measures.ts";
import type { DemoOptions } from "./options.ts";
import { play } from "./playground.ts";
import { Rotation } from "./rotation.ts";
import type { Screen } from "./screen.ts";
import { startServer } from "./server.ts";
import { summary } from "./summary.ts";
import { until } from "./until.ts";
import { ROLE, SECRET_PATH, VaultAdmin } from "./vault-admin.ts";

const SERVING_WITHIN_MS = 6000;

export interface Stage {
	readonly screen: Screen;
	readonly signal: AbortSignal;
	/** For what is written on the way. */
	readonly folder: string;
}

/** The demo from the first line to the last; whatever it starts has ended when it returns or throws. */
export async function tell(options: DemoOptions, { screen, signal, folder }: Stage): Promise<void> {
	await using cleanup = new AsyncDisposableStack();
	const done = (what: string) => screen.say(`  ${screen.paint("green", "✔")} ${what}`);
	screen.say(
		screen.paint("bold", "keyturn demo: an LLM gateway gets a new key and never stops answering"),
		"",
	);

	screen.wait("starting the server");
	const server = await startServer(options.server, { folder, signal });
	cleanup.defer(server.close);
	done(`Vault-compatible server on ${new URL(server.address).host} (${server.title})`);

	const admin = new VaultAdmin(server.address, server.rootToken);
	const first = newKey();
	const second = newKey(first);
	const version = await admin.writeKey(first);
	const ids = await admin.makeRole();
	done(`${SECRET_PATH} v${version}, AppRole "${ROLE}" that may read it`);

	const log = new AgentLog(join(folder, "agent.log"));
	const port = await freePort();
	const gateway = `http://127.0.0.1:${port}`;
	const agent = startAgent({ address: server.address, ids, port, log });
	cleanup.defer(agent.stop);
	const [oldKey, rotated] = [fingerprint(first), fingerprint(second)];
	const serving = async () => {
		screen.wait("the agent logs in and starts the gateway");
		const how = agent.ending();
		if (how !== undefined) throw new DemoError(`the agent ${how} before the gateway served${log.reason}`);
		const key = await servedKey(gateway);
		if (key === undefined || key === oldKey) return key;
		throw new DemoError(`the gateway serves with key ${key}, expected ${oldKey}`);
	};
	const orElse = () => `the gateway did not serve within ${SERVING_WITHIN_MS / 1000} s${log.reason}`;
	await until(serving, { withinMs: SERVING_WITHIN_MS, signal, orElse });
	done(`agent logged in, gateway serving with key ${oldKey}`);
	screen.say("");

	const load = new Load(gateway);
	const rotation = new Rotation({
		load,
		log,
		screen,
		signal,
		oldKey,
		newKey: rotated,
		rotate: () => admin.writeKey(second),
		ending: agent.ending,
	});
	const measures = await rotation.show();
	screen.note("");
	screen.say(...rotation.lines(measures, 0), ...summary(measures, log.requests()));
	const { failed } = tally(measures.samples);
	if (failed > 0) throw new DemoError(`${failed} of the requests failed, and none should have${log.reason}`);
	if (options.keep) await play({ server, gateway, folder, log, screen, signal, ending: agent.ending });
	else screen.say("", "  Try it yourself: npm run demo -- --keep");
	screen.wait("cleaning up");
}
