import { describe, expect, test } from "vitest";
import { configInput } from "../../test/support/config-input.ts";
import { loadConfig } from "./mod.ts";

/** The first template of the config, whose other words are these. */
async function templateWith(words: string) {
	const text = `templates: [{ contents: x, destination: a, ${words} }]\nexec: { command: [gw] }`;
	const { templates } = await loadConfig(configInput(text));
	return templates[0];
}

describe("a template in Go's language", () => {
	test("says missing keys are errors and values are escaped, unless it says otherwise", async () => {
		const plain = await templateWith("language: go");
		const peers = await templateWith(
			'language: go, left_delimiter: "<<", right_delimiter: ">>", error_on_missing_key: false, function_denylist: [plugin, "write*"], sandbox_path: in, escape: false',
		);

		expect(plain?.language).toEqual({
			kind: "go",
			errorOnMissingKey: true,
			functionDenylist: [],
			isEscaped: true,
		});
		expect(peers?.language).toEqual({
			kind: "go",
			leftDelimiter: "<<",
			rightDelimiter: ">>",
			errorOnMissingKey: false,
			functionDenylist: ["plugin", "write*"],
			sandboxPath: "/etc/keyturn/in",
			isEscaped: false,
		});
	});

	test.each([
		'left_delimiter: "<<"',
		'right_delimiter: ">>"',
		"error_on_missing_key: true",
		"function_denylist: [file]",
		"sandbox_path: in",
		"escape: true",
	])("has alone %s", async (words) => {
		const key = words.split(":")[0] ?? "";

		await expect(templateWith(words)).rejects.toThrow(
			`templates[0].${key}: only a template in Go's language has it; add language: go, or leave it out`,
		);
		await expect(templateWith(`language: go, ${words}`)).resolves.toBeDefined();
	});
});

describe("where a file stands", () => {
	test("folders are made for the agent alone, modes are set, nothing is kept, nothing waited for", async () => {
		const template = await templateWith("mode: '0644'");

		expect(template).toMatchObject({
			mode: 0o644,
			keepMode: false,
			backup: false,
			createDestDirs: true,
			dirMode: 0o700,
		});
		expect(template).not.toHaveProperty("wait");
	});

	test("all of it can be said otherwise", async () => {
		const template = await templateWith(
			"keep_mode: true, backup: true, create_dest_dirs: false, dir_mode: '0755', wait: { min: 2s, max: 9s }",
		);

		expect(template).toMatchObject({
			keepMode: true,
			backup: true,
			createDestDirs: false,
			dirMode: 0o755,
			wait: { minMs: 2000, maxMs: 9000 },
		});
	});

	test("a backup is no other template's file", async () => {
		const text =
			"templates: [{ contents: x, destination: a, backup: true }, { contents: x, destination: ./a.bak }]";

		await expect(loadConfig(configInput(text))).rejects.toThrow(
			"templates[1].destination: another template keeps its backup in this file",
		);
	});

	test("the longest wait is four times the quiet, and no quiet is no wait", async () => {
		expect((await templateWith("wait: { min: 2s }"))?.wait).toEqual({ minMs: 2000, maxMs: 8000 });
		expect(await templateWith("wait: { min: 0s }")).not.toHaveProperty("wait");
		await expect(templateWith("wait: { min: 2s, max: 1s }")).rejects.toThrow(
			"agent.yaml:1:50: templates[0].wait: max is shorter than min",
		);
	});
});

