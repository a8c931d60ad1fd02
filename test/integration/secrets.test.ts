import { describe, expect, onTestFinished, test } from "vitest";
import { approleMethod, TokenSession } from "../../src/auth/mod.ts";
import { Secret, systemClock } from "../../src/kernel/mod.ts";
import { SecretReader, type SecretRequest, SecretStore, VaultLeases } from "../../src/secrets/mod.ts";
import { NodeVaultClient } from "../../src/vault/mod.ts";
import { eventually } from "../support/eventually.ts";
import { json, loopback, secret } from "../support/loopback.ts";
import { RecordingLog } from "../support/recording-log.ts";
import { openVault, type Vault } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const PREFLIGHT = "sys/internal/ui/mounts/";
const signal = new AbortController().signal;

interface Options {
	readonly namespace?: string;
	readonly loginNamespace?: string;
	readonly pollIntervalMs?: number;
}

/** Login, reader and store against a server on loopback. */
function open(
	vault: Pick<Vault, "address" | "roleId" | "secretId">,
	{ namespace, loginNamespace, pollIntervalMs = 20 }: Options = {},
) {
	const log = new RecordingLog();
	const clock = systemClock;
	const client = new NodeVaultClient({
		addresses: [vault.address],
		timeoutMs: 5000,
		tls: { rejectUnauthorized: true },
		...(namespace !== undefined && { namespace }),
	});
	const stop = new AbortController();
	const files = { readFile: () => Promise.reject(new Error("none")), unlink: () => Promise.resolve() };
	const session = new TokenSession({
		method: approleMethod(
			{
				mountPath: "auth/approle",
				roleId: { kind: "value", value: new Secret(vault.roleId) },
				secretId: { kind: "value", value: new Secret(vault.secretId) },
				removeSecretIdFile: true,
				...(loginNamespace !== undefined && { namespace: loginNamespace }),
			},
			{ client, files, log, onCredential: () => {} },
		),
		client,
		clock,
		random: Math.random,
		backoff: { minMs: 50, maxMs: 1000 },
		log,
		hide: () => () => {},
	});
	const kept = session.keepAlive(stop.signal);
	onTestFinished(async () => {
		stop.abort(new Error("the test is over"));
		await kept;
		client.close();
	});
	const reader = new SecretReader({ client, tokens: session, clock });
	const store = new SecretStore({
		read: async (request, abort) => await reader.read(request, abort),
		leases: new VaultLeases({ client, tokens: session, clock, random: Math.random }),
		clock,
		random: Math.random,
		pollIntervalMs,
	});
	const read = (path: string, over: Partial<SecretRequest> = {}) =>
		reader.read({ kind: "read", path, ...over }, signal);
	return { client, log, session, store, read };
}

