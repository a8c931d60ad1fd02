import { expect, test } from "vitest";
import { agentBench, AZURE, INTERVAL, OPENAI, variableUnit } from "../../test/support/agent-bench.ts";
import { fieldsTemplate } from "../template/mod.ts";
import type { Unit } from "./mod.ts";

const NAMES = { name: "{{field}}", sanitize: true, upcase: true };

function allOf(path: string, over: object = {}): Unit {
	const template = fieldsTemplate(path, { ...NAMES, ...over }, { file: "env_from" });
	return { kind: "variable", isSeveral: true, name: `env_from ${path}`, template, required: true };
}

test("the child gets all fields of a secret, and another one with those that it has later", async () => {
	const { secrets, start, clock, supervisor, log } = agentBench([allOf(OPENAI)]);
	secrets.put(OPENAI, { api_key: "sk-1", url: "u" });
	await start().started;

	secrets.put(OPENAI, { api_key: "sk-1", "org-id": "o" });
	await clock.advance(2 * INTERVAL);

	expect(supervisor.starts.map(({ env }) => env)).toEqual([
		{ API_KEY: "sk-1", URL: "u" },
		{ API_KEY: "sk-1", ORG_ID: "o" },
	]);
	expect(log.of("rendered").at(-1)).toContain("0 files, 2 variables");
	expect(JSON.stringify(log.lines)).not.toContain("sk-1");
});

test("of two with one name the later secret's counts, and one that is named by itself before both", async () => {
	const { secrets, start, supervisor } = agentBench([
		allOf(OPENAI),
		allOf(AZURE),
		variableUnit("KEY", OPENAI),
	]);
	secrets.put(OPENAI, { api_key: "sk-1", key: "o", url: "o" });
	secrets.put(AZURE, { url: "a", key: "a" });

	await start().started;

	expect(supervisor.starts[0]?.env).toEqual({ API_KEY: "sk-1", URL: "a", KEY: "sk-1" });
});
