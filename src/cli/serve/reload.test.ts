import { expect, onTestFinished, test } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { RecordingLog } from "../../../test/support/recording-log.ts";
import { AgentError } from "../../kernel/mod.ts";
import { Reloader, type ReloaderParts } from "./reload.ts";
import type { Settled } from "./settled.ts";

/** Running until the end of the test, with a config that can never be read. */
function reloading({ error, mayLogIn = false }: { readonly error: AgentError; readonly mayLogIn?: boolean }) {
	const clock = new FakeClock();
	const stop = new AbortController();
	onTestFinished(() => stop.abort(new Error("the end")));
	const seen = { readings: 0, refreshes: 0, retries: 0 };
	const nothing = async () => await Promise.resolve();
	const parts = {
		load: async () => {
			seen.readings++;
			return await Promise.reject(error);
		},
		agent: { refresh: () => seen.refreshes++ },
		vault: {
			links: {
				session: {
					credentialsChanged: async () => await Promise.resolve(mayLogIn),
					retryNow: () => seen.retries++,
				},
			},
		},
		world: { clock, random: () => 1 },
		log: new RecordingLog(),
		systemd: { reloading: nothing, reloaded: nothing },
		reread: nothing,
	} as unknown as ReloaderParts;
	const reloader = new Reloader({ config: {} } as unknown as Settled, parts);
	void reloader.run(stop.signal).catch(() => undefined);
	return { reloader, clock, seen };
}

test("a config that cannot be taken now is tried again by one clock, however often somebody asks", async () => {
	const error = new AgentError("Vault is away", { code: "E_VAULT_UNREACHABLE", remedy: "retry" });
	const { reloader, clock, seen } = reloading({ error });

	for (let n = 0; n < 20; n++) {
		reloader.refresh();
		await clock.advance(5000);
	}
	const asked = seen.readings;
	await clock.advance(600_000);

	expect(seen.readings - asked).toBeLessThanOrEqual(10); // one a minute
	expect(seen.readings).toBeGreaterThan(asked);
});

test.each([
	{ mayLogIn: true, refreshes: 1 },
	{ mayLogIn: false, refreshes: 0 },
])(
	"credential files that changed, with a login that waits for them ($mayLogIn), bring $refreshes refresh",
	async ({ mayLogIn, refreshes }) => {
		const error = new AgentError("as broken as before", { code: "E_CONFIG" });
		const { reloader, clock, seen } = reloading({ error, mayLogIn });

		reloader.filesChanged();
		await clock.advance(5000);

		expect(seen.refreshes).toBe(refreshes);
	},
);

test("somebody who asks has a login tried at once, whenever that failed", async () => {
	const { reloader, clock, seen } = reloading({ error: new AgentError("as before", { code: "E_CONFIG" }) });

	reloader.refresh();
	await clock.advance(5000);

	expect(seen).toMatchObject({ retries: 1, refreshes: 1 });
});
