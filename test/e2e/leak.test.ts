import { readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type AgentProcess, runAgent, startAgent } from "../support/agent-process.ts";
import { CHILD, notesIn, started } from "../support/child-notes.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { hitsIn, textsOf } from "../support/planted.ts";
import { MISCHIEF, talkativeProxy } from "../support/talkative-proxy.ts";
import { canMakeCertificates, selfSigned } from "../support/tls.ts";
import { openVault, ROLE_ID, SECRET_ID } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const CRASH = join(import.meta.dirname, "..", "fixtures", "e2e", "crash.cjs");

/** A version of the secret: every value is hard to miss and different in each of its forms. */
function version(number: number) {
	return {
		api_key: `sk-planted-${number}/+?&="quoted" 'single' \\back é`,
		pem: `-----BEGIN PLANTED-${number}-----\nplantedline${number}abc/def+ghi==\n-----END PLANTED-${number}-----`,
		nested: { deep: [`planted-nested-${number}`] },
		number: 90210_000_000 + number,
	};
}

/** Has everything read, again and again, as reading too soon after a failed login may be put off. */
async function readsUntil(agent: AgentProcess, isDone: () => boolean): Promise<void> {
	await eventually(() => {
		agent.signal("SIGHUP");
		if (!isDone()) throw new Error(`not read: ${agent.stderr()}`);
	});
}

/** Waits until the agent has said this once more than before. */
async function saysAgain(agent: AgentProcess, words: string, act: () => void): Promise<void> {
	const before = agent.stderr().split(words).length;
	act();
	await eventually(() => {
		if (agent.stderr().split(words).length <= before)
			throw new Error(`no new "${words}" in:\n${agent.stderr()}`);
	});
}

const TEMPLATE = [
	`{{#secret "${OPENAI}"}}`,
	'{ "key": {{api_key}}, "b64": {{base64Encode api_key}}, "pem": "{{pem}}", "n": {{number}},',
	'"nested": {{#each nested.deep}}{{this}}{{/each}} }',
	"{{/secret}}",
].join("\n");

test.each(["json", "pretty"])(
	"nothing planted is in what a long and unlucky run prints at trace, %s",
	async (format) => {
		const vault = await openVault();
		const proxy = await talkativeProxy(vault.address);
		vault.put(OPENAI, version(1));
		const place = folder();
		const notes = place.at("notes");
		const order = place.at("crash-now");
		const program = place.write("gateway", `#!/bin/sh\nexec sh ${CHILD} ${notes}\n`, 0o700);
		const config = place.write(
			"agent.yaml",
			JSON.stringify({
				vault: { address: proxy.address },
				auto_auth: { method: "approle", min_backoff: "20ms", max_backoff: "100ms" },
				poll_interval: "1s",
				templates: [
					{ contents: TEMPLATE, destination: "out/key.json" },
					{ contents: `{{#secret "${OPENAI}"}}# {{api_key}}\n{{/secret}}`, destination: "out/key.env" },
				],
				env: { KEY: `${OPENAI}#api_key`, PEM: `${OPENAI}#pem` },
				exec: { command: [program], start_grace: "50ms" },
			}),
		);
		proxy.mode = "status 500";

		const agent = startAgent(["start", "-c", config, "--log-level", "trace", "--log-format", format], {
			env: {
				...vault.env,
				VAULT_ADDR: proxy.address,
				DEBUG: "*",
				NODE_OPTIONS: `--require=${CRASH}`,
				CRASH_ORDER: order,
			},
		});
		// The login fails first, its credentials in the answer.
		await eventually(() => expect(proxy.count("status 500")).toBeGreaterThan(1));
		proxy.mode = undefined;
		await started(notes);

		for (const mode of MISCHIEF) {
			proxy.mode = mode;
			await readsUntil(agent, () => proxy.count(mode) > 2);
			proxy.mode = undefined;
			const good = vault.count(OPENAI);
			await readsUntil(agent, () => vault.count(OPENAI) > good);
		}
		await saysAgain(agent, "generation 2: ", () => {
			vault.put(OPENAI, { ...version(2), api_key: `${version(2).api_key}\nof two lines` });
			agent.signal("SIGHUP");
		});
		await saysAgain(agent, "delivery failed", () => {
			symlinkSync("elsewhere", place.at("link"));
			renameSync(place.at("link"), place.at("out/key.json")); // in one step: the agent may be writing
			vault.put(OPENAI, version(3));
			agent.signal("SIGHUP");
		});
		rmSync(place.at("out/key.json"));
		await saysAgain(agent, "Cannot start", () => {
			renameSync(program, `${program}.gone`);
			vault.put(OPENAI, version(4));
			agent.signal("SIGHUP");
		});
		renameSync(`${program}.gone`, program);
		const starts = notesIn(notes).length;
		await eventually(() => expect(notesIn(notes).length).toBeGreaterThan(starts));
		// The child that could not start may have been that of the version before.
		await eventually(() => expect(agent.stderr()).toContain("v3 → v4"));
		place.write("crash-now", JSON.stringify([SECRET_ID, ROLE_ID, ...textsOf(version(4))]));

		expect(await agent.ended).toBe(1);
		expect(agent.stderr()).toContain("E_INTERNAL");
		const printed = agent.stdout() + agent.stderr();
		expect(printed).toContain("[redacted]");
		expect(printed).toContain("render failed");
		const versions = [1, 2, 3, 4].flatMap((number) => textsOf(version(number)));
		expect(hitsIn(printed, [SECRET_ID, ROLE_ID, vault.server.rootToken, ...versions])).toEqual([]);
		expect(printed).not.toMatch(/hv[sb]\.[\w-]{8}|planted/);
	},
);

