import { X509Certificate } from "node:crypto";
import { statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { CREDS, openLeaseScene, OPENAI, textOf } from "./lease-scene.ts";

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
const RENEW = "sys/leases/renew";
const REVOKE = "sys/leases/revoke";
const LOGIN = "auth/approle/login";
const ISSUE = "pki/issue/gw";

describe("a child always has a credential that works", () => {
	test.for([
		{ ttl: "1h", max: "3h", maxMs: 3 * HOUR, spanMs: 8 * HOUR, leastMs: 6 * MINUTE },
		{ ttl: "1h", max: "1h", maxMs: HOUR, spanMs: 5 * HOUR, leastMs: 6 * MINUTE },
		{ ttl: "5m", max: "8m", maxMs: 8 * MINUTE, spanMs: HOUR, leastMs: 30 * SECOND },
		{ ttl: "2m", max: "2m", maxMs: 2 * MINUTE, spanMs: 20 * MINUTE, leastMs: 24 * SECOND },
	])("for leases of $ttl, $max at most: the next one comes before the end", async (row, { annotate }) => {
		const { ttl, max, maxMs, spanMs, leastMs } = row;
		const scene = await openLeaseScene({ lease: { default_ttl: ttl, max_ttl: max } });

		const broken = await scene.watch(spanMs, leastMs / 2);

		const [issued, revoked] = [scene.times("GET", CREDS), scene.times("PUT", REVOKE)];
		const overlaps = issued.slice(1).map((at, index) => (issued[index] ?? 0) + maxMs - at);
		await annotate(
			`${issued.length} credentials, ${scene.times("PUT", RENEW).length} renewals; left of the old one: ${overlaps.map((ms) => Math.round(ms / SECOND)).join(", ")} s`,
		);
		expect(broken).toEqual([]);
		expect(issued.length).toBeGreaterThan(2);
		// Vault says in whole seconds how long a lease lives.
		expect(Math.min(...overlaps)).toBeGreaterThan(leastMs - SECOND);
		await eventually(() => expect(scene.starts()).toHaveLength(issued.length));
		// Each of the old ones after the next was asked for, and before it would have ended by itself.
		for (const [index, at] of revoked.entries()) {
			expect(at).toBeGreaterThan(issued[index + 1] ?? Number.POSITIVE_INFINITY);
			expect(at).toBeLessThan((issued[index] ?? 0) + maxMs);
		}
		expect(revoked.length).toBeGreaterThanOrEqual(issued.length - 2);
		expect((await scene.live()).length).toBeLessThanOrEqual(2);
	});

	test.for([
		{ what: "tokens that are renewed up to a maximum", login: { token_ttl: "20m", token_max_ttl: "50m" } },
		{ what: "tokens that cannot be renewed", login: { token_ttl: "30m", token_max_ttl: "30m" } },
		{ what: "batch tokens", login: { token_type: "batch", token_ttl: "30m" } },
	])(
		"with $what: leases are replaced before their token ends, and nothing else is",
		async (row, { annotate }) => {
			const certificate = `{{#with (pkiCert "${ISSUE}" common_name="gw.example.internal" ttl="720h")}}{{Cert}}{{/with}}`;
			const key = {
				contents: `{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`,
				destination: "key",
				on_change: "restart",
			};
			const tls = { contents: certificate, destination: "tls.crt", format: "text", on_change: "restart" };
			const scene = await openLeaseScene({
				lease: { default_ttl: "24h", max_ttl: "240h" },
				login: row.login,
				settings: { templates: [key, tls] },
			});
			const states = () => ["key", "tls.crt"].map((name) => statSync(scene.place.at(name)).mtimeMs);
			const before = states();

			const broken = await scene.watch(3 * HOUR);

			const [logins, issued] = [scene.times("POST", LOGIN), scene.times("GET", CREDS)];
			await annotate(
				`${logins.length} logins, ${issued.length} credentials, ${scene.starts().length} starts`,
			);
			expect(broken).toEqual([]);
			expect(logins.length).toBeGreaterThanOrEqual(4);
			// One for each token, not for each renewal or read.
			expect(issued.length).toBeLessThanOrEqual(logins.length);
			expect(issued.length).toBeGreaterThanOrEqual(logins.length - 1);
			await eventually(() => expect(scene.starts()).toHaveLength(issued.length));
			expect(scene.times("POST", ISSUE)).toHaveLength(1);
			expect(states()).toEqual(before);
			expect(scene.times("GET", OPENAI).length).toBeLessThanOrEqual(3 * 12 * 1.1 + 2);
		},
	);
});

describe("a credential on loan", () => {
	test("that somebody took away is replaced when its renewal tells, and the child gets the next one", async () => {
		const { starts, live, revoke, times, watch, agent, clock } = await openLeaseScene();
		await watch(10 * MINUTE);
		await revoke(starts()[0] ?? "");
		const from = clock.now();

		while (times("GET", CREDS).length < 2 && clock.now() < from + HOUR) await agent.pass(10 * SECOND);

		const refused = agent.tried(from).find(({ path, status }) => path === RENEW && status === 400);
		expect(times("GET", CREDS)[1]).toBe(refused?.at); // at once, by the clock
		await eventually(() => expect(starts()).toHaveLength(2));
		expect(await live()).toEqual([starts()[1]]);
		expect(await watch(2 * HOUR)).toEqual([]);
		expect(agent.said("lease").filter((msg) => msg.includes("no longer knows"))).toHaveLength(1);
	});

	test("is asked for once in a hundred polls, fifty SIGHUPs and ten changes of a KV secret", async () => {
		const scene = await openLeaseScene({ lease: { default_ttl: "24h" }, settings: { poll_interval: "15s" } });
		const { agent, vault, times, starts, place } = scene;

		for (let change = 2; change <= 11; change++) {
			vault.put(OPENAI, { api_key: `sk-${change}` });
			for (let hup = 0; hup < 5; hup++) agent.signal("SIGHUP");
			await agent.pass(160 * SECOND);
		}

		expect(times("GET", OPENAI).length).toBeGreaterThan(100);
		expect(textOf(place.at("key"))).toBe("sk-11");
		expect(times("GET", CREDS)).toHaveLength(1);
		expect(starts()).toHaveLength(1);
		expect(times("POST", LOGIN)).toHaveLength(1);
	});

	test("is one for all that name the same path and parameters, and one more for each that differ", async () => {
		const issue = (name: string, ttl: string) =>
			`{{#with (pkiCert "${ISSUE}" common_name="${name}" ttl="${ttl}")}}{{Cert}}{{/with}}`;
		const file = (contents: string, destination: string) => ({ contents, destination, format: "text" });
		const user = `{{#secret "${CREDS}"}}{{username}}{{/secret}}`;
		const scene = await openLeaseScene({
			settings: {
				templates: [
					file(user, "a"),
					file(user, "b"),
					file(`{{#secret "database/creds/other"}}{{username}}{{/secret}}`, "c"),
					file(issue("gw.example.internal", "24h"), "1"),
					file(issue("gw.example.internal", "24h"), "2"),
					file(issue("gw.example.internal", "12h"), "3"),
				],
			},
		});
		const [a, b, one, two, three] = ["a", "b", "1", "2", "3"].map((name) => textOf(scene.place.at(name)));

		expect([a, one]).toEqual([b, two]);
		expect(three).not.toBe(one);
		expect(scene.times("GET", CREDS)).toHaveLength(1);
		expect(scene.times("GET", "database/creds/other")).toHaveLength(1);
		expect(scene.times("POST", ISSUE)).toHaveLength(2);
	});

	test("whose maximum comes while Vault is away works to its end, and is replaced when Vault is back", async ({
		annotate,
	}) => {
		const scene = await openLeaseScene({ lease: { default_ttl: "1h", max_ttl: "1h" } });
		const { agent, vault, times, starts, watch, clock } = scene;
		expect(await watch(35 * MINUTE)).toEqual([]);
		const back = vault.server.faults.add({ kind: "status", status: 503 }, { path: CREDS });
		const from = clock.now();
		await agent.pass(20 * MINUTE);
		const tried = agent.tried(from).filter(({ path }) => path === CREDS);
		expect(starts()).toHaveLength(1);

		back();
		const ms = await agent.passUntil(() => expect(times("GET", CREDS)).toHaveLength(2), 2 * MINUTE);
		await eventually(() => expect(starts()).toHaveLength(2));

		await annotate(`${tried.length} tries in the 20 minutes of the fault; replaced ${ms} ms after it`);
		expect(tried.length).toBeLessThanOrEqual(60);
		expect(ms).toBeLessThanOrEqual(MINUTE);
		expect(await watch(HOUR)).toEqual([]);
	});
});

test("a certificate is made anew at nine tenths of its life, and by no token, renewal or poll", async () => {
	const contents = `{{#with (pkiCert "${ISSUE}" common_name="gw.example.internal" ttl="48h")}}{{Cert}}{{/with}}`;
	const scene = await openLeaseScene({
		lease: { default_ttl: "24h", max_ttl: "720h" },
		login: { token_ttl: "1h", token_max_ttl: "5h" },
		settings: { poll_interval: "30m", templates: [{ contents, destination: "tls.crt", format: "text" }] },
	});
	const made = () => new X509Certificate(textOf(scene.place.at("tls.crt")) ?? "").validTo;
	const first = made();

	await scene.agent.pass(40 * HOUR);
	expect([scene.times("POST", ISSUE).length, made()]).toEqual([1, first]);
	expect(scene.times("POST", LOGIN).length).toBeGreaterThan(8);
	await scene.agent.pass(4 * HOUR);

	const [at = 0, again = 0] = scene.times("POST", ISSUE);
	expect(scene.times("POST", ISSUE)).toHaveLength(2);
	expect((again - at) / (48 * HOUR)).toBeGreaterThanOrEqual(0.88);
	expect((again - at) / (48 * HOUR)).toBeLessThanOrEqual(0.9);
	expect(made()).not.toBe(first);
});
