import { readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { startAgent } from "../support/agent-process.ts";
import { startsIn } from "../support/child-notes.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { openRealVault, realVaultBinary } from "../support/real-vault.ts";

const OPENAI = "secret/data/llm/openai";

/** Longest wait for a value after the end of a fault that has lasted seconds. */
const BACK_MS = 20_000;

/** Notes its start and each SIGHUP in the file that it is given. */
const CHILD =
	'echo "start $$ x" >>"$1"; trap "echo HUP >>\\"$1\\"" HUP; while :; do sleep 600 & wait $!; done';

/** A built agent with a child, at a real server. */
async function openScene() {
	const place = folder();
	const vault = await openRealVault(realVaultBinary ?? "", place);
	await vault.put(OPENAI, { api_key: "sk-1" });
	const notes = place.write("notes", "");
	const config = place.write(
		"agent.yaml",
		JSON.stringify({
			vault: { address: vault.address, timeout: "1s" },
			poll_interval: "1s",
			templates: [
				{
					contents: `{{#secret "${OPENAI}"}}KEY={{api_key}}{{/secret}}`,
					destination: "key.env",
					on_change: { signal: "SIGHUP" },
				},
			],
			exec: { command: ["sh", "-c", CHILD, "gateway", notes] },
		}),
	);
	const agent = startAgent(["start", "-c", config], { env: vault.env });
	await eventually(() => expect(startsIn(notes)).toHaveLength(1));
	const had = () => {
		const { ino, mtimeNs } = statSync(place.at("key.env"), { bigint: true });
		return { ino, mtimeNs, text: readFileSync(place.at("key.env"), "utf8"), starts: startsIn(notes) };
	};
	return { vault, place, agent, had };
}

type Scene = Awaited<ReturnType<typeof openScene>>;

interface Row {
	readonly fault: string;
	/** @returns ends it */
	readonly begin: (scene: Scene) => Promise<() => Promise<unknown>>;
	readonly says: RegExp;
}

const killed = async ({ vault }: Scene) => {
	vault.signal("SIGKILL");
	await eventually(async () => await expect(vault.send("GET sys/mounts")).rejects.toThrow("fetch failed"));
	return async () => await vault.restart();
};

const withPolicy =
	(policy: string) =>
	({ vault }: Pick<Scene, "vault">) =>
		vault.send("PUT sys/policies/acl/reader", { policy });

const WHOLE = 'path "secret/data/llm/*" { capabilities = ["read"] }';
const NONE = 'path "secret/data/none" { capabilities = ["read"] }';

const ROWS: readonly Row[] = [
	{
		fault: "it is killed and started again",
		begin: killed,
		says: /connect refused|connection (reset|cut)|is sealed/,
	},
	{
		fault: "it is frozen",
		begin: async ({ vault }) => {
			vault.signal("SIGSTOP");
			return async () => await Promise.resolve(vault.signal("SIGCONT"));
		},
		says: /no answer within 1 s/,
	},
	{
		fault: "it is sealed",
		begin: async ({ vault }) => {
			await vault.send("PUT sys/seal");
			return async () => await vault.unseal();
		},
		says: /Vault is sealed/,
	},
	{
		fault: "the policy is taken away",
		begin: async (scene) => {
			await withPolicy(NONE)(scene);
			return async () => await withPolicy(WHOLE)(scene);
		},
		says: /permission denied on secret\/data\/llm\/openai/,
	},
	{
		fault: "the engine is unmounted",
		begin: async ({ vault }) => {
			await vault.send("DELETE sys/mounts/secret");
			return async () => {
				await vault.send("POST sys/mounts/secret", { type: "kv", options: { version: "2" } });
			};
		},
		says: /permission denied on|no handler for route/,
	},
];

test.runIf(realVaultBinary).for(ROWS)(
	"a real server: when $fault, files and child stay, and the new key comes afterwards",
	async ({ begin, says }, { annotate }) => {
		const scene = await openScene();
		const { agent, had, vault, place } = scene;
		const before = had();

		const end = await begin(scene);
		const failed = await agent.logged("read failed");
		expect(failed.msg).toMatch(says);
		expect(had()).toEqual(before);
		await end();
		await eventually(() => vault.put(OPENAI, { api_key: "sk-2" }));
		const from = performance.now();

		await eventually(() => expect(readFileSync(place.at("key.env"), "utf8")).toBe("KEY=sk-2"), {
			withinMs: BACK_MS,
		});
		await annotate(`back after ${Math.round(performance.now() - from)} ms`);
		expect(had().starts).toEqual(before.starts);
		expect(agent.log().filter(({ event }) => event === "read failed").length).toBeLessThanOrEqual(3);
	},
);

test.runIf(realVaultBinary)(
	"a real server: a token that is revoked is replaced within five seconds",
	async () => {
		const { agent, vault, had } = await openScene();
		const before = had();
		const { accessor } = await agent.logged("login");

		await vault.send("POST auth/token/revoke-accessor", { accessor });
		const from = performance.now();
		await agent.logged("login", (line) => line.level === "info" && line["accessor"] !== accessor);

		expect(performance.now() - from).toBeLessThan(5000);
		expect(had()).toEqual(before);
		expect(agent.log().filter(({ event }) => event === "read failed")).toEqual([]);
	},
);

test.runIf(realVaultBinary)(
	"a real server: one that has lost everything and is set up anew is taken again",
	async () => {
		const scene = await openScene();
		const { agent, vault, place, had } = scene;
		const before = had();

		vault.signal("SIGKILL");
		await agent.logged("read failed");
		await vault.startAnew();
		await vault.put(OPENAI, { api_key: "sk-2" });
		agent.signal("SIGHUP");

		await eventually(() => expect(readFileSync(place.at("key.env"), "utf8")).toBe("KEY=sk-2"), {
			withinMs: BACK_MS,
		});
		expect(had().starts).toEqual(before.starts);
	},
);