describe("a KV v2 secret", () => {
	test("is read with its version, also by the path without data/, and pinned", async () => {
		const vault = await openVault();
		vault.put(OPENAI, { api_key: "sk-1" });
		vault.put(OPENAI, { api_key: "sk-2" });
		const { read } = open(vault);

		const newest = { kind: "present", view: { version: 2, fields: { api_key: "sk-2" } } };
		expect(await read(OPENAI)).toMatchObject(newest);
		expect(await read("secret/llm/openai")).toMatchObject(newest);
		expect(await read(OPENAI, { version: 1 })).toMatchObject({
			view: { version: 1, fields: { api_key: "sk-1" } },
		});
		expect(await read(OPENAI, { version: 9 })).toMatchObject({ kind: "absent", reason: "missing" });
		expect(vault.count(PREFLIGHT)).toBe(1);
	});

	test("is deleted, undeleted, destroyed, removed whole and made anew", async () => {
		const vault = await openVault();
		const { store } = open(vault);
		const seen = async () => {
			await store.readAllAtOnce(signal);
			const finding = store.entry(OPENAI)?.finding;
			return finding?.kind === "present"
				? `v${finding.view.version}`
				: `${finding?.reason} ${finding?.version}`;
		};
		vault.put(OPENAI, { api_key: "sk-1" });
		vault.put(OPENAI, { api_key: "sk-2" });
		await store.ensure([{ kind: "read", path: OPENAI }], signal);

		const states = [await seen()];
		for (const [method, path, body] of [
			["DELETE", "data", undefined],
			["POST", "undelete", { versions: [2] }],
			["PUT", "destroy", { versions: [2] }],
			["DELETE", "metadata", undefined],
		] as const) {
			await vault.send(method, `secret/${path}/llm/openai`, body);
			states.push(await seen());
		}
		vault.put(OPENAI, { api_key: "sk-new" });
		states.push(await seen());

		expect(states).toEqual(["v2", "deleted 2", "v2", "destroyed 2", "missing undefined", "v1"]);
	});

	test("with a deletion time to come is there until that time has come", async () => {
		const vault = await openVault();
		await vault.send("POST", "secret/metadata/llm/openai", { delete_version_after: "1500ms" });
		vault.put(OPENAI, { api_key: "sk-1" });
		const { read } = open(vault);

		expect(await read(OPENAI)).toMatchObject({ kind: "present", view: { version: 1 } });
		await eventually(async () =>
			expect(await read(OPENAI)).toMatchObject({ kind: "absent", reason: "deleted" }),
		);
	});

	test("is listed by the names below a path", async () => {
		const vault = await openVault();
		for (const name of ["b", "a", "deep/er"]) vault.put(`secret/data/llm/${name}`, { x: "y" });
		const { read } = open(vault);

		const names = { kind: "present", view: { fields: { keys: ["a", "b", "deep/"] } } };
		expect(await read("secret/metadata/llm", { kind: "list" })).toMatchObject(names);
		expect(await read("secret/llm", { kind: "list" })).toMatchObject(names);
	});

	test("keeps numbers with their digits", async () => {
		const vault = await openVault();
		await fetch(`${vault.address}/v1/${OPENAI}`, {
			method: "POST",
			headers: { "X-Vault-Token": vault.server.rootToken },
			body: '{"data":{"big":12345678901234567890,"price":1.10}}',
		});
		const { read } = open(vault);

		const finding = await read(OPENAI);

		expect(JSON.stringify(finding)).toContain('"big":12345678901234567890');
		expect(JSON.stringify(finding)).toContain('"price":1.10');
	});
});

test("a KV v1 secret is read at its path, after one question about its mount", async () => {
	const vault = await openVault();
	vault.put("kv/llm/openai", { api_key: "sk-1" });
	const { read } = open(vault);

	for (let n = 0; n < 3; n++)
		expect(await read("kv/llm/openai")).toMatchObject({
			view: { kind: "plain", fields: { api_key: "sk-1" } },
		});
	expect(await read("kv/llm/none")).toMatchObject({ kind: "absent", reason: "missing" });
	expect(vault.count(PREFLIGHT)).toBe(1);
});

test("a name that holds /data/ is found on a KV v2 mount, in a bounded number of requests", async () => {
	const vault = await openVault();
	vault.put("secret/data/llm/data/openai", { api_key: "sk-1" });
	vault.server.seed({ policies: { reader: 'path "secret/*" { capabilities = ["read", "list"] }' } });
	const { read } = open(vault);

	expect(await read("secret/llm/data/openai")).toMatchObject({
		view: { path: "secret/data/llm/data/openai", fields: { api_key: "sk-1" } },
	});
	expect(vault.server.requests.total).toBeLessThan(12);
});

describe("a mount question that is not answered", () => {
	test("because it is denied leaves the path as it stands", async () => {
		const vault = await openVault();
		vault.put("kv/llm/openai", { api_key: "sk-1" });
		vault.server.faults.add(
			{ kind: "status", status: 403, body: { errors: ["preflight capability check returned 403"] } },
			{ path: `${PREFLIGHT}*` },
		);
		const { read } = open(vault);

		for (let n = 0; n < 5; n++)
			expect(await read("kv/llm/openai")).toMatchObject({ view: { fields: { api_key: "sk-1" } } });

		expect(vault.count(PREFLIGHT)).toBe(1);
		expect(vault.count("auth/approle/login")).toBe(1);
	});

	test.each([{ kind: "cut" }, { kind: "half" }, { kind: "html" }, { kind: "status", status: 500 }] as const)(
		"because of a fault is asked again, and nothing is concluded from it: %j",
		async (fault) => {
			const vault = await openVault();
			vault.put(OPENAI, { api_key: "sk-1" });
			vault.server.faults.add(fault, { path: `${PREFLIGHT}*`, count: 1 });
			const { read } = open(vault);

			await expect(read("secret/llm/openai")).rejects.toMatchObject({ remedy: "retry" });

			expect(await read("secret/llm/openai")).toMatchObject({ view: { path: OPENAI } });
		},
	);
});

