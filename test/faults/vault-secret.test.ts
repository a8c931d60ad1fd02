import { describe, expect, test } from "vitest";
import { openStage, type Tried } from "../support/whole-agent.ts";
import { AZURE, keyFile, MINUTE, mostPerMinute, OPENAI, openScene, type Scene } from "./vault-scene.ts";

/** How long a fault lasts. */
const LASTS_MS = 30 * MINUTE;

/** Two polls, at the least. */
const SEEN_MS = 35_000;

const to = (tried: readonly Tried[], path: string) => tried.filter((request) => request.path === path);

/** Reads of the secret that nothing is wrong with, beyond those of the poll. */
function extraReads({ agent }: Scene, path: string, { since, ms }: { since: number; ms: number }): number {
	return to(agent.tried(since), path).length - Math.ceil(ms / (0.9 * 15_000)) - 1;
}

describe("a secret whose newest version", () => {
	test.for([
		{ what: "was deleted", take: ["DELETE", "secret/data/llm/openai"], says: /is deleted|was deleted/ },
		{
			what: "was destroyed",
			take: ["PUT", "secret/destroy/llm/openai", { versions: [1] }],
			says: /destroyed/,
		},
		{ what: "was removed whole", take: ["DELETE", "secret/metadata/llm/openai"], says: /no secret is at/ },
	] as const)("$what keeps its file, and the next one is taken", async ({ take, says }, { annotate }) => {
		const scene = await openScene();
		const { agent, vault, had, clock } = scene;
		const before = await had();
		const from = clock.now();
		const [method, path, body] = take;

		await vault.send(method, path, body);
		await agent.pass(LASTS_MS);

		const most = mostPerMinute(agent.tried(from));
		await annotate(`${most} requests in the worst minute`);
		expect(most).toBeLessThanOrEqual(14); // the poll, and one round more when the change was seen
		expect((await agent.status()).state).toBe("degraded");
		expect(agent.said("render failed")).toEqual([expect.stringMatching(says)]);
		expect(agent.said("render failed")[0]).toContain("its last good version stays");
		expect(await had()).toEqual(before);

		vault.put(OPENAI, { api_key: "sk-2" });
		await agent.passUntil(() => expect(agent.file("openai.env").text).toBe("KEY=sk-2"), 17_500);
		expect((await agent.status()).state).toBe("ready");
		expect(scene.signals()).toBe(1);
	});

	test("was deleted and restored is as it was: nothing is written and nobody told", async () => {
		const scene = await openScene();
		const { agent, vault, had } = scene;
		const before = await had();
		await vault.send("DELETE", "secret/data/llm/openai");
		await agent.pass(SEEN_MS);
		expect((await agent.status()).state).toBe("degraded");

		await vault.send("POST", "secret/undelete/llm/openai", { versions: [1] });
		await agent.pass(SEEN_MS);

		expect((await agent.status()).state).toBe("ready");
		expect(await had()).toEqual(before);
		expect(scene.signals()).toBe(0);
	});

	test("lacks a field keeps its file until it has it", async () => {
		const scene = await openScene();
		const { agent, vault, had } = scene;
		const before = await had();
		vault.put(OPENAI, { renamed: "sk-2" });
		await agent.pass(LASTS_MS);

		expect(await agent.status()).toMatchObject({
			state: "degraded",
			files: [{ state: "kept", last_error: { code: "E_FIELD_MISSING" } }, { state: "current" }],
		});
		expect(agent.said("render failed")).toHaveLength(1);
		expect(await had()).toEqual(before);

		vault.put(OPENAI, { api_key: "sk-3" });
		await agent.passUntil(() => expect(agent.file("openai.env").text).toBe("KEY=sk-3"), 17_500);
	});
});

