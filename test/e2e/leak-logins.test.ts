import { readFileSync } from "node:fs";
import { request } from "node:http";
import { dirname } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { runAgent, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { type Folder, folder } from "../support/folder.ts";
import { hitsIn } from "../support/planted.ts";
import { MISCHIEF, talkativeProxy } from "../support/talkative-proxy.ts";
import { GATEWAY_ACCOUNT, openVault } from "../support/vault.ts";

const LISTENER_TOKEN = "planted-listener-token";
const KEY = "sk-planted/+ key";
const NOTE = "a parameter of a write";
const POLICY = `
path "database/creds/app" { capabilities = ["read"] }
path "pki/issue/gw" { capabilities = ["update"] }
path "sys/wrapping/wrap" { capabilities = ["update"] }
path "secret/data/llm/openai" { capabilities = ["read"] }
`;
const TEMPLATES = {
	"kv.json": '{{#secret "secret/data/llm/openai"}}[{{api_key}}]{{/secret}}',
	"db.json": '{{#secret "database/creds/app"}}{ "user": {{username}}, "password": {{password}} }{{/secret}}',
	"key.json":
		'{{#secret "pki/issue/gw" common_name="gw.example.internal" note=(env "NOTE")}}[{{private_key}}]{{/secret}}',
};

/** A server behind a proxy that repeats what it hears, and all that an agent can be told to keep from others. */
async function scene(login: "kubernetes" | "wrapped secret id") {
	const vault = await openVault();
	await vault.mountKubernetes();
	vault.server.seed({
		policies: { reader: POLICY },
		database: { roles: { app: { default_ttl: "1h", max_ttl: "2h" } } },
		pki: { roles: { gw: { allowed_domains: ["example.internal"], allow_subdomains: true, max_ttl: "1h" } } },
	});
	vault.put("secret/data/llm/openai", { api_key: KEY });
	const proxy = await talkativeProxy(vault.address);
	const place = folder();
	const jwt = vault.server.issueServiceAccountToken(GATEWAY_ACCOUNT);
	const wrapping = await vault.wrap("auth/approle/role/gateway/secret-id");
	const given = `#!/bin/sh\n{ echo "$0 $*"; env; } >>${place.at("given")}\n`;
	place.write("bin/systemd-notify", given, 0o700);
	const credential = place.write("credential", login === "kubernetes" ? jwt : wrapping);
	const wrappingPath = { secret_id_response_wrapping_path: "auth/approle/role/gateway/secret-id" };
	const method =
		login === "kubernetes"
			? { method: "kubernetes", config: { role: "gateway", token_path: credential } }
			: {
					method: "approle",
					config: { role_id: vault.roleId, secret_id_file_path: credential, ...wrappingPath },
				};
	const config = configIn(place, vault, {
		vault: { address: proxy.address },
		auto_auth: {
			...method,
			min_backoff: "20ms",
			max_backoff: "100ms",
			sinks: [{ path: place.at("run/token") }, { path: place.at("run/wrapped"), wrap_ttl: "5m" }],
		},
		templates: Object.entries(TEMPLATES).map(([name, contents]) => ({
			contents,
			destination: place.at(`out/${name}`),
			on_change: { command: [place.write("told", given, 0o700), name] },
		})),
		listener: {
			address: `unix:${place.at("agent.sock")}`,
			token_file: place.write("listener-token", LISTENER_TOKEN),
		},
	});
	const env = {
		PATH: `${place.at("bin")}:${dirname(process.execPath)}:/usr/bin:/bin`,
		NOTE,
		NOTIFY_SOCKET: place.at("socket"),
		AGENT_TERMINATION_LOG: place.write("termination-log", ""),
		AGENT_LISTENER_TOKEN: LISTENER_TOKEN,
		VAULT_TOKEN: "planted-token", // which this login does not need
	};
	return { proxy, place, config, env, credentials: [jwt, wrapping, LISTENER_TOKEN, KEY] };
}

const said = ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) => stdout + stderr;

/** What the agent has been given: database password, private key, token and wrapping. */
function held(place: Folder): string[] {
	const read = (name: string) => readFileSync(place.at(name), "utf8");
	const { password } = JSON.parse(read("out/db.json")) as { password: string };
	const [key = ""] = JSON.parse(read("out/key.json")) as string[];
	const { token } = JSON.parse(read("run/wrapped")) as { token: string };
	return [password, ...key.trim().split("\n").slice(1, -1), read("run/token"), token];
}

/** What the listener answers to who may ask. */
async function answers(socketPath: string): Promise<string> {
	const headers = { authorization: `Bearer ${LISTENER_TOKEN}` };
	const ask = async (path: string) =>
		await new Promise<string>((resolve, reject) => {
			const outgoing = request({ socketPath, path, headers }, (reply) => {
				expect([200, 503]).toContain(reply.statusCode);
				textOf(reply).then(resolve, reject);
			});
			outgoing.on("error", reject).end();
		});
	return (await Promise.all(["/v1/status", "/metrics", "/", "/readyz"].map(ask))).join("\n");
}

test.each([
	["kubernetes", "json"],
	["wrapped secret id", "pretty"],
] as const)(
	"nothing of a login by %s, a sink, a lease or a certificate is in what an agent says, %s",
	async (...[login, format]) => {
		const { proxy, place, config, env, credentials } = await scene(login);
		const common = ["-c", config, "--log-level", "trace", "--log-format", format];
		const texts: string[] = [];
		const agent = startAgent(["start", ...common], { env });
		await eventually(() => readFileSync(place.at("out/key.json")));
		await eventually(() => readFileSync(place.at("run/wrapped")));
		const planted = [...credentials, ...held(place)];

		for (const mode of MISCHIEF) {
			proxy.mode = mode;
			const before = proxy.count(mode);
			await eventually(() => {
				agent.signal("SIGHUP");
				expect(proxy.count(mode)).toBeGreaterThan(before);
			});
			texts.push(await answers(place.at("agent.sock")));
			texts.push(said(await runAgent(["status", ...common, "--json"], { env })));
		}
		proxy.mode = undefined;
		for (const mode of [undefined, "status 403", "status 500"] as const) {
			proxy.mode = mode;
			texts.push(said(await runAgent(["doctor", ...common, "--json"], { env })));
			texts.push(said(await runAgent(["validate", ...common, "--online", "--json"], { env })));
			texts.push(said(await runAgent(["render", ...common, "--json", "--timeout", "1s"], { env })));
			texts.push(said(await runAgent(["start", ...common, "--exit-after-auth", "--timeout", "1s"], { env })));
			texts.push(readFileSync(place.at("termination-log"), "utf8"));
		}
		agent.signal("SIGTERM");
		expect(await agent.ended).toBe(0);
		texts.push(agent.stdout() + agent.stderr());
		const given = readFileSync(place.at("given"), "utf8");

		const all = texts.join("\n");
		expect(all).toContain("[redacted]");
		expect(hitsIn(all + given, planted)).toEqual([]);
		expect(all + given).not.toMatch(/hv[sb]\.[\w-]{8}|planted|BEGIN [A-Z ]*PRIVATE KEY/);
		expect(all).not.toContain(NOTE);
		expect(given).toMatch(
			/systemd-notify READY=1[^]*told key\.json|told key\.json[^]*systemd-notify READY=1/,
		);
	},
);
