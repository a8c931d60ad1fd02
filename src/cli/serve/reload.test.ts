import { expect, onTestFinished, test } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { RecordingLog } from "../../../test/support/recording-log.ts";
import { AgentError } from "../../kernel/mod.ts";
import { Reloader, type ReloaderParts } from "./reload.ts";
import type { Settled } from "./settled.ts";

const AWAY = new AgentError("Vault is away", { code: "E_VAULT_UNREACHABLE", remedy: "retry" });

test("a config that cannot be taken now is tried again by one clock, however often somebody asks", async () => {
	const clock = new FakeClock();
	const stop = new AbortController();
	onTestFinished(() => stop.abort(new Error("the end")));
	let tries = 0;
	const nothing = async () => await Promise.resolve();
	const parts = {
		load: async () => {
			tries++;
			return await Promise.reject(AWAY);
		},
		agent: { refresh: () => undefined },
		vault: { links: { session: { credentialsChanged: async () => await Promise.resolve(false) } } },
		world: { clock, random: () => 1 },
		log: new RecordingLog(),
		systemd: { reloading: nothing, ready: nothing },
		reread: nothing,
	} as unknown as ReloaderParts;
	const reloader = new Reloader({ config: {} } as unknown as Settled, parts);
	void reloader.run(stop.signal).catch(() => undefined);

	for (let n = 0; n < 20; n++) {
		reloader.refresh();
		await clock.advance(5000);
	}
	const asked = tries;
	await clock.advance(600_000);

	expect(tries - asked).toBeLessThanOrEqual(10); // one a minute
	expect(tries).toBeGreaterThan(asked);
});

test.each([true, false])(
	"credential files that changed, with a login to wait for or not: %s",
	async (mayLogIn) => {
		const clock = new FakeClock();
		const stop = new AbortController();
		onTestFinished(() => stop.abort(new Error("the end")));
		const nothing = async () => await Promise.resolve();
		let refreshes = 0;
		const parts = {
			load: async () => await Promise.reject(new AgentError("as broken as before", { code: "E_CONFIG" })),
			agent: { refresh: () => refreshes++ },
			vault: { links: { session: { credentialsChanged: async () => await Promise.resolve(mayLogIn) } } },
			world: { clock, random: () => 1 },
			log: new RecordingLog(),
			systemd: { reloading: nothing, ready: nothing },
			reread: nothing,
		} as unknown as ReloaderParts;
		const reloader = new Reloader({ config: {} } as unknown as Settled, parts);
		void reloader.run(stop.signal).catch(() => undefined);

		reloader.filesChanged();
		await clock.advance(5000);

		expect(refreshes).toBe(mayLogIn ? 1 : 0);
	},
);
