import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { configInput } from "../../../test/support/config-input.ts";
import { parseDuration } from "../../kernel/mod.ts";
import { type Config, loadConfig } from "../mod.ts";
import { durationText } from "./native-keys.ts";
import { normalForm } from "./normal-form.ts";

function load(text: string, env: Record<string, string> = {}): Promise<Config> {
	return loadConfig(configInput(text, { env }));
}

/** What a config says; where it was read from, and remarks about that, left aside. */
function settings(config: Config): object {
	const { origin: _, files: __, warnings: ___, templates, ...others } = config;
	return { ...others, templates: templates.map(({ isFormatUnsaid: ____, ...template }) => template) };
}

const SERVER = "vault: { address: https://vault.example:8200 }";

const EVERYTHING = `
vault:
  address: [https://one.example:8200, https://two.example:8200]
  namespace: team-a
  ca_cert: ca.crt
  client_cert: tls.crt
  client_key: tls.key
  tls_server_name: vault
  tls_skip_verify: true
auto_auth:
  method: approle
  mount_path: auth/machines
  namespace: admin
  config:
    role_id_file_path: role-id
    secret_id_file_path: secret-id
    secret_id_response_wrapping_path: auth/approle/role/gateway/secret-id
  exit_on_err: true
  sinks: [{ path: token, mode: "0640", user: 100, wrap_ttl: 5m }, { path: sealed, reuse: false, dh_type: curve25519, dh_path: key.json }]
poll_interval: 1m30s
templates:
  - source: openai.ctmpl
    destination: /vault/secrets/openai.env
    language: go
    left_delimiter: "<<"
    function_denylist: [env]
    sandbox_path: /etc
    escape: false
    keep_mode: true
    backup: true
    dir_mode: "0755"
    wait: { min: 2s }
    on_change: [{ command: [sh, -c, reload], timeout: 5s, env: { custom: [A=b] } }, { http: { url: "http://127.0.0.1:4000/reload" } }]
    max_age: 1h
  - { contents: plain, destination: notes, mode: "0400", on_change: { signal: SIGHUP } }
allowed_roots: [/vault, /etc/keyturn]
env:
  PINNED: secret/data/llm/openai?version=3#api_key
  DATABASE_URL: { secret: database/creds/app, template: "postgres://{{username}}@db", required: false }
  GO: { contents: '{{ env "HOME" }}', language: go, allow_empty: true }
exec:
  command: [litellm, --port, "4000"]
  fixed_env: true
  on_change: { signal: SIGHUP }
  splay: 2s
  ready: { http: "http://127.0.0.1:4000/health" }
  inherit_env: [PATH]
listener:
  address: gateway.example:8190
  token_file: listener-token
  tls: { cert: tls.crt, key: tls.key, client_ca: ca.crt }
  hosts: [agent.example]
log: { level: debug, format: json, file: /var/log/keyturn/, rotate_max_files: -1 }
pid_file: agent.pid
give_up_after: 5m4s
watch: false
`;

test.each([
	["nothing but a server", SERVER],
	["every part", EVERYTHING],
	[
		"a kubernetes login and a listener on a socket",
		`${SERVER}
auto_auth: { method: kubernetes, config: { role: gateway } }
listener: { address: "unix:agent.sock", quit: true }
handover: { path: /dev/shm/handover }
exit_after_auth: true
timeout: 0`,
	],
	[
		"a jwt login whose token is wrapped",
		`${SERVER}
auto_auth:
  method: jwt
  wrap_ttl: 5m
  config: { role: gateway, path: jwt, remove_jwt_follows_symlinks: true, jwt_read_period: 2s }
  sinks: [{ path: token }]
log: { file: agent.log, rotate_bytes: 1000, rotate_max_files: 3 }`,
	],
	[
		"a certificate login and rolling children over HTTP",
		`${SERVER}
auto_auth: { method: cert, config: { name: web, client_cert: a.crt, client_key: a.key } }
exec: { command: [app, "{{port}}"], on_change: rolling, listen: "[::]:4000", ready: { http: /health } }`,
	],
	[
		"rolling children over TCP",
		`${SERVER}
auto_auth: { method: token, config: { token_file_path: token } }
exec: { command: [app], on_change: rolling, listen: 0.0.0.0:4000, ready: { tcp: true }, idle_timeout: 3s }`,
	],
	[
		"a child that is asked by a command, and one on a port of its own",
		`${SERVER}
exec: { command: [app], on_change: none, ready: { command: [check] } }`,
	],
	["a child that is asked by TCP", `${SERVER}\nexec: { command: [app], ready: { tcp: "[::1]:4000" } }`],
])("normalForm() of %s is a file that means the same", async (_, text) => {
	const config = await load(text);

	const again = await load(JSON.stringify(normalForm(config)));

	expect(settings(again)).toEqual(settings(config));
});

test("normalForm() writes no credential", async () => {
	const text = `${SERVER}
auto_auth:
  method: approle
  config: { role_id: hidden-1, secret_id: hidden-2 }
  sinks: [{ path: token, dh_type: curve25519, dh_path: key.json, aad: hidden-3 }]
listener: { token: hidden-4-hidden-4 }`;

	const form = normalForm(await load(text));

	expect(JSON.stringify(form)).not.toContain("hidden");
	expect(form).toMatchObject({
		auto_auth: { config: { role_id: "••••", secret_id: "••••" }, sinks: [{ aad: "••••" }] },
		listener: { token: "••••" },
	});
	expect(normalForm(await load(SERVER, { VAULT_TOKEN: "hidden" }))).toMatchObject({
		auto_auth: { method: "token", config: { token: "••••" } },
	});
});

test("durationText() is read again as what it was", () => {
	const span = integer({ min: 0, max: 10 ** 10 });

	assert(property(span, (ms) => parseDuration(durationText(ms)) === ms));

	expect([0, 500, 30_000, 304_000, 86_400_000].map(durationText)).toEqual([
		"0s",
		"500ms",
		"30s",
		"5m4s",
		"24h",
	]);
});