test("every request carries a namespace: login, renewal and look-up that of the login, the others their own", async () => {
	const answers: Record<string, ReturnType<typeof json>> = {
		"auth/approle/login": grant(2),
		"auth/token/renew-self": grant(3600),
		"sys/internal/ui/mounts/secret/x": secret({ path: "secret/", type: "kv", options: { version: "2" } }),
		"secret/data/denied": json({ errors: ["permission denied"] }, 403),
	};
	const server = await loopback((response, seen) => {
		(answers[seen.url.slice("/v1/".length)] ?? secret({ x: "y" }))(response, seen);
	});
	const { read } = open(
		{ address: server.address, roleId: "role", secretId: "sid" },
		{ namespace: "team-a", loginNamespace: "admin" },
	);

	await read("secret/x");
	await read("secret/metadata", { kind: "list" });
	await expect(read("secret/data/denied")).rejects.toMatchObject({ code: "E_PERMISSION_DENIED" });
	await eventually(() => expect(server.seen.map(({ url }) => url)).toContain("/v1/auth/token/renew-self"));

	const sent = server.seen.map(({ method, url, headers }) => [
		`${method} ${url.slice("/v1/".length)}`,
		headers["x-vault-namespace"],
	]);
	expect(Object.fromEntries(sent)).toEqual({
		"POST auth/approle/login": "admin",
		"GET sys/internal/ui/mounts/secret/x": "team-a",
		"GET secret/data/x": "team-a",
		"LIST secret/metadata": "team-a",
		"GET secret/data/denied": "team-a",
		"GET auth/token/lookup-self": "admin",
		"POST auth/token/renew-self": "admin",
	});
});

function grant(seconds: number) {
	const auth = {
		client_token: "hvs.t",
		accessor: "a",
		lease_duration: seconds,
		renewable: true,
		policies: [],
	};
	return json({ request_id: "r-1", auth });
}

describe("a token that is revoked", () => {
	test("is replaced by one login, and every read goes on without an error", async () => {
		const vault = await openVault();
		const paths = ["a", "b", "c", "d"].map((name) => `secret/data/llm/${name}`);
		for (const path of paths) vault.put(path, { x: "1" });
		const { store, session } = open(vault);
		await store.ensure(
			paths.map((path) => ({ kind: "read" as const, path })),
			signal,
		);

		await vault.send("POST", "auth/token/revoke", { token: (await session.token(signal)).reveal() });
		const changes = await store.readAllAtOnce(signal);

		expect(changes).toEqual([]);
		expect(store.entries().map(({ error }) => error)).toEqual([undefined, undefined, undefined, undefined]);
		expect(vault.count("auth/approle/login")).toBe(2);
		expect(vault.count("auth/token/lookup-self")).toBe(1);
	});
});

test("a sealed Vault is an outage, and over with the unsealing", async () => {
	const vault = await openVault();
	vault.put(OPENAI, { api_key: "sk-1" });
	const { store } = open(vault);
	await store.ensure([{ kind: "read", path: OPENAI }], signal);

	await vault.send("PUT", "sys/seal");
	await store.readAllAtOnce(signal);
	expect(store.entry(OPENAI)).toMatchObject({
		finding: { kind: "present" },
		error: { code: "E_VAULT_SEALED", remedy: "retry" },
	});

	await vault.send("PUT", "sys/unseal", { key: vault.server.unsealKey });
	await store.readAllAtOnce(signal);
	expect(store.entry(OPENAI)?.error).toBeUndefined();
});
