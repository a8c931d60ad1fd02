import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { runAgent, startAgent } from "../support/agent-process.ts";
import { type Envelope, envelopeReader } from "../support/envelope-reader.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { openVault, type Vault } from "../support/vault.ts";

const LOGIN = "auth/approle/login";
const ONCE = ["--exit-after-auth", "--log-format", "json"];

const bao = (process.env["PATH"] ?? "")
	.split(delimiter)
	.map((path) => join(path, "bao"))
	.find((path) => existsSync(path));

/** A config of sinks alone. */
async function scene(autoAuth: object = {}, more: object = {}) {
	const vault = await openVault();
	const place = folder();
	const config = configIn(place, vault, {
		auto_auth: {
			method: "approle",
			config: { role_id: vault.roleId, secret_id: vault.secretId },
			sinks: [{ path: "token" }],
			...autoAuth,
		},
		...more,
	});
	return { vault, place, config, sink: () => readFileSync(place.at("token"), "utf8") };
}

async function ask(vault: Vault, path: string, token: string) {
	const method = path.endsWith("unwrap") ? "POST" : "GET";
	const reply = await fetch(`${vault.address}/v1/${path}`, { method, headers: { "X-Vault-Token": token } });
	return { status: reply.status, body: (await reply.json()) as { auth?: { client_token: string } } };
}

describe("an agent with a sink and nothing to render", () => {
	test("logs in for it and ends, where it does its work once", async () => {
		const { vault, config, sink } = await scene();

		const { code } = await runAgent(["start", "-c", config, ...ONCE]);

		expect(code).toBe(0);
		expect((await ask(vault, "auth/token/lookup-self", sink())).status).toBe(200);
	});

	test("keeps a token in it otherwise, also when Vault refuses the login at first", async () => {
		const { vault, config, place, sink } = await scene();
		const unblock = vault.server.faults.add({ kind: "status", status: 503 });
		const agent = startAgent(["start", "-c", config, "--log-format", "json"]);
		await agent.logged("login", ({ level }) => level === "warn");
		expect(place.entries()).toEqual(["agent.yaml"]);

		unblock();

		const token = await eventually(sink);
		expect((await ask(vault, "auth/token/lookup-self", token)).status).toBe(200);
	});

	test("ends at once where it does its work once and Vault refuses the login", async () => {
		const { config } = await scene({ config: { role_id: "wrong", secret_id: "wrong" } });

		const { code, stderr } = await runAgent(["start", "-c", config, ...ONCE]);

		expect([code, stderr.includes("E_LOGIN_REFUSED")]).toEqual([3, true]);
	});

	test("waits for a reader's key no longer than it may, and says so", async () => {
		const encrypted = { path: "token", dh_type: "curve25519", dh_path: "reader.json" };
		const { config, place } = await scene({ sinks: [encrypted] });

		const { code, log } = await runAgent(["start", "-c", config, ...ONCE, "--timeout", "1s"]);

		const missing = `the reader's public key cannot be read from ${place.at("reader.json")} (ENOENT)`;
		expect(code).toBe(6);
		expect(log.at(-1)?.msg).toMatch(/^timed out after 1 s; the token cannot be put into the sink /);
		expect(log.at(-1)?.msg).toContain(missing);
	});

	test("ends with the login's exit code where a login that fails is the end", async () => {
		const { config } = await scene({ exit_on_err: true, config: { role_id: "wrong", secret_id: "wrong" } });

		const agent = startAgent(["start", "-c", config]);

		expect(await agent.ended).toBe(3);
	});
});

describe("a login whose token comes wrapped", () => {
	test("is made once, and who unwraps the sink has the token", async () => {
		const { vault, config, sink } = await scene({ wrap_ttl: "5m" });

		const { code, stderr } = await runAgent(["start", "-c", config, ...ONCE]);

		const { token, creation_path } = JSON.parse(sink()) as { token: string; creation_path: string };
		const { body } = await ask(vault, "sys/wrapping/unwrap", token);
		const inside = body.auth?.client_token ?? "";
		expect([code, creation_path]).toEqual([0, LOGIN]);
		expect((await ask(vault, "auth/token/lookup-self", inside)).status).toBe(200);
		expect(vault.count(LOGIN)).toBe(1);
		expect(stderr).not.toContain(token);
	});

	test("serves an agent that unwraps it", async () => {
		const { vault, config, place } = await scene({ wrap_ttl: "5m" });
		vault.put("secret/data/llm/openai", { api_key: "sk-1" });
		await runAgent(["start", "-c", config, ...ONCE]);
		const reader = place.write(
			"reader.yaml",
			JSON.stringify({
				vault: { address: vault.address },
				auto_auth: { method: "token", config: { token_file_path: "token", unwrap_token: true } },
				templates: [
					{
						contents: '{{#secret "secret/data/llm/openai"}}K={{api_key}}{{/secret}}\n',
						destination: "out.env",
					},
				],
			}),
		);

		const first = await runAgent(["start", "-c", reader, ...ONCE]);
		const second = await runAgent(["start", "-c", reader, ...ONCE]);

		expect([first.code, readFileSync(place.at("out.env"), "utf8")]).toEqual([0, "K=sk-1\n"]);
		expect([second.code, second.log.at(-1)?.["code"]]).toEqual([3, "E_WRAPPING_TOKEN"]);
	});
});

