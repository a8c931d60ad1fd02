import { describe, expect, onTestFinished, test } from "vitest";
import { tokenMethod, TokenSession } from "../../src/auth/mod.ts";
import { Secret } from "../../src/kernel/mod.ts";
import {
	type LeaseEvent,
	SecretReader,
	type SecretRequest,
	SecretStore,
	VaultLeases,
} from "../../src/secrets/mod.ts";
import { NodeVaultClient } from "../../src/vault/mod.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { RecordingLog } from "../support/recording-log.ts";
import { openVault, type Vault } from "../support/vault.ts";

const signal = new AbortController().signal;
const CREDS: SecretRequest = { kind: "read", path: "database/creds/app" };
const POLICY = `
path "database/creds/*" { capabilities = ["read"] }
path "database/static-creds/*" { capabilities = ["read"] }
path "secret/data/llm/*" { capabilities = ["read"] }
path "sys/leases/revoke" { capabilities = ["update"] }
`;

/** Small beside any lease: what is due is done in time, however slow the machine. */
const STEP_MS = 50;

/** A store on a server with a database, as a token that may read its credentials; both live by one virtual clock. */
async function open(role: Readonly<Record<string, string>>, policy = POLICY) {
	const clock = new FakeClock(Date.now());
	const vault = await openVault({ clock });
	vault.server.seed({ policies: { app: policy }, database: { roles: { app: role } } });
	const token = await tokenWith(vault, "app");
	const client = new NodeVaultClient({
		addresses: [vault.address],
		timeoutMs: 5000,
		tls: { rejectUnauthorized: true },
	});
	const files = { readFile: () => Promise.reject(new Error("none")), unlink: () => Promise.resolve() };
	const given = { token: { kind: "value", value: new Secret(token) } } as const;
	const session = new TokenSession({
		method: tokenMethod(given, { client, files, onCredential: () => {} }),
		client,
		clock,
		random: Math.random,
		backoff: { minMs: 50, maxMs: 1000 },
		log: new RecordingLog(),
		hide: () => () => {},
	});
	const events: LeaseEvent[] = [];
	const reader = new SecretReader({ client, tokens: session, clock });
	const store = new SecretStore({
		read: reader.read.bind(reader),
		leases: new VaultLeases({ client, tokens: session, clock, random: Math.random }),
		clock,
		random: Math.random,
		pollIntervalMs: 20,
		onLease: (event) => void events.push(event),
	});
	const stop = new AbortController();
	onTestFinished(() => {
		stop.abort(new Error("the test is over"));
		client.close();
	});
	/** Lets time pass, and does what is due, until this holds. */
	const until = async (holds: () => boolean) =>
		await eventually(async () => {
			await clock.advance(Math.min(store.untilDue(), STEP_MS));
			if (store.untilDue() === 0) await store.poll(stop.signal);
			expect(holds()).toBe(true);
		});
	const leases = async () => {
		const { keys } = await vault.send("LIST", "sys/leases/lookup/database/creds/app");
		return keys as readonly string[];
	};
	return { vault, store, events, until, leases };
}

async function tokenWith(vault: Vault, policy: string): Promise<string> {
	const reply = await fetch(`${vault.address}/v1/auth/token/create`, {
		method: "POST",
		headers: { "X-Vault-Token": vault.server.rootToken },
		body: JSON.stringify({ policies: [policy] }),
	});
	const { auth } = (await reply.json()) as { auth: { client_token: string } };
	return auth.client_token;
}

const userOf = (store: SecretStore) => {
	const finding = store.entry("database/creds/app")?.finding;
	return finding?.kind === "present" ? finding.view.fields["username"] : undefined;
};

describe("a credential with a lease", () => {
	test("is renewed, replaced at its maximum while the old one works, and revoked when it is let go", async () => {
		const { store, events, until, leases } = await open({ default_ttl: "2s", max_ttl: "3s" });
		await store.ensure([CREDS], signal);
		const first = userOf(store);

		await until(() => userOf(store) !== first);
		expect(events.map(({ kind }) => kind)).toContain("renewed");
		expect(store.retired).toHaveLength(1);
		expect(await leases()).toHaveLength(2);

		for (const { id } of store.retired) store.release(id);
		await until(() => events.some(({ kind }) => kind === "revoked"));
		expect(await leases()).toHaveLength(1);
	});

	test("is one for a hundred polls of a KV secret beside it", async () => {
		const { vault, store, until } = await open({ default_ttl: "1h" });
		vault.put("secret/data/llm/openai", { api_key: "sk-1" });
		await store.ensure([CREDS, { kind: "read", path: "secret/data/llm/openai" }], signal);

		await until(() => vault.count("secret/data/llm/openai") > 100);

		expect(vault.count("database/creds/app")).toBe(1);
	});

	test("that was revoked is found out when somebody asks; one that was not stays", async () => {
		const { vault, store } = await open({ default_ttl: "1h", max_ttl: "24h" });
		await store.ensure([CREDS], signal);
		const first = userOf(store);

		expect(await store.readAllAtOnce(signal)).toEqual([]);
		expect(userOf(store)).toBe(first);
		await vault.send("PUT", "sys/leases/revoke-prefix/database/creds/app");
		expect(await store.readAllAtOnce(signal)).toHaveLength(1);

		expect(userOf(store)).not.toBe(first);
		expect(vault.count("database/creds/app")).toBe(2);
	});

	test("that was revoked is replaced as soon as that is known", async () => {
		const { vault, store, events, until } = await open({ default_ttl: "2s", max_ttl: "1h" });
		await store.ensure([CREDS], signal);
		const first = userOf(store);
		await vault.send("PUT", "sys/leases/revoke-prefix/database/creds/app");

		await until(() => userOf(store) !== first);

		expect(events.map(({ kind }) => kind)).toEqual(["gone"]);
		expect(store.retired).toEqual([]);
	});

	test("whose renewal and revocation the policy forbids is replaced before it ends", async () => {
		const denied = `${POLICY.replace(/path "sys.*\n/, "")}path "sys/leases/renew" { capabilities = ["deny"] }\n`;
		const { store, events, until } = await open({ default_ttl: "2s", max_ttl: "1h" }, denied);
		await store.ensure([CREDS], signal);
		const first = userOf(store);

		await until(() => userOf(store) !== first);
		for (const { id } of store.retired) store.release(id);
		await until(() => events.some(({ kind }) => kind === "not revoked"));

		expect(events.filter(({ kind }) => kind === "not renewed")).toMatchObject([
			{ error: { code: "E_PERMISSION_DENIED" } },
		]);
	});
});
