import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grantReply, reply } from "../../test/support/fake-vault.ts";
import { secretsBench } from "../../test/support/secrets-bench.ts";
import { type JsonValue, parseJson, Secret } from "../kernel/mod.ts";
import type { JsonObject } from "../vault/mod.ts";
import { handedSecret } from "./mod.ts";

const [MINUTE, HOUR] = [60_000, 3_600_000];
const CREDS = { path: "database/creds/app" };
const PKI = { path: "pki/issue/gw", parameters: { common_name: "gw", alt: ["a", "b"] } };

/** An object as a reply brings it. */
const json = fc
	.dictionary(
		fc.string(),
		fc.oneof(
			fc.jsonValue(),
			fc.constantFrom("12345678901234567890", "1.10").map((digits) => parseJson(digits)),
		),
	)
	.map((object) => parseJson(JSON.stringify(object)) as JsonObject);

describe("a credential that is handed over", () => {
	test("is not read again, and goes on by its own lease", async () => {
		const { ensure, watch, tokens, successor, store, vault, database, clock } = secretsBench();
		await ensure(CREDS);
		await watch(20 * MINUTE);
		const before = store.entry(CREDS.path);

		const next = await successor(tokens.current, 5 * MINUTE);
		await next.ensure(CREDS);

		const after = next.store.entry(CREDS.path);
		expect(after).toMatchObject({ clock: "lease", readAt: before?.readAt, finding: before?.finding });
		expect(after?.lease).toMatchObject({ endsAt: before?.lease?.endsAt, termMs: HOUR, renewable: true });
		const takenAt = clock.now();
		await next.watch(35 * MINUTE);
		const [renewal] = vault.to("sys/leases/renew");
		expect(renewal?.body).toEqual({ lease_id: "database/creds/app/1", increment: 3600 });
		expect((renewal?.at ?? 0) - takenAt).toBeGreaterThan(0.6 * 35 * MINUTE);
		expect((renewal?.at ?? 0) - takenAt).toBeLessThan(0.7 * 35 * MINUTE);
		expect(database.issued).toHaveLength(1);
	});

	test("near its maximum is replaced in time, and the old one stays alive", async () => {
		const { ensure, watch, tokens, successor, database } = secretsBench({ maxMs: 3 * HOUR });
		await ensure(CREDS);
		await watch(2.5 * HOUR);

		const next = await successor(tokens.current);
		await next.ensure(CREDS);
		await next.watch(0.45 * HOUR);

		const [old, fresh] = database.issued;
		expect(database.issued).toHaveLength(2);
		expect((old?.at ?? 0) + 3 * HOUR - (fresh?.at ?? 0)).toBeGreaterThanOrEqual(0.1 * HOUR);
		expect(next.store.retired.map(({ id }) => id)).toEqual(["database/creds/app/1"]);
	});

	test("that has ended meanwhile is read anew", async () => {
		const { ensure, tokens, successor, database } = secretsBench();
		await ensure(CREDS);

		const next = await successor(tokens.current, HOUR);
		await next.ensure(CREDS);

		expect(database.issued).toHaveLength(2);
		expect(next.store.entry(CREDS.path)?.lease?.id).toBe("database/creds/app/2");
	});

	test("ends with the token that comes along, before whose end another one is there", async () => {
		const { ensure, tokens, clock, successor, database } = secretsBench();
		await ensure(CREDS);
		const [token, end] = [tokens.current, clock.now() + 30 * MINUTE];

		const next = await successor(token, MINUTE);
		await next.ensure(CREDS);
		tokens.replace("t2", end);
		await next.watch(29 * MINUTE);

		expect(next.store.needs(token)).toBe(true);
		expect(database.issued.map(({ token: name }) => name)).toEqual(["t1", "t2"]);
	});

	test("of another token stays behind", async () => {
		const { ensure, store, clock } = secretsBench();
		await ensure(CREDS);

		expect(store.legacy({ at: clock.now(), token: new Secret("t2") })).toEqual([]);
	});

	test("is handed over once more by who has taken it", async () => {
		const { ensure, tokens, clock, successor, store } = secretsBench();
		await ensure(CREDS);
		const first = store.legacy({ at: clock.now(), token: tokens.current });

		const next = await successor(tokens.current);
		await next.ensure(CREDS);

		expect(next.store.legacy({ at: clock.now(), token: tokens.current })).toEqual(first);
	});
});

