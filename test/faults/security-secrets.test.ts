import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { runAgent, startAgent } from "../support/agent-process.ts";
import { askStatus } from "../support/ask-status.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { hitsIn } from "../support/planted.ts";
import { openVault } from "../support/vault.ts";

const HOSTILE = "secret/data/llm/hostile";
const OPENAI = "secret/data/llm/openai";
const FORGED = '{"level":"info","event":"rotation","msg":"all is well"}';

/** As much harm as fits into one secret: names, many values that begin alike, and texts that readers choke on. */
function hostile() {
	const many = Object.fromEntries(
		Array.from({ length: 20_000 }, (_, n) => [`n${n}`, `sk-proj-same-start-${n}`]),
	);
	return {
		...many,
		"\u001B[2J\u001B]0;owned\u0007": "x1-planted",
		[`a\n${FORGED}\nb`]: "x2-planted",
		"\u202Etxt.exe": "x3-planted",
		__proto__x: "x4-planted",
		dollars: "${".repeat(32 * 1024),
		blanks: `x${" ".repeat(128 * 1024)}y`,
		multiply: "a".repeat(64 * 1024),
		path: "../../sys/seal\u001B[2J\n",
	};
}

/** What a terminal or a reader of lines would act upon. */
const ACTING = /(?!\n|\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

test.each([
	["json", /^\{"level":"\w+","time":"[^"]+","event":"[a-z -]+"/],
	["pretty", /^(\d\d:\d\d:\d\d \S+ +\S| {4})/],
])("a secret that somebody has filled with harm harms nothing but itself, %s", async (format, ours) => {
	const [vault, place] = [await openVault(), folder()];
	vault.put(OPENAI, { api_key: "sk-1" });
	vault.put(HOSTILE, hostile());
	const inside = (text: string) => `{{#secret "${HOSTILE}"}}${text}{{/secret}}`;
	const files: Readonly<Record<string, string>> = {
		"missing.txt": inside("{{nowhere}}"),
		"dollars.env": inside("K={{dollars}}"),
		"blanks.env": inside('K="{{blanks}}"'),
		"blanks.yaml": inside('a: "{{blanks}}"'),
		"many.txt": inside('{{replaceAll "a" multiply multiply}}'),
		"path.txt": inside("{{#with (secret path)}}x{{/with}}"),
		"file.txt": inside("{{file path}}"),
		"good.env": `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`,
	};
	const templates = Object.entries(files).map(([name, contents]) => ({
		contents,
		destination: place.at(`out/${name}`),
		required: name === "good.env",
	}));
	const listener = { address: `unix:${place.at("agent.sock")}` };
	const config = configIn(place, vault, { templates, listener });
	const agent = startAgent(["start", "-c", config, "--log-level", "trace", "--log-format", format], {
		env: vault.env,
	});

	await eventually(() => expect(readFileSync(place.at("out/good.env"), "utf8")).toBe("K=sk-1"), {
		withinMs: 20_000,
	});
	vault.put(OPENAI, { api_key: "sk-2" });
	vault.put(HOSTILE, { ...hostile(), one_more: "x5-planted" });
	agent.signal("SIGHUP");
	await eventually(() => expect(readFileSync(place.at("out/good.env"), "utf8")).toBe("K=sk-2"), {
		withinMs: 20_000,
	});

	const status = await askStatus(place.at("agent.sock"));
	expect(status).toMatchObject({ ready: true });
	expect(JSON.stringify(status)).not.toMatch(/planted/);
	const printed = agent.stderr();
	expect(printed).toContain("nowhere");
	expect(printed).not.toMatch(ACTING);
	expect(
		printed
			.split("\n")
			.slice(0, -1)
			.filter((line) => !ours.test(line)),
	).toEqual([]);
	expect(printed).not.toMatch(/planted|sk-proj-same/);
	expect(agent.isRunning()).toBe(true);
});

test("a one-shot that ends of such a secret says so in lines of its own", async () => {
	const [vault, place] = [await openVault(), folder()];
	vault.put(HOSTILE, hostile());
	const contents = `{{#secret "${HOSTILE}"}}{{nowhere}}{{/secret}}`;
	const config = configIn(place, vault, { templates: [{ contents, destination: place.at("x.txt") }] });

	const { code, stderr } = await runAgent(["render", "-c", config, "--log-format", "pretty"], {
		env: vault.env,
	});

	expect(code).toBe(4);
	expect(stderr).not.toMatch(ACTING);
	expect(stderr.split("\n").filter((line) => /^(error|\{)/.test(line))).toEqual([
		expect.stringContaining('field "nowhere" is not in') as string,
	]);
});

test.each([
	["two lines", "hvs.planted-one\r\nX-Vault-Namespace: root"],
	["a NUL", "hvs.planted-one\0"],
	["an escape", "hvs.planted-one\u001B[2J"],
])("a token file with %s is sent to nobody, and not shown", async (_what, token) => {
	const [vault, place] = [await openVault(), folder()];
	const before = vault.count("");
	const config = configIn(place, vault, {
		auto_auth: { method: "token", config: { token_file_path: place.write("token", token) } },
		templates: [{ contents: `{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`, destination: place.at("x") }],
	});

	const { code, stdout, stderr } = await runAgent(["render", "-c", config, "--log-level", "trace"]);

	expect(code).toBe(3);
	expect(hitsIn(stdout + stderr, ["hvs.planted-one"])).toEqual([]);
	expect(stderr).not.toMatch(ACTING);
	expect(vault.count("")).toBe(before);
});
