import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runAgent } from "../support/agent-process.ts";
import { folder } from "../support/folder.ts";
import { freePort } from "../support/free-port.ts";
import { treeOf } from "../support/tree.ts";
import { openVault } from "../support/vault.ts";

const KINDS = [
	["openai.env.hbs", []],
	["litellm.config.yaml.hbs", ["--for", "litellm"]],
	["agentgateway.config.yaml.hbs", ["--for", "agentgateway"]],
] as const;

/** Whatever else listens on this machine. */
async function atFreePort(config: string): Promise<string> {
	return config.replace("listen: 127.0.0.1:4000 ", `listen: 127.0.0.1:${await freePort()} `);
}

test.each(KINDS)("init writes a config with %s, both of which validate takes", async (template, flags) => {
	const place = folder();

	const made = await runAgent(["init", ...flags], { cwd: place.path });
	place.write("agent.yaml", await atFreePort(readFileSync(place.at("agent.yaml"), "utf8")));
	const checked = await runAgent(["validate", "-c", "agent.yaml"], { cwd: place.path });

	expect([made.code, made.stderr]).toEqual([0, ""]);
	expect(made.stdout).toContain(`wrote  agent.yaml\nwrote  templates/${template}\n\nnext:\n`);
	expect(place.entries()).toEqual(["agent.yaml", "templates"]);
	expect(place.entries("templates")).toEqual([template]);
	expect([checked.code, checked.stderr]).toEqual([0, ""]);
	// The gateway itself is not there where this runs.
	const warnings = checked.stdout.split("\n").filter((line) => line.startsWith("warning"));
	expect(warnings.filter((line) => !line.includes("is not found here"))).toEqual([]);
});

test.each(KINDS)("init --stdout prints one config that stands alone, with %s in it", async (_name, flags) => {
	const place = folder();

	const { code, stdout } = await runAgent(["init", "--stdout", ...flags], { cwd: place.path });
	const config = place.write("alone.yaml", await atFreePort(stdout));
	const checked = await runAgent(["validate", "-c", config], { cwd: place.path });

	expect([code, checked.code, checked.stderr]).toEqual([0, 0, ""]);
	expect(place.entries()).toEqual(["alone.yaml"]);
});

test("what init writes renders against a server", async () => {
	const vault = await openVault();
	vault.put("secret/data/llm/openai", { api_key: "sk-planted" });
	const place = folder();
	await runAgent(["init"], { cwd: place.path });

	const { code } = await runAgent(["render", "-c", "agent.yaml"], { cwd: place.path, env: vault.env });

	expect(code).toBe(0);
	expect(readFileSync(place.at("secrets/openai.env"), "utf8")).toContain("OPENAI_API_KEY=sk-planted\n");
});

test.each(["agent.yaml", "templates/openai.env.hbs"])(
	"init writes nothing at all where %s is already there",
	async (name) => {
		const place = folder();
		place.write(name, "mine");
		const before = treeOf(place.path);

		const { code, stdout, stderr } = await runAgent(["init"], { cwd: place.path });

		expect([code, stdout]).toEqual([2, ""]);
		expect(stderr).toContain(`error: ${name} is already there`);
		expect(treeOf(place.path)).toEqual(before);
	},
);

test("init says so where it may not write", async () => {
	const { code, stderr } = await runAgent(["init"], { cwd: "/proc/self" });

	expect([code, existsSync("/proc/self/agent.yaml")]).toEqual([6, false]);
	expect(stderr).toMatch(/^error: cannot write agent\.yaml \(E\w+\)\n/);
});