describe("what was made for an agent", () => {
	test("is made for the next one where that asks for something else, and only there", async () => {
		const { ensure, serve, tokens, successor, vault } = secretsBench();
		serve(() => reply({ data: { certificate: "PEM", expiration: 4e9 } }));
		await ensure(PKI);

		const next = await successor(tokens.current);
		await next.ensure({ path: PKI.path, parameters: { alt: ["a", "b"], common_name: "gw" } });
		expect(vault.to(PKI.path)).toHaveLength(1);
		await next.ensure({ path: PKI.path, parameters: { common_name: "other" } });

		expect(vault.to(PKI.path)).toHaveLength(2);
	});

	test("is made anew at nine tenths of its life, whoever has it then", async () => {
		const { ensure, watch, serve, tokens, successor, vault, clock } = secretsBench();
		serve(() => reply({ data: { certificate: "PEM", expiration: (clock.now() + 10 * HOUR) / 1000 } }));
		await ensure(PKI);
		const madeAt = clock.now();
		await watch(5 * HOUR);

		const next = await successor(tokens.current, HOUR);
		await next.ensure(PKI);
		await next.watch(3.5 * HOUR);

		const [, again] = vault.to(PKI.path);
		expect(vault.to(PKI.path)).toHaveLength(2);
		expect((again?.at ?? 0) - madeAt).toBeGreaterThanOrEqual(8.8 * HOUR);
		expect((again?.at ?? 0) - madeAt).toBeLessThanOrEqual(9 * HOUR);
	});

	test("is the token that it is for the next one, too", async () => {
		const { ensure, tokens, successor, serve, vault } = secretsBench();
		const made = { path: "auth/token/create", parameters: { policies: "reader" } };
		serve(() => grantReply("hvs.made"));
		await ensure(made);

		const next = await successor(tokens.current);
		await next.ensure(made);

		expect(next.store.entries()[0]?.finding).toMatchObject({ view: { auth: { client_token: "hvs.made" } } });
		expect(vault.to("auth/token/create")).toHaveLength(1);
	});

	test("goes over with every digit and every name as it was", async () => {
		await fc.assert(
			fc.asyncProperty(json, json, async (data, parameters) => {
				const { ensure, serve, tokens, clock, store } = secretsBench();
				serve(() => reply({ data }));
				await ensure({ path: "transit/encrypt/k", parameters });
				const handing = { at: clock.now(), token: tokens.current };

				const [one] = parseJson(JSON.stringify(store.legacy(handing))) as readonly JsonValue[];
				const handed = handedSecret(one ?? null, handing);

				expect(JSON.stringify(handed?.view.fields)).toBe(JSON.stringify(data));
				expect(JSON.stringify(handed?.request.parameters)).toBe(JSON.stringify(parameters));
			}),
			{ numRuns: 30, examples: [[{}, parseJson('{"__proto__":{"x":1}}') as JsonObject]] },
		);
	});
});

test("what is the same at every read is not handed over", async () => {
	const { ensure, serve, tokens, clock, store } = secretsBench();
	const metadata = { version: 1, created_time: "2026-11-21T12:00:00Z", deletion_time: "" };
	serve(({ method }) =>
		method === "LIST" ? reply({ data: { keys: ["a"] } }) : reply({ data: { data: { key: "v1" }, metadata } }),
	);
	await ensure(
		{ path: "secret/data/a" },
		{ path: "secret/data/a", version: 1 },
		{ kind: "list", path: "secret/metadata/x" },
		{ path: "secret/data/a", version: -1 },
	);

	expect(store.legacy({ at: clock.now(), token: tokens.current })).toEqual([]);
});

test.each([null, "text", {}, { request: { path: "x" } }, { request: {}, view: {} }])(
	"nothing is taken out of %j",
	(data) => {
		expect(handedSecret(data, { at: 0, token: new Secret("t1") })).toBeUndefined();
	},
);