describe("a replica", () => {
	test("that lags behind is not believed: the newer value stays, and it is asked ever more seldom", async ({
		annotate,
	}) => {
		const scene = await openScene();
		const { agent, vault, clock } = scene;
		const old = await reading(scene);
		vault.put(OPENAI, { api_key: "sk-2" });
		await agent.passUntil(() => expect(agent.file("openai.env").text).toBe("KEY=sk-2"), 17_500);
		const before = await scene.had();
		const from = clock.now();

		const end = vault.server.faults.add({ kind: "status", status: 200, body: old }, { path: OPENAI });
		await agent.pass(LASTS_MS);

		const late = mostPerMinute(to(agent.tried(from + MINUTE), OPENAI));
		await annotate(`${late} reads of it in the worst minute but the first`);
		expect(late).toBeLessThanOrEqual(6);
		expect(await scene.had()).toEqual(before);
		expect((await agent.status()).secrets.find(({ path }) => path === OPENAI)?.version).toBe(2);
		expect(agent.said("rotation")).toHaveLength(1);

		end();
		vault.put(OPENAI, { api_key: "sk-3" });
		await agent.passUntil(() => expect(agent.file("openai.env").text).toBe("KEY=sk-3"), MINUTE);
	});

	test("and a current one that take turns show no value that goes to and fro", async () => {
		const scene = await openScene();
		const { agent, vault } = scene;
		const old = await reading(scene);
		vault.put(OPENAI, { api_key: "sk-2" });
		await agent.passUntil(() => expect(agent.file("openai.env").text).toBe("KEY=sk-2"), 17_500);

		for (let turn = 0; turn < 20; turn++) {
			const end = vault.server.faults.add({ kind: "status", status: 200, body: old }, { path: OPENAI });
			await agent.pass(17_000);
			end();
			await agent.pass(17_000);
		}

		expect(agent.said("rotation")).toHaveLength(1);
		expect(agent.file("openai.env").text).toBe("KEY=sk-2");
		expect(scene.signals()).toBe(1);
	});

	/** What Vault says of the secret now, word for word. */
	async function reading({ vault }: Scene): Promise<unknown> {
		const reply = await fetch(`${vault.address}/v1/${OPENAI}`, {
			headers: { "X-Vault-Token": vault.server.rootToken },
		});
		return await reply.json();
	}
});

describe("a policy", () => {
	const WHOLE = 'path "secret/data/llm/*" { capabilities = ["read"] }';
	const AZURE_ALONE = `path "${AZURE}" { capabilities = ["read"] }`;

	test.for([
		{ what: "for one secret", policy: AZURE_ALONE },
		{ what: "for all secrets", policy: 'path "nothing" { capabilities = ["read"] }' },
	])(
		"$what that is taken away keeps the files; given back, it is used again by itself",
		async ({ policy }, { annotate }) => {
			const scene = await openScene();
			const { agent, vault, had, clock } = scene;
			const before = await had();
			const from = clock.now();
			vault.server.seed({ policies: { reader: policy } });
			vault.put(OPENAI, { api_key: "sk-2" });

			await agent.pass(LASTS_MS);

			const tried = agent.tried(from);
			const lookups = to(tried, "auth/token/lookup-self");
			const refused = to(tried, OPENAI).filter(({ status }) => status === 403);
			const late = refused.filter(({ at }) => at > from + 2 * MINUTE);
			await annotate(
				`${refused.length} refused reads of it, ${mostPerMinute(late)} in the worst minute after the second; ` +
					`${mostPerMinute(lookups)} look-ups a minute, no login`,
			);
			expect(mostPerMinute(late)).toBeLessThanOrEqual(8);
			expect(mostPerMinute(lookups)).toBeLessThanOrEqual(2); // one a minute, at either end of it
			expect(to(tried, "auth/approle/login")).toEqual([]);
			expect((await agent.status()).state).toBe("degraded");
			expect(await had()).toEqual(before);
			expect(agent.said("read failed")[0]).toContain(`permission denied on ${OPENAI} (403)`);

			vault.server.seed({ policies: { reader: WHOLE } });
			const backMs = await agent.passUntil(
				() => expect(agent.file("openai.env").text).toBe("KEY=sk-2"),
				MINUTE,
			);
			await annotate(`back after ${backMs} ms`);
			await agent.passUntil(async () => expect((await agent.status()).state).toBe("ready"), MINUTE);
			expect((await had()).azure).toEqual(before.azure);
		},
	);

	test("for one secret that is taken away costs no request on another", async () => {
		const scene = await openScene();
		const { agent, vault, clock } = scene;
		vault.server.seed({ policies: { reader: AZURE_ALONE } });
		const since = clock.now();

		await agent.pass(LASTS_MS);

		expect(extraReads(scene, AZURE, { since, ms: LASTS_MS })).toBeLessThanOrEqual(0);
	});
});

test("an engine that is unmounted and mounted again is read again", async () => {
	const stage = await openStage();
	await stage.vault.send("POST", "sys/mounts/team", { type: "kv", options: { version: "2" } });
	stage.vault.server.seed({ policies: { reader: 'path "*" { capabilities = ["read"] }' } });
	stage.vault.put("team/data/openai", { api_key: "sk-1" });
	stage.vault.put(AZURE, { api_key: "az-1" });
	const templates = [keyFile("team/data/openai", "openai.env"), keyFile(AZURE, "azure.env")];
	const scene = await openScene({ stage, settings: { templates } });
	const { agent, vault, had } = scene;
	const before = await had();

	await vault.send("DELETE", "sys/mounts/team");
	await agent.pass(LASTS_MS);
	expect((await agent.status()).state).toBe("degraded");
	expect(await had()).toEqual(before);

	await vault.send("POST", "sys/mounts/team", { type: "kv", options: { version: "2" } });
	vault.put("team/data/openai", { api_key: "sk-2" });
	await agent.passUntil(() => expect(agent.file("openai.env").text).toBe("KEY=sk-2"), MINUTE);
});