describe("a token that a reader alone can open", () => {
	const encrypted = (more: object) => ({ dh_type: "curve25519", dh_path: "reader.json", ...more });

	test.each([
		["", {}, {}],
		[
			" with a derived key and words of its own",
			{ derive_key: true, aad: "gw" },
			{ isDerived: true, aad: "gw" },
		],
	])("opens for it%s, and is not taken up by the next agent", async (_, keys, terms) => {
		const { vault, config, place, sink } = await scene({ sinks: [{ path: "token", ...encrypted(keys) }] });
		const reader = envelopeReader();
		place.write("reader.json", reader.publicKey, 0o644);

		await runAgent(["start", "-c", config, ...ONCE]);
		const { code } = await runAgent(["start", "-c", config, ...ONCE]);

		expect(code).toBe(0);
		expect((await ask(vault, "auth/token/lookup-self", reader.open(sink(), terms))).status).toBe(200);
		expect(vault.count(LOGIN)).toBe(2);
	});

	test.skipIf(bao === undefined).each([
		["the token", { hcl: "", keys: {}, terms: {} }],
		[
			"the token under a derived key",
			{
				hcl: 'derive_key = true\naad = "gw"',
				keys: { derive_key: true, aad: "gw" },
				terms: { isDerived: true, aad: "gw" },
			},
		],
		["a wrapping", { hcl: 'wrap_ttl = "5m"', keys: { wrap_ttl: "5m" }, terms: {} }],
	])("has the form that OpenBao's agent gives to %s", async (_, { hcl, keys, terms }) => {
		const { vault, config, place, sink } = await scene({ sinks: [{ path: "token", ...encrypted(keys) }] });
		const reader = envelopeReader();
		place.write("reader.json", reader.publicKey, 0o644);
		const theirs = place.write("bao.hcl", baoConfig(vault, place.path, hcl));
		place.write("role-id", vault.roleId);
		place.write("secret-id", vault.secretId);

		await promisify(execFile)(bao ?? "", ["agent", `-config=${theirs}`, "-exit-after-auth"]);
		await runAgent(["start", "-c", config, ...ONCE]);

		const texts = [readFileSync(place.at("bao-token"), "utf8"), sink()];
		const [their, our] = texts.map((text) => formOf(text, (whole) => reader.open(whole, terms)));
		expect(our).toEqual(their);
	});
});

function baoConfig({ address }: Vault, path: string, keys: string): string {
	return `vault { address = "${address}" }
auto_auth {
  method "approle" {
    config = {
      role_id_file_path = "${path}/role-id"
      secret_id_file_path = "${path}/secret-id"
      remove_secret_id_file_after_reading = false
    }
  }
  sink "file" {
    dh_type = "curve25519"
    dh_path = "${path}/reader.json"
    ${keys}
    config = { path = "${path}/bao-token" }
  }
}
`;
}

/** What is the same whoever has written it: names, sizes, line ends, and what is inside but for the token itself. */
function formOf(text: string, open: (text: string) => string) {
	const envelope = JSON.parse(text) as Envelope;
	const size = (value: string) => Buffer.from(value, "base64").length;
	const inside = open(text);
	const isJson = inside.startsWith("{");
	return {
		names: Object.keys(envelope),
		sizes: [size(envelope.curve25519_public_key), size(envelope.nonce)],
		tagSize: size(envelope.encrypted_payload) - Buffer.byteLength(inside),
		hasLineEnd: [text.endsWith("\n"), inside.endsWith("\n")],
		inside: isJson ? Object.keys(JSON.parse(inside) as object).toSorted() : inside.slice(0, 4),
	};
}