describe("on_change", () => {
	test("may be a list, of which each entry is done once", async () => {
		const template = await templateWith(
			"on_change: [none, { command: [a, b] }, restart, { command: [a, b] }, { http: { url: 'http://h/r' } }]",
		);

		expect(template?.onChange).toMatchObject([
			{ kind: "command", command: ["a", "b"] },
			{ kind: "restart" },
			{ kind: "http", url: "http://h/r" },
		]);
	});

	test("of a list is checked like one by itself, and says what is wrong with its entry", async () => {
		await expect(templateWith("on_change: [restart, rolling]")).rejects.toThrow(
			"templates[0].on_change: rolling needs exec.on_change: rolling",
		);
		await expect(templateWith("on_change: [{ signal: SIGHOP }]")).rejects.toThrow(
			'templates[0].on_change[0].signal: expected a signal such as SIGHUP; did you mean "SIGHUP"?',
		);
		await expect(templateWith("on_change: [reload]")).rejects.toThrow(
			"templates[0].on_change[0]: expected none, restart, rolling, or a map with signal, command or http",
		);
		await expect(templateWith("on_change: 5")).rejects.toThrow(
			"templates[0].on_change: expected none, restart, rolling, a map with signal, command or http, or a list of these",
		);
	});

	test("gives a command an environment of its own, and nobody else", async () => {
		const template = await templateWith(
			"on_change: { command: [a], env: { custom: [K=v=w], denylist: ['AWS_*'] } }",
		);

		expect(template?.onChange).toMatchObject([
			{
				kind: "command",
				env: { pristine: false, custom: ["K=v=w"], allowlist: [], denylist: ["AWS_*"] },
			},
		]);
		await expect(templateWith("on_change: { signal: SIGHUP, env: { pristine: true } }")).rejects.toThrow(
			"templates[0].on_change: env is the environment of a command; there is none here",
		);
		await expect(templateWith("on_change: { command: [a], env: { custom: [K] } }")).rejects.toThrow(
			"templates[0].on_change.env.custom[0]: expected an assignment such as KEY=value",
		);
	});
});

describe("a variable made by a whole template", () => {
	const variable = async (words: string) => {
		const { env } = await loadConfig(configInput(`env: { KEY: { ${words} } }\nexec: { command: [gw] }`));
		return env[0]?.value;
	};

	test("has its text or file, and its language", async () => {
		expect(await variable("contents: x")).toEqual({
			kind: "text",
			contents: "x",
			language: { kind: "handlebars" },
		});
		expect(await variable("source: key.tpl, language: go, error_on_missing_key: false")).toMatchObject({
			kind: "text",
			source: "/etc/keyturn/key.tpl",
			language: { kind: "go", errorOnMissingKey: false },
		});
	});

	test("is nothing else beside it", async () => {
		await expect(variable("contents: x, source: y")).rejects.toThrow(
			"env.KEY: expected only one of contents, source",
		);
		await expect(variable("ref: a#b, language: go")).rejects.toThrow(
			"env.KEY: language is that of contents or source; there is neither here",
		);
		await expect(variable('contents: x, left_delimiter: "<<"')).rejects.toThrow(
			"env.KEY.left_delimiter: only a template in Go's language has it",
		);
	});
});

describe("the child", () => {
	const childOf = async (words: string) => {
		const text = `env: { KEY: a#b }\nexec: { command: [gw], ${words} }`;
		return (await loadConfig(configInput(text))).exec;
	};

	test("may keep the variables that it was started with, and then be told of a change in any way", async () => {
		expect(await childOf("fixed_env: true, on_change: none")).toMatchObject({
			fixedEnv: true,
			onChange: { kind: "none" },
		});
		await expect(childOf("on_change: { signal: SIGHUP }")).rejects.toThrow("exec.fixed_env: true");
	});

	test("waits at random before a restart only where that is asked for, and never in rolling", async () => {
		expect(await childOf("on_change: restart")).toMatchObject({ splayMs: 0, fixedEnv: false });
		expect(await childOf("splay: 5s")).toMatchObject({ splayMs: 5000 });
		await expect(
			childOf("on_change: rolling, listen: 0.0.0.0:4000, ready: { tcp: true }, splay: 5s"),
		).rejects.toThrow("exec.splay: with on_change: rolling nothing stands still");
	});
});

describe("how long is waited", () => {
	test("for the first rendering is two minutes, another time, or without end", async () => {
		const timeout = async (text: string) => (await loadConfig(configInput(text))).timeoutMs;

		expect(await timeout("")).toBe(120_000);
		expect(await timeout("timeout: 5s")).toBe(5000);
		expect(await timeout("timeout: 0")).toBeUndefined();
	});

	test("for one that fails is for ever, unless somebody gives up", async () => {
		expect(await loadConfig(configInput(""))).not.toHaveProperty("giveUpAfterMs");
		expect(await loadConfig(configInput("give_up_after: 5m4s"))).toHaveProperty("giveUpAfterMs", 304_000);
		await expect(loadConfig(configInput("give_up_after: 0"))).rejects.toThrow(
			"give_up_after: expected at least",
		);
	});
});
