import { readFileSync, statSync, symlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { runAgent, SOON_MS, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { openVault } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const ONCE = ["--exit-after-auth", "--log-format", "json"];

async function initContainer() {
	const vault = await openVault();
	vault.put(OPENAI, { api_key: "sk-one", organization: "the $own", motto: 'it\'s "ours"' });
	vault.put("kv/llm/anthropic", { api_key: "sk-ant" });
	return { vault, place: folder() };
}

const modeOf = (file: string) => (statSync(file).mode & 0o7777).toString(8);

test("start --exit-after-auth ends with 0 once every file stands, each with its mode", async () => {
	const { vault, place } = await initContainer();
	place.write("openai.hbs", `{{#secret "${OPENAI}"}}\nKEY={{api_key}}\nORG={{organization}}\n{{/secret}}\n`);
	const config = configIn(place, vault, {
		templates: [
			{ source: "openai.hbs", destination: "out/openai.env" },
			{
				contents: '{{#secret "kv/llm/anthropic"}}{"key": {{api_key}} }{{/secret}}',
				destination: "out/deep/down/anthropic.json",
				mode: "0640",
			},
			{
				contents: `{{#secret "${OPENAI}"}}key: {{api_key}}\nmotto: {{motto}}\n{{/secret}}`,
				destination: "out/key.yaml",
				mode: "0400",
			},
			{
				contents: `{{#secret "${OPENAI}"}}export KEY="{{api_key}}" MOTTO='{{motto}}'\n{{/secret}}`,
				destination: "out/env.sh",
			},
			{ contents: "no secret\n", destination: "out/plain", format: "text", mode: "0644" },
		],
	});

	const { code, stderr } = await runAgent(["start", "-c", config, ...ONCE], { env: vault.env });

	expect([code, stderr.match(/^error: .*/m)?.[0]]).toEqual([0, undefined]);
	expect(place.entries("out")).toEqual(["deep", "env.sh", "key.yaml", "openai.env", "plain"]);
	const read = (name: string) => [modeOf(place.at(name)), readFileSync(place.at(name), "utf8")];
	expect(read("out/openai.env")).toEqual(["600", "KEY=sk-one\nORG='the $own'\n"]);
	expect(read("out/deep/down/anthropic.json")).toEqual(["640", '{"key": "sk-ant" }']);
	expect(read("out/key.yaml")).toEqual(["400", `key: sk-one\nmotto: "it's \\"ours\\""\n`]);
	expect(read("out/env.sh")).toEqual(["600", `export KEY="sk-one" MOTTO='it'\\''s "ours"'\n`]);
	expect(read("out/plain")).toEqual(["644", "no secret\n"]);
	expect(modeOf(place.at("out/deep/down"))).toBe("700");
});

test("waits for Vault to come back, then ends with 0", async () => {
	const { vault, place } = await initContainer();
	const unblock = vault.server.faults.add({ kind: "status", status: 503 });
	const config = configIn(place, vault, {
		templates: [{ contents: `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`, destination: "a.env" }],
	});

	const agent = startAgent(["start", "-c", config, ...ONCE], { env: vault.env });
	const { msg } = await agent.logged("waiting");
	expect(place.entries()).toEqual(["agent.yaml"]);
	unblock();

	expect(await agent.ended).toBe(0);
	expect(msg).toContain(
		`Vault cannot serve auth/approle/login now: 503 (503) at ${vault.address}; trying again`,
	);
	expect(place.entries()).toEqual(["a.env", "agent.yaml"]);
});

test("gives up with 5 after --timeout, and says what it waited for", async () => {
	const { vault, place } = await initContainer();
	vault.server.faults.add({ kind: "status", status: 500 }, { path: OPENAI });
	const config = configIn(place, vault, {
		templates: [{ contents: `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`, destination: "a.env" }],
	});

	const started = performance.now();
	const { code, log } = await runAgent(["start", "-c", config, ...ONCE, "--timeout", "1s"], {
		env: vault.env,
	});

	expect(code).toBe(5);
	expect(log.at(-1)).toMatchObject({
		msg: `timed out after 1 s; ${place.at("a.env")}: Vault cannot serve ${OPENAI} now: 500 (500)`,
		code: "E_TIMEOUT",
		exit: 5,
	});
	expect(performance.now() - started).toBeLessThan(SOON_MS);
	expect(place.entries()).toEqual(["agent.yaml"]);
});

test("gives up with 5 when the server takes requests and never answers", async () => {
	const { vault, place } = await initContainer();
	vault.server.faults.add({ kind: "stall" });
	const config = configIn(place, vault, { templates: [{ contents: "x", destination: "a.txt" }] });

	const text = await runAgent(["start", "-c", config, ...ONCE, "--timeout", "1s"], { env: vault.env });

	// Nothing of the template needs Vault, so nothing waits for it.
	expect(text.code).toBe(0);

	const needy = configIn(place, vault, {
		templates: [{ contents: `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`, destination: "a.env" }],
	});
	const stalled = await runAgent(["start", "-c", needy, ...ONCE, "--timeout", "1s"], { env: vault.env });
	expect([stalled.code, stalled.log.at(-1)?.msg]).toEqual([
		5,
		`timed out after 1 s; ${place.at("a.env")}: not read yet`,
	]);
});

test("commands and calls of the first delivery have run before it ends", async () => {
	const { vault, place } = await initContainer();
	const config = configIn(place, vault, {
		templates: [
			{
				contents: `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`,
				destination: "a.env",
				on_change: { command: ["cp", place.at("a.env"), place.at("copy")] },
			},
		],
	});

	const { code } = await runAgent(["start", "-c", config, ...ONCE], { env: vault.env });

	expect(code).toBe(0);
	expect(readFileSync(place.at("copy"), "utf8")).toBe("K=sk-one");
	expect(place.entries()).toEqual(["a.env", "agent.yaml", "copy"]);
});

test("a command that keeps failing ends it with 6 within --timeout, and the next run makes up for it", async () => {
	const { vault, place } = await initContainer();
	const config = configIn(place, vault, {
		templates: [
			{
				contents: `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`,
				destination: "a.env",
				on_change: { command: ["mkdir", place.at("not-there/told")] },
			},
		],
	});
	const args = ["start", "-c", config, ...ONCE, "--timeout", "1s"];

	const failed = await runAgent(args, { env: vault.env });

	expect(failed.code).toBe(6);
	expect(failed.stderr).toMatch(/mkdir failed: exit 1/);
	expect(readFileSync(place.at("a.env"), "utf8")).toBe("K=sk-one");

	place.write("not-there/x", "");
	const next = await runAgent(args, { env: vault.env });
	expect(next.code).toBe(0);
	expect(place.entries("not-there")).toEqual(["told", "x"]);
});

test("a run over files that are current touches nothing and tells nobody", async () => {
	const { vault, place } = await initContainer();
	const config = configIn(place, vault, {
		templates: [
			{
				contents: `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`,
				destination: "a.env",
				on_change: { command: ["sh", "-c", `echo told >>${place.at("told")}`] },
			},
		],
	});
	const args = ["start", "-c", config, ...ONCE];

	await runAgent(args, { env: vault.env });
	const before = statSync(place.at("a.env"), { bigint: true });
	const { code } = await runAgent(args, { env: vault.env });

	const after = statSync(place.at("a.env"), { bigint: true });
	expect(code).toBe(0);
	expect([after.mtimeNs, after.ino]).toEqual([before.mtimeNs, before.ino]);
	expect(readFileSync(place.at("told"), "utf8")).toBe("told\n");
});

test("scratch files of a run that died are gone after the next one", async () => {
	const { vault, place } = await initContainer();
	place.write(".a.env.0123456789abcdef01.keyturn-new", "half");
	place.write(".a.env.bak", "somebody else's");
	const config = configIn(place, vault, {
		templates: [{ contents: `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`, destination: "a.env" }],
	});

	await runAgent(["start", "-c", config, ...ONCE], { env: vault.env });

	expect(place.entries()).toEqual([".a.env.bak", "a.env", "agent.yaml"]);
});

test.each([
	["SIGTERM", 143],
	["SIGINT", 130],
] as const)("%s while it waits ends it with %i", async (name, code) => {
	const { vault, place } = await initContainer();
	vault.server.faults.add({ kind: "stall" });
	const config = configIn(place, vault, {
		templates: [{ contents: `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`, destination: "a.env" }],
	});

	const agent = startAgent(["start", "-c", config, ...ONCE], { env: vault.env });
	await eventually(() => expect(vault.count("auth/approle/login")).toBeGreaterThan(0));
	const asked = performance.now();
	agent.signal(name);

	expect(await agent.ended).toBe(code);
	expect(performance.now() - asked).toBeLessThan(SOON_MS);
});

describe("word of a failure is left where Kubernetes shows it", () => {
	const failing = {
		templates: [{ contents: `{{#secret "${OPENAI}"}}{{nope}}{{/secret}}`, destination: "a" }],
	};

	test("the same as on stderr, with the code", async () => {
		const { vault, place } = await initContainer();
		const file = place.write("termination-log", "of the container before");
		const env = { ...vault.env, AGENT_TERMINATION_LOG: file };

		const { code } = await runAgent(["start", "-c", configIn(place, vault, failing), ...ONCE], { env });

		expect(code).toBe(4);
		const text = readFileSync(file, "utf8");
		expect(text).toMatch(/^error: field "nope" is not in secret\/data\/llm\/openai \(version 1\)\n/);
		expect(text).toMatch(/E_FIELD_MISSING, exit 4\n$/);
		expect(text).not.toContain("sk-one");
	});

	test("but no file is made for it, and no link is followed", async () => {
		const { vault, place } = await initContainer();
		const victim = place.write("victim", "untouched");
		symlinkSync(victim, place.at("link"));
		const config = configIn(place, vault, failing);

		for (const name of ["absent", "link"]) {
			const env = { ...vault.env, AGENT_TERMINATION_LOG: place.at(name) };
			expect((await runAgent(["start", "-c", config, ...ONCE], { env })).code).toBe(4);
		}

		expect(readFileSync(victim, "utf8")).toBe("untouched");
		expect(place.entries()).not.toContain("absent");
	});
});

test("while Vault says nothing at all, it says every ten seconds what it waits for", async () => {
	const { vault, place } = await initContainer();
	vault.server.faults.add({ kind: "stall" }, { path: OPENAI });
	const templates = [{ contents: `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`, destination: "a.env" }];

	const { code, log } = await runAgent(
		["start", "-c", configIn(place, vault, { templates }), ...ONCE, "--timeout", "12s"],
		{ env: vault.env },
	);

	expect(code).toBe(5);
	const waiting = log.filter(({ event }) => event === "waiting").map(({ msg }) => msg);
	expect(waiting).toEqual([expect.stringMatching(/a\.env: not read yet; waiting for 10 s$/)]);
});
