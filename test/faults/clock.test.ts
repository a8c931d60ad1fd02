import { describe, expect, test } from "vitest";
import { Fleet, FLEET_ROLE } from "../support/fleet.ts";
import { type FileState, openStage, type Stage, type WholeAgent } from "../support/whole-agent.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const OPENAI = "secret/data/llm/openai";
const POLICY = `
path "${OPENAI}" { capabilities = ["read"] }
path "database/creds/*" { capabilities = ["read"] }
path "pki/issue/*" { capabilities = ["update"] }
path "sys/leases/revoke" { capabilities = ["update"] }
`;

/** How a poll may be late or early: a tenth either way, and what a slow machine adds. */
const LONGEST_GAP_MS = 20_000;

interface Terms {
	/** In the words of the server. */
	readonly token: Readonly<Record<string, string>>;
	readonly lease: Readonly<Record<string, string>>;
}

const LONG: Terms = {
	token: { token_ttl: "1h", token_max_ttl: "24h" },
	lease: { default_ttl: "2h", max_ttl: "24h" },
};

/** An agent with a key that is polled, a credential with a lease and a certificate, five minutes old. */
async function running({ token, lease }: Terms) {
	const stage = await openStage();
	const { vault, clock } = stage;
	// An appointment of the server's clock, which no clock of the agent may bring forward.
	await vault.send("POST", "secret/metadata/llm/openai", { delete_version_after: "48h" });
	vault.put(OPENAI, { api_key: "sk-1" });
	vault.server.seed({
		policies: { reader: POLICY },
		approles: { gateway: { token_policies: "reader", role_id: vault.roleId, ...token } },
		database: { roles: { app: lease } },
		pki: { roles: { gateway: { allow_any_name: true, max_ttl: "72h" } } },
	});
	const agent = stage.start({
		poll_interval: "15s",
		templates: [
			{ contents: `{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`, destination: "key.txt" },
			{ contents: '{{#secret "database/creds/app"}}{{username}}{{/secret}}', destination: "user.txt" },
			{
				contents: '{{#secret "pki/issue/gateway" common_name="gw.test" ttl="12h"}}{{certificate}}{{/secret}}',
				destination: "gw.pem",
				format: "text",
			},
		],
	});
	await agent.ready();
	await agent.pass(5 * MINUTE);
	const from = () => clock.outside.now();
	return { ...stage, agent, since: from() };
}

function filesOf(agent: WholeAgent): readonly FileState[] {
	return ["key.txt", "user.txt", "gw.pem"].map((name) => agent.file(name));
}

/** What the server has answered since then, by what it costs. */
function asked({ vault }: Stage, since: number) {
	const entries = vault.server.requests.entries.filter(({ at, status }) => at > since && status > 0);
	const count = (path: RegExp) => entries.filter((entry) => path.test(entry.path)).length;
	const polls = entries.filter(({ path }) => path.endsWith(OPENAI)).map(({ at }) => at);
	const gaps = polls.slice(1).map((at, index) => at - (polls[index] ?? 0));
	return {
		logins: count(/auth\/approle\/login/),
		credentials: count(/database\/creds/),
		certificates: count(/pki\/issue/),
		polls: polls.length,
		longestGapMs: Math.max(...gaps),
		others: entries.length - count(/auth\/approle\/login|database\/creds|pki\/issue|llm\/openai/),
	};
}

describe("a wall clock that is set", () => {
	test.each([
		["a day ahead", DAY, 1],
		["a day back", -DAY, 0],
		["an hour back", -HOUR, 0],
		["to another year", 365 * DAY, 1],
	])("%s costs no more than a question, and nothing is made anew", async (_how, step, questions) => {
		const stage = await running(LONG);
		const { agent, clock } = stage;
		const before = filesOf(agent);
		const from = clock.outside.now();

		clock.setWall(step);
		await agent.pass(10 * MINUTE);

		const { polls, longestGapMs, ...rest } = asked(stage, from);
		expect(rest).toEqual({ logins: 0, credentials: 0, certificates: 0, others: questions });
		expect(polls).toBeGreaterThanOrEqual(36);
		expect(polls).toBeLessThanOrEqual(45);
		expect(longestGapMs).toBeLessThan(LONGEST_GAP_MS);
		expect(filesOf(agent)).toEqual(before);
		expect(agent.said("rendered")).toHaveLength(1);
		expect(agent.said("clock")).toHaveLength(1 + questions);
		expect(await agent.status()).toMatchObject({ state: "ready", token: { valid: true } });
	});

	test("back and ahead all day long stalls nothing: the next key arrives within a poll", async () => {
		const { agent, clock, vault } = await running(LONG);

		for (let hour = 1; hour <= 24; hour++) {
			clock.setWall(hour % 2 === 0 ? DAY : -DAY);
			vault.put(OPENAI, { api_key: `sk-${hour + 1}` });
			await agent.pass(LONGEST_GAP_MS);
			expect(agent.file("key.txt").text).toBe(`sk-${hour + 1}`);
		}
	});
});

