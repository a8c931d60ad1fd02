import { describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { openStage, type Stage } from "../support/whole-agent.ts";
import { keyFile, MINUTE, mostPerMinute, OPENAI, openScene } from "./vault-scene.ts";

/** What passes by itself, in all its forms. */
const PASSING = [
	{ kind: "cut" },
	{ kind: "cut", afterwards: true },
	{ kind: "half" },
	{ kind: "html" },
	{ kind: "html", status: 502 },
	{ kind: "garbage" },
	{ kind: "status", status: 412 },
	{ kind: "status", status: 429 },
	{ kind: "status", status: 500 },
	{ kind: "status", status: 503, body: { errors: ["Vault is sealed"] } },
] as const;

const POLICY = `
path "secret/*" { capabilities = ["read", "list"] }
path "database/creds/app" { capabilities = ["read"] }
path "sys/leases/renew" { capabilities = ["update"] }
`;

const DATABASE_FILE = {
	contents: '{{#secret "database/creds/app"}}USER={{username}}{{/secret}}',
	destination: "database.env",
	on_change: "none",
};
const LIST_FILE = {
	contents: '{{#each (secrets "secret/metadata/llm")}}{{this}} {{/each}}',
	destination: "list.txt",
	on_change: "none",
};

/** A server where every kind of request is made within a few minutes. */
async function openBusyStage(): Promise<Stage> {
	const stage = await openStage();
	const { vault } = stage;
	vault.server.seed({
		policies: { reader: POLICY },
		database: { roles: { app: { default_ttl: "10m", max_ttl: "240h" } } },
	});
	await vault.send("POST", "auth/approle/role/gateway", { token_policies: ["reader"], token_ttl: "10m" });
	return stage;
}

/** Longest time until all is well after a fault: the longest pause of a path, and of a login. */
const BACK_MS = 6 * MINUTE;

describe("the same fault is met in the same way by", () => {
	test.for([
		{ operation: "a read", path: OPENAI },
		{ operation: "a list", path: "secret/metadata/llm*" },
		{ operation: "a login", path: "auth/approle/login", isRevoked: true },
		{ operation: "the renewal of a token", path: "auth/token/renew-self" },
		{ operation: "the renewal of a lease", path: "sys/leases/renew" },
		{ operation: "the question about a token", path: "auth/token/lookup-self", isRevoked: true },
	])("$operation", async ({ path, isRevoked = false }, { annotate }) => {
		const stage = await openBusyStage();
		const templates = [keyFile(OPENAI, "openai.env"), keyFile(OPENAI, "azure.env"), DATABASE_FILE, LIST_FILE];
		const scene = await openScene({ stage, settings: { templates } });
		const { agent, vault, clock, had } = scene;
		const before = await had();
		const from = clock.now();

		for (const fault of PASSING) {
			const end = vault.server.faults.add(fault, { path });
			const { accessor } = (await agent.status()).token;
			if (isRevoked) await vault.send("POST", "auth/token/revoke-accessor", { accessor });
			await agent.pass(8 * MINUTE);
			end();
			await agent.passUntil(async () => expect((await agent.status()).state).toBe("ready"), BACK_MS);
		}

		const most = mostPerMinute(agent.tried(from));
		await annotate(`${most} requests in the worst minute of ${PASSING.length} faults`);
		expect(most).toBeLessThanOrEqual(40);
		expect(await had()).toEqual(before);
		expect(scene.signals()).toBe(0);
	});
});

describe("a start waits out", () => {
	const WITHOUT_DATA = { ...keyFile("secret/llm/openai", "openai.env"), on_change: "none" };

	test.for([
		{ what: "a login", path: "auth/approle/login" },
		{ what: "the question about a mount", path: "sys/internal/ui/mounts*" },
		{ what: "a read", path: OPENAI },
		{ what: "a credential", path: "database/creds/app" },
	])("every fault of $what", async ({ path }, { annotate }) => {
		const stage = await openBusyStage();
		const { vault, clock } = stage;
		vault.put(OPENAI, { api_key: "sk-1" });
		let most = 0;

		for (const fault of PASSING) {
			const end = vault.server.faults.add(fault, { path });
			const from = clock.now();
			const agent = stage.start({ templates: [WITHOUT_DATA, DATABASE_FILE] });
			await eventually(async () => {
				await agent.pass(0);
				expect(agent.said("waiting")).toHaveLength(1);
			});
			await agent.pass(2 * MINUTE);
			end();
			await agent.passUntil(async () => expect((await agent.status()).ready).toBe(true), MINUTE);

			expect(agent.file("openai.env").text).toBe("KEY=sk-1");
			most = Math.max(most, mostPerMinute(agent.tried(from)));
			agent.signal("SIGTERM");
			expect(await agent.ended).toBe(0);
		}

		await annotate(`${most} requests in the worst minute`);
		expect(most).toBeLessThanOrEqual(25);
	});
});
