import { readFileSync, rmSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { type AgentProcess, runAgent, SOON_MS, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { openVault } from "../support/vault.ts";

const LOGIN = "auth/approle/login";
const REVOKE = "auth/token/revoke-self";

interface SceneOptions {
	readonly sink?: string;
	readonly revokes?: boolean;
	readonly contents?: string;
	readonly more?: object;
}

/** A server with one secret, and a config that renders it and has a sink. */
async function scene({ sink = "run/token", revokes = false, contents, more = {} }: SceneOptions = {}) {
	const vault = await openVault();
	const place = folder();
	vault.put("secret/data/llm/openai", { api_key: "sk-1" });
	const template = contents ?? '{{#secret "secret/data/llm/openai"}}KEY={{api_key}}{{/secret}}\n';
	const config = configIn(place, vault, {
		auto_auth: {
			method: "approle",
			config: { role_id: vault.roleId, secret_id: vault.secretId },
			sinks: [{ path: place.at(sink) }],
			revoke_on_shutdown: revokes,
		},
		templates: [{ contents: template, destination: place.at("out/key.env") }],
		...more,
	});
	return {
		vault,
		place,
		config,
		sink: place.at(sink),
		once: () => runAgent(["start", "-c", config, "--exit-after-auth"]),
		start: () => startAgent(["start", "-c", config]),
		isAlive: async (token: string) => {
			const headers = { "X-Vault-Token": token };
			return (await fetch(`${vault.address}/v1/auth/token/lookup-self`, { headers })).status === 200;
		},
	};
}

async function started(agent: AgentProcess): Promise<void> {
	await agent.logged("rendered");
}

describe("a token sink", () => {
	test("spares the second start its login", async () => {
		const { vault, once, sink, isAlive } = await scene();

		const first = await once();
		const token = readFileSync(sink, "utf8");
		const second = await once();

		expect([first.code, second.code]).toEqual([0, 0]);
		expect(vault.count(LOGIN)).toBe(1);
		expect(statSync(sink).mode & 0o7777).toBe(0o600);
		expect(readFileSync(sink, "utf8")).toBe(token);
		expect(await isAlive(token)).toBe(true);
		expect(first.stderr + second.stderr + first.stdout).not.toContain(token);
	});

	test("hands the token of an init container on to the sidecar beside it", async () => {
		const { vault, once, start } = await scene();

		await once();
		const agent = start();
		await started(agent);

		expect(vault.count(LOGIN)).toBe(1);
	});

	test("that cannot be written ends an init container with what to do", async () => {
		const { place, once, sink, vault } = await scene({ sink: "file/token" });
		place.write("file", "in the way");

		const { code, stderr } = await once();

		expect(code).toBe(6);
		expect(stderr).toContain(`the token cannot be put into the sink ${sink}`);
		expect(stderr).toContain("E_SINK");
		expect(vault.count(LOGIN)).toBe(1);
	});

	test("that cannot be written does not keep a sidecar from its work, and is written when it can be", async () => {
		const { place, start, sink } = await scene({ sink: "file/token" });
		place.write("file", "in the way");
		const agent = start();
		await started(agent);
		expect((await agent.logged("sink")).msg).toContain("trying again, the agent goes on");
		expect(readFileSync(place.at("out/key.env"), "utf8")).toBe("KEY=sk-1\n");

		rmSync(place.at("file"));

		await eventually(() => expect(statSync(sink).mode & 0o7777).toBe(0o600));
		expect(agent.isRunning()).toBe(true);
	});
});

test("a sink keeps the token in force when a config with another login is refused", async () => {
	const { vault, place, config, start, sink, isAlive } = await scene();
	const agent = start();
	await started(agent);
	const token = await eventually(() => readFileSync(sink, "utf8"));
	const settings = JSON.parse(readFileSync(config, "utf8")) as {
		auto_auth: object;
		templates: object;
	};
	const contents = '{{#secret "secret/data/llm/openai"}}{{nope}}{{/secret}}';
	const templates = [{ contents, destination: place.at("out/key.env") }];
	const other = { ...settings, auto_auth: { ...settings.auto_auth, min_backoff: "2s" }, templates };

	place.write("agent.yaml", JSON.stringify(other));

	expect(await agent.logged("reload")).toMatchObject({ level: "error", code: "E_FIELD_MISSING" });
	await eventually(() => expect(vault.count(REVOKE)).toBe(1)); // that of the refused login
	expect(readFileSync(sink, "utf8")).toBe(token);
	expect(await isAlive(token)).toBe(true);

	place.write("agent.yaml", JSON.stringify({ ...other, templates: settings.templates }));

	await eventually(() => expect(readFileSync(sink, "utf8")).not.toBe(token));
	expect(await isAlive(readFileSync(sink, "utf8"))).toBe(true);
});

describe("revoke_on_shutdown", () => {
	test("takes the token back when a signal ends a sidecar", async () => {
		const { start, sink, isAlive, place } = await scene({ revokes: true });
		const agent = start();
		await started(agent);
		const token = await eventually(() => readFileSync(sink, "utf8"));

		agent.signal("SIGTERM");

		expect(await agent.ended).toBe(0);
		expect(await isAlive(token)).toBe(false);
		expect(place.entries("run")).toEqual([]);
	});

	test("takes the token back when a template cannot be rendered", async () => {
		const contents = '{{#secret "secret/data/llm/openai"}}KEY={{nope}}{{/secret}}';
		const { once, vault, place } = await scene({ revokes: true, contents });

		const { code } = await once();

		expect(code).toBe(4);
		expect(vault.count(REVOKE)).toBe(1);
		expect(place.entries("run")).toEqual([]);
	});

	test("takes the token back when the child ends", async () => {
		const { config, vault, place } = await scene({ revokes: true });

		const { code } = await runAgent(["run", "-c", config, "--", "sh", "-c", "exit 7"]);

		expect(code).toBe(7);
		expect(vault.count(REVOKE)).toBe(1);
		expect(place.entries("run")).toEqual([]);
	});

	test("takes the token back after agent render", async () => {
		const { config, vault } = await scene({ revokes: true });

		const { code } = await runAgent(["render", "-c", config]);

		expect(code).toBe(0);
		expect(vault.count(REVOKE)).toBe(1);
	});

	test("waits two seconds for a server that has frozen, and no longer", async () => {
		const { start, vault } = await scene({ revokes: true });
		const agent = start();
		await started(agent);
		vault.server.faults.add({ kind: "stall" });
		const from = performance.now();

		agent.signal("SIGTERM");

		expect(await agent.ended).toBe(0);
		expect(performance.now() - from).toBeGreaterThan(1800);
		expect(performance.now() - from).toBeLessThan(SOON_MS);
		expect(agent.log().find(({ event }) => event === "revoked")?.msg).toBe(
			"the token could not be revoked (the server takes too long); it ends by itself",
		);
	});
});