describe("a machine that was suspended for ten minutes", () => {
	test("with its token and its leases over has both again: one login, one credential, one certificate of before", async () => {
		const stage = await running({
			token: { token_ttl: "8m", token_max_ttl: "24h" },
			lease: { default_ttl: "9m", max_ttl: "24h" },
		});
		const { agent, clock, vault } = stage;
		const [key, user, certificate] = filesOf(agent);
		const from = clock.outside.now();

		clock.suspend(10 * MINUTE);
		const tookMs = await agent.passUntil(
			() => expect(agent.file("user.txt").text).not.toBe(user?.text),
			MINUTE,
		);
		await agent.pass(5 * MINUTE);

		expect(asked(stage, from)).toMatchObject({ logins: 1, credentials: 1, certificates: 0 });
		expect(tookMs).toBeLessThan(10 * MINUTE + LONGEST_GAP_MS);
		expect(agent.file("key.txt")).toEqual(key);
		expect(agent.file("gw.pem")).toEqual(certificate);
		expect(agent.said("clock").at(-1)).toBe(
			"the machine slept for 10m; what has come due meanwhile is done now",
		);
		const { keys } = await vault.send("LIST", "sys/leases/lookup/database/creds/app");
		expect(keys).toHaveLength(1);
		expect(await agent.status()).toMatchObject({ state: "ready", token: { valid: true } });
	});

	test("with nothing over yet makes nothing anew, and replaces in time what nobody can renew", async () => {
		const stage = await running({
			token: LONG.token,
			lease: { default_ttl: "30m", max_ttl: "30m" },
		});
		const { agent, clock, since } = stage;
		const [, user] = filesOf(agent);
		const from = clock.outside.now();

		clock.suspend(10 * MINUTE);
		await agent.pass(MINUTE);
		const soon = asked(stage, from);
		await agent.passUntil(() => expect(agent.file("user.txt").text).not.toBe(user?.text), HOUR);

		expect(soon).toMatchObject({ logins: 0, credentials: 0, certificates: 0 });
		// Given when the agent was started, five minutes before; a tenth of it has to be left.
		expect(clock.outside.now() - (since - 5 * MINUTE)).toBeLessThanOrEqual(27 * MINUTE);
	});

	test("without Vault being there when it wakes catches up as soon as it is", async () => {
		const stage = await running({
			token: { token_ttl: "8m", token_max_ttl: "24h" },
			lease: { default_ttl: "9m", max_ttl: "24h" },
		});
		const { agent, clock, vault } = stage;
		const [, user] = filesOf(agent);
		const from = clock.outside.now();

		clock.suspend(10 * MINUTE);
		const heal = vault.server.faults.add({ kind: "cut" });
		await agent.pass(5 * MINUTE);
		const tried = agent.tried(from).length;
		heal();
		const tookMs = await agent.passUntil(
			() => expect(agent.file("user.txt").text).not.toBe(user?.text),
			3 * MINUTE,
		);

		expect(tried).toBeLessThan(100);
		expect(tookMs).toBeLessThan(12 * MINUTE);
		expect(asked(stage, from)).toMatchObject({ logins: 1, credentials: 1, certificates: 0 });
	});
});

describe("forty days at a mount that ends every token after thirty-two", () => {
	test.each([
		["an hour", { token_ttl: "1h" }, { logins: 2, daily: 40 }],
		["a day", { token_ttl: "24h" }, { logins: 2, daily: 2 }],
		["all that the mount gives", {}, { logins: 2, daily: 0.2 }],
		["a day, periodic", { token_period: "24h" }, { logins: 1, daily: 2 }],
		[
			"a day, periodic up to an explicit maximum",
			{ token_period: "24h", token_explicit_max_ttl: "768h" },
			{ logins: 2, daily: 2 },
		],
		["a day, as a batch token", { token_ttl: "24h", token_type: "batch" }, { logins: 62, daily: 2 }],
	])("with tokens of %s are walked through without a read that fails", async (_life, token, most) => {
		const days = 40;
		const fleet = new Fleet({
			size: 1,
			seed: {
				policies: { reader: POLICY },
				approles: { fleet: { ...FLEET_ROLE, token_policies: "reader", ...token } },
				secrets: { [OPENAI]: { api_key: "sk-1" } },
			},
			paths: [OPENAI],
			pollIntervalMs: HOUR / 2,
		});
		const from = fleet.clock.now();
		fleet.start();

		await fleet.clock.advance(days * DAY);

		const count = (path: RegExp) => fleet.arrivals(from, fleet.clock.now(), path).length;
		expect(fleet.vault.arrivals.filter(({ status }) => status !== 200)).toEqual([]);
		expect(count(/login/)).toBeGreaterThanOrEqual(most.logins === 1 ? 1 : 2);
		expect(count(/login/)).toBeLessThanOrEqual(most.logins);
		expect(count(/^auth\//) / days).toBeLessThanOrEqual(most.daily);
		expect(count(/llm/) / days).toBeCloseTo(48, -1);
	});
});
