import { describe, expect, test } from "vitest";
import { type AgentConfigCase, agentConfigs } from "../../test/support/agent-configs.ts";
import { type Config, ConfigError, type ConfigInput, loadConfig, loadNormalForm } from "../config/mod.ts";
import { loadMapping } from "./mod.ts";

const { normalForm } = await loadNormalForm();

const programs = [
	{ program: "vault-agent", variables: { READER_AAD: "hidden" } },
	{ program: "consul-template", variables: { HOME: "/home/agent" } },
	{ program: "envconsul", variables: { HOME: "/home/agent", STAGE: "prod" } },
] as const;

function load(input: Partial<ConfigInput>): Promise<Config> {
	const readFile = () => Promise.reject(new Error("a file was asked for"));
	return loadConfig({ readFile, env: {}, flags: {}, cwd: "/work", isTerminal: false, ...input });
}

describe.each(programs)("a config of $program", ({ program, variables }) => {
	/** What a config comes to, or the problems that it is refused for. */
	async function loaded({ files }: AgentConfigCase) {
		const { environment, translate } = await loadMapping(program);
		const env = environment(variables);
		try {
			const foreign = translate(files, { env });
			return { settings: foreign.settings, config: await load({ foreign, env }) };
		} catch (error) {
			if (error instanceof ConfigError) return { error: error.message.split("\n") };
			throw error;
		}
	}

	const configs = agentConfigs(program);

	test.each(configs)("$name comes to what stands beside it", async (given) => {
		const { settings, config, error } = await loaded(given);
		const lines = config?.unsupported.map(({ place, message }) => `${place}: ${message}`);
		const outcome = error ? { error } : { settings, warnings: config?.warnings, unsupported: lines };

		await expect(`${JSON.stringify(outcome, undefined, "\t")}\n`).toMatchFileSnapshot(given.expectedPath);
	});

	test.each(configs)("$name has a normal form that comes to the same, or is refused", async (given) => {
		const { config, error } = await loaded(given);
		const form = config && normalForm(config);

		const again =
			form && normalForm(await load({ file: "agent.yaml", readFile: async () => JSON.stringify(form) }));

		expect(again).toEqual(form);
		expect(error !== undefined).toBe(given.name.startsWith("refused/"));
	});

	test.each(configs)("$name tells of no value that may be a secret", async (given) => {
		const { config, error } = await loaded(given);

		const told = { error, form: config && normalForm(config), ...config, auth: undefined };

		expect(JSON.stringify(told)).not.toContain("hidden");
	});
});