test.each(["http", "net", "http,https,net,tls,stream,child_process", "*"])(
	"NODE_DEBUG=%s brings out neither token nor secret",
	async (sections) => {
		const vault = await openVault();
		vault.put(OPENAI, { api_key: "sk-planted-debug" });
		const token = vault.server.rootToken;
		const args = ["run", "--env", `KEY=${OPENAI}#api_key`, "--", "sh", "-c", "exit 5"];
		const debug = { NODE_DEBUG: sections, DEBUG: "*", NODE_DEBUG_NATIVE: "*" };

		const byToken = await runAgent(args, {
			env: { VAULT_ADDR: vault.address, VAULT_TOKEN: token, ...debug },
		});
		const byRole = await runAgent(args, { env: { ...vault.env, ...debug } });

		expect([byToken.code, byRole.code]).toEqual([5, 5]);
		const printed = byToken.stdout + byToken.stderr + byRole.stdout + byRole.stderr;
		expect(hitsIn(printed, ["sk-planted-debug", token, SECRET_ID])).toEqual([]);
	},
);

test.skipIf(!canMakeCertificates)("NODE_DEBUG brings nothing out over TLS either", async () => {
	const { cert, key, certFile } = selfSigned(folder());
	const vault = await openVault({ tls: { cert, key } });
	vault.put(OPENAI, { api_key: "sk-planted-debug" });
	const token = vault.server.rootToken;
	const env = {
		VAULT_ADDR: vault.address,
		VAULT_TOKEN: token,
		VAULT_CACERT: certFile,
		NODE_DEBUG: "https,tls,net",
	};

	const { code, stdout, stderr } = await runAgent(["run", "--env", `KEY=${OPENAI}#api_key`, "--", "true"], {
		env,
	});

	expect(code).toBe(0);
	expect(hitsIn(stdout + stderr, ["sk-planted-debug", token])).toEqual([]);
});

test("a crash report that NODE_OPTIONS asks for holds no credential", async () => {
	const vault = await openVault();
	vault.put(OPENAI, { api_key: "sk-planted-report" });
	const place = folder();
	const options = `--require=${CRASH} --report-uncaught-exception --report-on-signal --report-signal=SIGPWR --report-dir=${place.path}`;
	const env = { ...vault.env, NODE_OPTIONS: options, CRASH_ORDER: place.at("crash-now") };
	const agent = startAgent(["run", "--env", `KEY=${OPENAI}#api_key`, "--", "sh", CHILD, place.at("notes")], {
		env,
	});
	await started(place.at("notes"));

	place.write("crash-now", "no secret");
	expect(await agent.ended).toBe(1);

	const reports = place.entries().filter((name) => name.endsWith(".json"));
	const texts = reports.map((name) => readFileSync(place.at(name), "utf8"));
	expect(hitsIn(texts.join("\n") + agent.stderr(), ["sk-planted-report", SECRET_ID])).toEqual([]);
});
