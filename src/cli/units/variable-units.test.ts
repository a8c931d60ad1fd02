import { expect, test } from "vitest";
import { configInput } from "../../../test/support/config-input.ts";
import { vaultAgentSettings } from "../../compat/vault-agent/mod.ts";
import { type Config, loadConfig } from "../../config/mod.ts";
import { normalForm } from "../../config/normal-form/normal-form.ts";
import { variableUnit } from "./variable-units.ts";

const LOGIN = 'auto_auth {\n  method "token_file" { config = { token_file_path = "/token" } }\n}\n';
const CHILD = 'exec { command = ["/bin/true"] }\n';

/** The config of another program's file. */
async function foreignConfig(variable: string): Promise<Config> {
	const file = { name: "agent.hcl", path: "/etc/agent.hcl", text: LOGIN + CHILD + variable };
	const foreign = vaultAgentSettings([file], { env: {} });
	return await loadConfig({ ...configInput(""), foreign });
}

/** What is wrong with the one variable of a config. */
async function faultOf(config: Config): Promise<unknown> {
	const [variable] = config.env;
	if (variable === undefined) throw new Error("Cannot make a unit: the config has no variable");
	const parts = { config, cwd: "/", readText: () => Promise.resolve("{{ secrt }}") };
	return await variableUnit(variable, parts).catch((error: unknown) => error);
}

test("a text in another program's config is named by its place there", async () => {
	const config = await foreignConfig('env_template "K" {\n  contents = "a\\n{{ secrt }}"\n}\n');

	expect(await faultOf(config)).toMatchObject({
		message: expect.stringMatching(/^template: agent\.hcl:6:14 \(K\):2: function "secrt" not defined/),
		rows: { in: "agent.hcl:6:14 (K):2:4" },
	});
	expect(normalForm(config)["env"]).toEqual({
		K: expect.not.objectContaining({ contents_place: expect.anything() }),
	});
});

test("a text in a file is named by the file, whoever's config names it", async () => {
	const config = await foreignConfig('env_template "K" {\n  source = "/k.ctmpl"\n}\n');

	expect(await faultOf(config)).toMatchObject({ rows: { in: "/k.ctmpl:1:4" } });
});

test("a text in a config of our own is named by its key", async () => {
	const text = 'exec: { command: [/bin/true] }\nenv: { K: { contents: "{{ secrt }}", language: go } }\n';
	const config = await loadConfig(configInput(text));

	expect(await faultOf(config)).toMatchObject({ rows: { in: "env.K:1:4" } });
});
