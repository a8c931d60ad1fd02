import { chmodSync, chownSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { getgid, getuid } from "node:process";
import { describe, expect, test } from "vitest";
import { type AgentOptions, runAgent } from "../support/agent-process.ts";
import {
	asAnother,
	canBecomeAnother,
	canMount,
	onFullDisk,
	onReadOnlyMount,
} from "../support/constrained.ts";
import { type Folder, folder } from "../support/folder.ts";
import { canMakeCertificates, selfSigned } from "../support/tls.ts";
import { treeOf } from "../support/tree.ts";
import { unsignedJwt } from "../support/jwt.ts";
import { openVault, type Vault } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";

/** Values that must not turn up in anything that is printed. */
const PLANTED = {
	api_key: "sk-planted-0001",
	empty: "",
	nul: "planted-before\0planted-after",
	lines: "planted-line-1\nplanted-line-2",
	quotes: "planted'single\"double",
	control: "planted\u0007bell",
};

interface Scene {
	readonly vault: Vault;
	readonly place: Folder;
	/** Writes the config; says where Vault is. */
	readonly config: (settings: object) => void;
	/** Writes a config of one template that begins inside the secret, for `out/<destination>`. */
	readonly template: (text: string, destination?: string, more?: object) => void;
}

interface Row {
	readonly name: string;
	/** Sets the stage. @returns what differs from `start -c agent.yaml --exit-after-auth --timeout 500ms` */
	readonly given: (scene: Scene) => void | AgentOptions | Promise<void | AgentOptions>;
	readonly args?: readonly string[];
	readonly code: number;
	/** The whole error paragraph, with `{place}`, `{out}`, `{address}` and `{host}` for what differs from run to run. */
	readonly says: string;
	/** False: cannot be tried on this machine, and is skipped in sight. */
	readonly isPossible?: boolean;
}

/** Who the agent is where modes have to count. */
const [AGENT_UID, AGENT_GID] = getuid?.() === 0 ? [65534, 65534] : [getuid?.(), getgid?.()];

const inSecret = (text: string): string => `{{#secret "${OPENAI}"}}${text}{{/secret}}`;

async function sceneOf(options: Parameters<typeof openVault>[0] = {}): Promise<Scene> {
	const vault = await openVault(options);
	vault.put(OPENAI, PLANTED);
	const place = folder();
	place.write("out/key.env", "K=old\n");
	const config = (settings: object) =>
		void place.write(
			"agent.yaml",
			JSON.stringify({ vault: { address: vault.address }, ...settings }, null, "\t"),
		);
	return {
		vault,
		place,
		config,
		template: (text, destination = "key.env", more = {}) => {
			place.write("t.hbs", inSecret(text));
			config({ templates: [{ source: "t.hbs", destination: `out/${destination}`, ...more }] });
		},
	};
}

const CONFIG: readonly Row[] = [
	{
		name: "a config file that is not there",
		given: () => {},
		args: ["start", "-c", "nope.yaml"],
		code: 2,
		says: "error: nope.yaml: there is no such config file; check --config or AGENT_CONFIG\n  E_CONFIG, exit 2\n",
	},
	{
		name: "a config file that is a folder",
		given: () => {},
		args: ["start", "-c", "out"],
		code: 2,
		says: "error: out: this is a folder; name the config file in it\n  E_CONFIG, exit 2\n",
	},
	{
		name: "a config file that may not be read",
		given: ({ place }) => {
			chmodSync(place.path, 0o755);
			chmodSync(place.write("agent.yaml", "{}"), 0);
			return { through: asAnother };
		},
		isPossible: canBecomeAnother,
		code: 2,
		says: "error: agent.yaml: this user may not read the config file; check its owner and mode, and those of its folder\n  E_CONFIG, exit 2\n",
	},
	{
		name: "a config file that is no YAML",
		given: ({ place }) => void place.write("agent.yaml", "vault:\n  address: [http://x\nlog: }\n"),
		code: 2,
		says: "error: agent.yaml:3:1: this line is not indented like its neighbours, or a bracket is not closed\nagent.yaml:3:6: this is not valid YAML\n  E_CONFIG, exit 2\n",
	},
	{
		name: "unknown keys, each with the nearest that is known",
		given: ({ place }) =>
			void place.write(
				"agent.yaml",
				"poll_intervall: 5s\ntemplates:\n  - contents: x\n    destination: out/a\n    destinaton: out/b\n",
			),
		code: 2,
		says: 'error: agent.yaml:1:1: unknown key "poll_intervall" at the top; did you mean "poll_interval"?\nagent.yaml:5:5: unknown key "destinaton" in templates[0]; did you mean "destination"?\n  E_CONFIG, exit 2\n',
	},
	{
		name: "a secret in the place of a number is not repeated",
		given: ({ place }) => void place.write("agent.yaml", "poll_interval: sk-planted-0001\n"),
		code: 2,
		says: "error: agent.yaml:1:16: poll_interval: expected a duration such as 500ms, 30s, 5m or 24h, or a number of seconds\n  E_CONFIG, exit 2\n",
	},
	{
		name: "an action that needs a child where there is none",
		given: ({ template }) => template("K={{api_key}}", "key.env", { on_change: "restart" }),
		code: 2,
		says: "error: agent.yaml:9:17: templates[0].on_change: restart needs a child; add exec.command, or write it after --\n  E_CONFIG, exit 2\n",
	},
	{
		name: "no address",
		given: ({ place }) => {
			place.write("agent.yaml", '{"templates": [{"contents": "x", "destination": "out/a"}]}');
			return { env: {} };
		},
		code: 2,
		says: "error: agent.yaml: no Vault address; set VAULT_ADDR, pass --address, or write vault.address in the config file\n  E_CONFIG, exit 2\n",
	},
	{
		name: "no way to log in",
		given: ({ template }) => {
			template("K={{api_key}}");
			return { env: {} };
		},
		code: 2,
		says: "error: nothing says how to log in to Vault\n  do   set VAULT_ROLE_ID and VAULT_SECRET_ID, or VAULT_TOKEN, or write auto_auth      E_CONFIG, exit 2\n",
	},
	{
		name: "a reference without a field",
		given: () => {},
		args: ["run", "--env", "KEY=secret/data/llm/openai", "--", "touch", "out/started"],
		code: 2,
		says: 'error: --env KEY: expected a reference such as secret/data/llm/openai#api_key: a path, "#" and the name of a field\n  E_CONFIG, exit 2\n',
	},
	{
		name: "a template flag without a destination",
		given: ({ place }) => void place.write("t.hbs", "x"),
		args: ["render", "--template", "t.hbs"],
		code: 2,
		says: "error: --template: expected SOURCE:DESTINATION, such as openai.env.hbs:/vault/secrets/openai.env\n  E_CONFIG, exit 2\n",
	},
];

const TEMPLATES: readonly Row[] = [
	{
		name: "a template that is not there",
		given: ({ config }) => config({ templates: [{ source: "nope.hbs", destination: "out/key.env" }] }),
		code: 2,
		says: "error: cannot read the template {place}/nope.hbs (ENOENT)\n  do   check the path and that the agent's user may read it      E_TEMPLATE_FILE, exit 2\n",
	},
	{
		name: "a template with an open block",
		given: ({ place, template }) => {
			template("");
			place.write("t.hbs", `{{#secret "${OPENAI}"}}K={{api_key}}`);
		},
		code: 2,
		says: "error: {place}/t.hbs:1:1: unexpected end of the template; is a block or a {{ left open?\n  do   mend the template      E_TEMPLATE_SYNTAX, exit 2\n",
	},
	{
		name: "a template with a brace too many",
		given: ({ place, template }) => {
			template("");
			place.write("t.hbs", `{{#secret "${OPENAI}"}}\n{"k": {{api_key}}}\n{{/secret}}`);
		},
		code: 2,
		says: "error: {place}/t.hbs:2:7: unexpected }}}; before a } of the file a blank is needed: {{name}} }\n  do   mend the template      E_TEMPLATE_SYNTAX, exit 2\n",
	},
	{
		name: "a helper that does not exist",
		given: ({ template }) => template("K={{base64Encoed api_key}}"),
		code: 2,
		says: 'error: there is no helper "base64Encoed"; did you mean "base64Encode"?\n  in   {place}/t.hbs:1:39\n  do   see docs/templates.md for the helpers; a name with arguments is a helper, a field has none      E_TEMPLATE_HELPER, exit 2\n',
	},
	{
		name: "a field that is not there",
		given: ({ template }) => template("\n\nK={{apikey}}"),
		code: 4,
		says: `error: field "apikey" is not in ${OPENAI} (version 1)\n  in   {place}/t.hbs:3:3   {{apikey}}\n  has  api_key, control, empty, lines, nul, quotes\n  do   did you mean "api_key"? write {{api_key}}, or rename the field in Vault      E_FIELD_MISSING, exit 4\n`,
	},
	{
		name: "an empty value",
		given: ({ template }) => template("K={{empty}}"),
		code: 4,
		says: `error: field "empty" of ${OPENAI} is empty\n  in   {place}/t.hbs:1:39   {{empty}}\n  do   write the value in Vault, or allow this: {{default name ""}}, or allow_empty: true      E_VALUE_EMPTY, exit 4\n`,
	},
	{
		name: "a JSON template that is not JSON",
		given: ({ template }) => template('{"k": {{api_key}},, }', "key.json"),
		code: 2,
		says: "error: {place}/t.hbs does not give well-formed json: line 1: no key here\n  do   mend the template, or choose another format for this destination      E_FORMAT_MALFORMED, exit 2\n",
	},
	{
		name: "a NUL in a dotenv file",
		given: ({ template }) => template("K={{nul}}"),
		code: 6,
		says: `error: field "nul" of ${OPENAI} has a NUL character, which no environment variable can hold\n  in   {place}/t.hbs:1:39   {{nul}}\n  do   keep it in the secret as base64 text and decode it where it is used      E_VALUE_UNPLACEABLE, exit 6\n`,
	},
	{
		name: "a NUL in a shell file",
		given: ({ template }) => template("export K={{nul}}", "key.sh"),
		code: 6,
		says: `error: field "nul" of ${OPENAI} has a NUL character, which no shell variable can hold\n  in   {place}/t.hbs:1:46   {{nul}}\n  do   store it base64-encoded      E_VALUE_UNPLACEABLE, exit 6\n`,
	},
	{
		name: "a NUL in a variable",
		given: () => {},
		args: ["run", "--env", `KEY=${OPENAI}#nul`, "--", "touch", "out/started"],
		code: 6,
		says: `error: field "nul" of ${OPENAI} holds a NUL, which no environment variable can (KEY)\n  in   env.KEY:1:1   ${OPENAI}#nul\n  do   store it as base64, and decode it in the program      E_VALUE_UNPLACEABLE, exit 6\n`,
	},
	{
		name: "a newline in a comment of a dotenv file",
		given: ({ template }) => template("# {{lines}}"),
		code: 6,
		says: `error: field "lines" of ${OPENAI} has a newline, which ends a comment\n  in   {place}/t.hbs:1:39   {{lines}}\n  do   take it out of the comment      E_VALUE_UNPLACEABLE, exit 6\n`,
	},
	{
		name: "a newline in a comment of a YAML file",
		given: ({ template }) => template("a: 1 # {{lines}}\n", "key.yaml"),
		code: 6,
		says: `error: field "lines" of ${OPENAI} has a line break, which a comment cannot hold\n  in   {place}/t.hbs:1:44   {{lines}}\n  do   take it out of the comment      E_VALUE_UNPLACEABLE, exit 6\n`,
	},
	{
		name: "a value that readers of dotenv do not agree on",
		given: ({ template }) => template("K={{quotes}}"),
		code: 6,
		says: `error: field "quotes" of ${OPENAI} has a single quote and a double quote, for which sh, docker compose, python-dotenv and Node have no common spelling\n  in   {place}/t.hbs:1:39   {{quotes}}\n  do   when one program alone reads the file, say which: format: dotenv:compose or dotenv:python or dotenv:node or dotenv:docker; or choose format shell, json or yaml for this destination      E_VALUE_UNPLACEABLE, exit 6\n`,
	},
	{
		name: "a value inside a command substitution",
		given: ({ template }) => template("K=$(echo {{api_key}})", "key.sh"),
		code: 6,
		says: `error: field "api_key" of ${OPENAI} stands inside $(…)\n  in   {place}/t.hbs:1:46   {{api_key}}\n  do   write NAME={{…}} or export NAME={{…}}, and use "$NAME" elsewhere      E_VALUE_UNPLACEABLE, exit 6\n`,
	},
];

const SECRETS: readonly Row[] = [
	{
		name: "a path without permission",
		given: ({ place, template }) => {
			template("");
			place.write("t.hbs", '{{#secret "secret/data/other/x"}}{{k}}{{/secret}}');
		},
		code: 4,
		says: 'error: permission denied on secret/data/other/x (403)\n  at   {address}  GET secret/data/other/x\n  do   give the token\'s policies:  path "secret/data/other/x" { capabilities = ["read"] }      E_PERMISSION_DENIED, exit 4\n',
	},
	{
		name: "a list where the policy gives only read",
		given: ({ template }) => template('{{#each (secrets "kv/llm/team")}}{{this}}{{/each}}'),
		code: 4,
		says: 'error: permission denied on kv/llm/team (403)\n  at   {address}  LIST kv/llm/team\n  do   give the token\'s policies:  path "kv/llm/team" { capabilities = ["list"] }      E_PERMISSION_DENIED, exit 4\n',
	},
	{
		name: "a secret that does not exist",
		given: ({ place, template }) => {
			template("");
			place.write("t.hbs", 'A={{#secret "secret/data/llm/nope"}}{{k}}{{/secret}}');
		},
		code: 4,
		says: 'error: no secret is at secret/data/llm/nope\n  in   {place}/t.hbs:1:3   {{secret "secret/data/llm/nope"}}\n  do   check the path (KV v2: mount/data/name, version 1: mount/name), and write the secret if it is not there yet      E_SECRET_MISSING, exit 4\n',
	},
	{
		name: "a secret that does not exist on KV v1",
		given: () => {},
		args: ["run", "--env", "KEY=kv/llm/nope#k", "--", "touch", "out/started"],
		code: 4,
		says: "error: no secret is at kv/llm/nope\n  in   env.KEY   kv/llm/nope#k\n  do   check the path (KV v2: mount/data/name, version 1: mount/name), and write the secret if it is not there yet      E_SECRET_MISSING, exit 4\n",
	},
	{
		name: "a secret that is deleted",
		given: async ({ vault, template }) => {
			await vault.send("DELETE", OPENAI);
			template("K={{api_key}}");
		},
		code: 4,
		says: `error: ${OPENAI} is deleted (version 1)\n  in   {place}/t.hbs:1:1   {{secret "${OPENAI}"}}\n  do   write a new version or undelete this one, or handle it with {{else}}      E_SECRET_DELETED, exit 4\n`,
	},
	{
		name: "a secret that is destroyed",
		given: async ({ vault, template }) => {
			await vault.send("POST", "secret/destroy/llm/openai", { versions: [1] });
			template("K={{api_key}}");
		},
		code: 4,
		says: `error: ${OPENAI} is destroyed (version 1)\n  in   {place}/t.hbs:1:1   {{secret "${OPENAI}"}}\n  do   write a new version, or handle it with {{else}}      E_SECRET_DELETED, exit 4\n`,
	},
	{
		name: "a version that is not there",
		given: () => {},
		args: ["run", "--env", `KEY=${OPENAI}?version=9#api_key`, "--", "touch", "out/started"],
		code: 4,
		says: `error: ${OPENAI} has no version 9\n  in   env.KEY   ${OPENAI}?version=9#api_key\n  do   check the version; it may have been removed by max_versions      E_SECRET_MISSING, exit 4\n`,
	},
];

const LOGIN_HINT =
	"check the role id, and make a new secret id: it may be used up, expired or bound to another address      E_LOGIN_REFUSED, exit 3\n";

const LOGINS: readonly Row[] = [
	{
		name: "a wrong secret id",
		given: ({ vault, template }) => {
			template("K={{api_key}}");
			return { env: { ...vault.env, VAULT_SECRET_ID: "planted-wrong-secret-id" } };
		},
		code: 3,
		says: `error: Vault refused the login: invalid role or secret ID (400)\n  at   {address}  auth/approle\n  do   ${LOGIN_HINT}`,
	},
	{
		name: "an unknown role",
		given: ({ vault, template }) => {
			template("K={{api_key}}");
			return { env: { ...vault.env, VAULT_ROLE_ID: "planted-wrong-role-id" } };
		},
		code: 3,
		says: `error: Vault refused the login: invalid role or secret ID (400)\n  at   {address}  auth/approle\n  do   ${LOGIN_HINT}`,
	},
	{
		name: "a login method that is not mounted",
		given: ({ place, vault, template }) => {
			template("K={{api_key}}");
			const auto_auth = { method: "approle", mount_path: "auth/elsewhere" };
			const templates = [{ source: "t.hbs", destination: "out/key.env" }];
			place.write("agent.yaml", JSON.stringify({ vault: { address: vault.address }, auto_auth, templates }));
		},
		code: 3,
		says: "error: Vault refused the login: permission denied (403)\n  at   {address}  auth/elsewhere\n  do   check that an AppRole mount is at auth/elsewhere (auto_auth.mount_path)      E_LOGIN_REFUSED, exit 3\n",
	},
	{
		name: "a token that is not valid",
		given: ({ vault, template }) => {
			template("K={{api_key}}");
			return { env: { VAULT_ADDR: vault.address, VAULT_TOKEN: "hvs.planted-wrong-token" } };
		},
		code: 3,
		says: "error: Vault refused the login: permission denied (403)\n  at   {address}  auth/token\n  do   put a valid token into VAULT_TOKEN, or auto_auth.config.token: this one is unknown, expired, used up or revoked      E_LOGIN_REFUSED, exit 3\n",
	},
	{
		name: "a secret id's file that is not there",
		given: ({ vault, config }) => {
			config({
				auto_auth: { method: "approle", config: { role_id: vault.roleId, secret_id_file_path: "secret-id" } },
				templates: [{ contents: inSecret("K={{api_key}}"), destination: "out/key.env" }],
			});
			return { env: {} };
		},
		code: 3,
		says: "error: cannot read the secret id from {place}/secret-id (ENOENT)\n  do   put the secret id into that file, readable by the agent's user      E_CREDENTIAL_FILE, exit 3\n",
	},
	{
		name: "a service account's token that is not mounted",
		given: ({ config }) => {
			config({
				auto_auth: { method: "kubernetes", config: { role: "gateway", token_path: "token" } },
				templates: [{ contents: inSecret("K={{api_key}}"), destination: "out/key.env" }],
			});
			return { env: {} };
		},
		code: 3,
		says: "error: cannot read the service account token from {place}/token (ENOENT)\n  do   mount the service account's token there, readable by the agent's user, or set token_path      E_CREDENTIAL_FILE, exit 3\n",
	},
	{
		name: "a JWT for a mount that knows no issuer: its claims are shown, and not itself",
		given: async ({ vault, place, config }) => {
			await vault.send("POST", "sys/auth/jwt", { type: "jwt" });
			place.write("jwt", unsignedJwt({ sub: "ci", aud: "vault" }));
			config({
				auto_auth: {
					method: "jwt",
					config: { role: "ci", path: "jwt", remove_jwt_after_reading: false },
				},
				templates: [{ contents: inSecret("K={{api_key}}"), destination: "out/key.env" }],
			});
			return { env: {} };
		},
		code: 3,
		says: 'error: Vault refused the login: could not load configuration (400)\n  at   {address}  auth/jwt  role "ci"\n  jwt  sub ci  aud vault  no exp\n  do   check that auth/jwt/config in Vault names the issuer of this JWT and its keys      E_LOGIN_REFUSED, exit 3\n',
	},
];

const SERVERS: readonly Row[] = [
	{
		name: "a server that is not Vault: a page on 200",
		given: ({ vault, template }) => {
			template("K={{api_key}}");
			vault.server.faults.add({ kind: "html" });
		},
		code: 5,
		says: "error: timed out after 500 ms; {out}/key.env: {address} does not answer like Vault (status 200, text/html instead of JSON)\n  at   {address}  POST auth/approle/login\n  do   check that the address is Vault's own, without a proxy or login page before it      E_TIMEOUT, exit 5\n",
	},
	{
		name: "a server that is not Vault: a page on 404",
		given: ({ vault, template }) => {
			template("K={{api_key}}");
			vault.server.faults.add({ kind: "html", status: 404 });
		},
		code: 5,
		says: "error: timed out after 500 ms; {out}/key.env: {address} does not answer like Vault (status 404, text/html instead of JSON)\n  at   {address}  POST auth/approle/login\n  do   check that the address is Vault's own, without a proxy or login page before it      E_TIMEOUT, exit 5\n",
	},
	{
		name: "half an answer",
		given: ({ vault, template }) => {
			template("K={{api_key}}");
			vault.server.faults.add({ kind: "half" }, { path: OPENAI });
		},
		code: 5,
		says: `error: timed out after 500 ms; {out}/key.env: Vault is away (connection reset)\n  at   {address}  GET ${OPENAI}\n  do   check the address (VAULT_ADDR), the network and the server      E_TIMEOUT, exit 5\n`,
	},
	{
		name: "nobody listening",
		given: async ({ vault, template }) => {
			template("K={{api_key}}");
			await vault.server.close();
		},
		code: 5,
		says: "error: timed out after 500 ms; {out}/key.env: Vault is away (connect refused)\n  at   {address}  POST auth/approle/login\n  do   check the address (VAULT_ADDR), the network and the server      E_TIMEOUT, exit 5\n",
	},
	{
		name: "a sealed server",
		given: async ({ vault, template }) => {
			template("K={{api_key}}");
			await vault.send("PUT", "sys/seal");
		},
		code: 5,
		says: "error: timed out after 500 ms; {out}/key.env: Vault cannot serve auth/approle/login now: Vault is sealed (503)\n  at   {address}  POST auth/approle/login\n  do   unseal Vault      E_TIMEOUT, exit 5\n",
	},
	{
		name: "a CA file that is not there",
		given: ({ vault, config }) => {
			config({
				vault: { address: vault.address, ca_cert: "nope.pem" },
				templates: [{ contents: inSecret("{{api_key}}"), destination: "out/key.txt" }],
			});
		},
		code: 2,
		says: "error: vault.ca_cert: cannot read {place}/nope.pem (ENOENT)\n  do   check the path and that the agent's user may read it      E_TLS_FILES, exit 2\n",
	},
];

const DESTINATIONS: readonly Row[] = [
	{
		name: "a link at the destination",
		given: ({ place, template }) => {
			template("K={{api_key}}", "link.env");
			symlinkSync("key.env", place.at("out/link.env"));
		},
		code: 6,
		says: "error: {out}/link.env is a link to elsewhere\n  do   remove the link, or name its target as destination      E_DESTINATION, exit 6\n",
	},
	{
		name: "a link to nowhere at the destination",
		given: ({ place, template }) => {
			template("K={{api_key}}", "link.env");
			symlinkSync(place.at("nowhere"), place.at("out/link.env"));
		},
		code: 6,
		says: "error: {out}/link.env is a link to elsewhere\n  do   remove the link, or name its target as destination      E_DESTINATION, exit 6\n",
	},
	{
		name: "a folder at the destination",
		given: ({ place, template }) => {
			template("K={{api_key}}", "folder.env");
			mkdirSync(place.at("out/folder.env"));
		},
		code: 6,
		says: "error: {out}/folder.env is a folder\n  do   remove it, or choose another destination      E_DESTINATION, exit 6\n",
	},
	{
		name: "a file in the place of a folder",
		given: ({ template }) => template("K={{api_key}}", "key.env/deeper.env"),
		code: 6,
		says: "error: {out}/key.env/deeper.env is to be put into {out}/key.env, which is no folder\n  do   remove what is there, or choose another destination      E_DESTINATION, exit 6\n",
	},
	{
		name: "an owner that does not exist",
		given: ({ template }) => template("K={{api_key}}", "key.env", { user: "no-such-user" }),
		code: 6,
		says: 'error: {out}/key.env cannot be given to user "no-such-user": there is none\n  do   name a user of /etc/passwd, or its number      E_DESTINATION, exit 6\n',
	},
	{
		name: "one destination of two that cannot be written: the other is left alone",
		given: ({ place, config }) => {
			symlinkSync("key.env", place.at("out/link.env"));
			config({
				templates: [
					{ contents: inSecret("K={{api_key}}"), destination: "out/key.env" },
					{ contents: inSecret("K={{api_key}}"), destination: "out/link.env" },
				],
			});
		},
		code: 6,
		says: "error: {out}/link.env is a link to elsewhere\n  do   remove the link, or name its target as destination      E_DESTINATION, exit 6\n",
	},
	{
		name: "a folder that the agent's user may not write to",
		given: ({ place, template }) => {
			template("K={{api_key}}");
			for (const name of ["", "t.hbs", "agent.yaml", "out/key.env"])
				chmodSync(place.at(name), name ? 0o644 : 0o755);
			chmodSync(place.at("out"), 0o555);
			if (getuid?.() !== 0) return {};
			chownSync(place.at("out"), 65534, 65534);
			return { through: asAnother };
		},
		isPossible: canBecomeAnother || getuid?.() !== 0,
		code: 6,
		says: `error: cannot write {out}/key.env: permission denied\n  at   {out}   mode 0555, owner ${AGENT_UID}:${AGENT_GID}; the agent runs as uid ${AGENT_UID}\n  do   let the agent's user write to that folder      E_DELIVERY, exit 6\n`,
	},
	{
		name: "a folder on a read-only file system",
		given: ({ place, template }) => {
			template("K={{api_key}}");
			return { through: onReadOnlyMount(place.at("out")) };
		},
		isPossible: canMount,
		code: 6,
		says: "error: cannot write {out}/key.env: the file system is read-only\n  do   mount a writable volume there, such as a memory emptyDir      E_DELIVERY, exit 6\n",
	},
	{
		name: "a folder that can never be made",
		given: ({ config }) => {
			config({ templates: [{ contents: "K=1", destination: "/proc/keyturn/key.env" }] });
		},
		isPossible: process.platform === "linux",
		code: 6,
		says: "error: cannot make the folder /proc/keyturn: the folder is not there\n  do   mend the folder; it is tried again by itself      E_DELIVERY, exit 6\n",
	},
	{
		name: "a token's sink on a read-only file system",
		given: ({ place, template, config, vault }) => {
			template("K={{api_key}}");
			mkdirSync(place.at("out"), { recursive: true });
			config({
				templates: [{ source: "t.hbs", destination: "key.env" }],
				auto_auth: {
					method: "approle",
					config: { role_id: vault.roleId, secret_id: vault.secretId },
					sinks: [{ path: "out/token" }],
				},
			});
			return { through: onReadOnlyMount(place.at("out")) };
		},
		isPossible: canMount,
		code: 6,
		says: "error: the token cannot be put into the sink {out}/token: cannot write {out}/token: the file system is read-only\n  do   mount a writable volume there, such as a memory emptyDir      E_SINK, exit 6\n",
	},
	{
		name: "a listener's port that is taken",
		given: ({ config, vault }) => {
			config({
				templates: [{ contents: "K=1", destination: "out/key.env" }],
				listener: { address: vault.address.replace("http://", "") },
			});
		},
		args: ["start", "-c", "agent.yaml"],
		code: 2,
		says: "error: cannot listen on {host}: another process listens there\n  do   end what is there, or set another address with --listen or listener.address      E_LISTEN, exit 2\n",
	},
	{
		name: "a full disk",
		given: ({ place, template }) => {
			template("K={{api_key}}");
			return { through: onFullDisk(place.at("out")) };
		},
		isPossible: canMount,
		code: 6,
		says: "error: cannot write {out}/key.env: the disk is full\n  do   free some space; it is tried again by itself      E_DELIVERY, exit 6\n",
	},
];

const READABLE = ["--log-format", "pretty", "--log-level", "error"];
const DEFAULT_ARGS = ["start", "-c", "agent.yaml", "--exit-after-auth", "--timeout", "500ms"];

/** The paragraph at the end of standard error, its changing parts named. */
function paragraph(stderr: string, { vault, place }: Scene): string {
	return stderr
		.slice(Math.max(0, stderr.indexOf("error: ")))
		.replaceAll(place.at("out"), "{out}")
		.replaceAll(place.path, "{place}")
		.replaceAll(vault.address, "{address}")
		.replaceAll(vault.address.replace("http://", ""), "{host}");
}

/** Runs a row: what came of it, and what should have. */
async function outcomeOf(row: Row) {
	const scene = await sceneOf();
	const { env = scene.vault.env, ...options } = (await row.given(scene)) ?? {};
	const before = treeOf(scene.place.path);
	const [command = "", ...flags] = row.args ?? DEFAULT_ARGS;

	const { code, stdout, stderr } = await runAgent([command, ...READABLE, ...flags], {
		env,
		cwd: scene.place.path,
		...options,
	});

	const found = {
		code,
		says: paragraph(stderr, scene),
		stdout,
		files: treeOf(scene.place.path),
		leaked: (stdout + stderr).match(/planted|hvs\./g),
	};
	// A disk of its own is listed by the one who has mounted it.
	const listed = options.through?.includes("unshare") ? "key.env K=old\n" : "";
	return { found, expected: { code: row.code, says: row.says, stdout: listed, files: before, leaked: null } };
}

describe.each([
	["config", CONFIG],
	["template", TEMPLATES],
	["secret", SECRETS],
	["login", LOGINS],
	["server", SERVERS],
	["destination", DESTINATIONS],
])("bad input, %s", (_part, rows) => {
	test.for(rows)("$name", async (row, { skip }) => {
		skip(row.isPossible === false, "not possible for this user on this machine");

		const { expected, found } = await outcomeOf(row);

		expect(found).toEqual(expected);
	});
});

describe("bad input, TLS", () => {
	test.skipIf(!canMakeCertificates)("a certificate of an unknown CA, until its CA is named", async () => {
		const { cert, key, certFile } = selfSigned(folder());
		const scene = await sceneOf({ tls: { cert, key } });
		const { env } = scene.vault;
		scene.template("K={{api_key}}");
		const before = treeOf(scene.place.path);

		const refused = await runAgent([...DEFAULT_ARGS, ...READABLE], { env, cwd: scene.place.path });

		expect([refused.code, paragraph(refused.stderr, scene)]).toEqual([
			5,
			"error: timed out after 500 ms; {out}/key.env: the TLS connection to {address} was refused (its certificate is signed by an unknown CA)\n  at   {address}  POST auth/approle/login\n  do   set vault.ca_cert (VAULT_CACERT) to the CA that signed Vault's certificate      E_TIMEOUT, exit 5\n",
		]);
		expect(treeOf(scene.place.path)).toEqual(before);

		const named = { ...env, VAULT_CACERT: certFile };
		const trusted = await runAgent([...DEFAULT_ARGS, ...READABLE], { env: named, cwd: scene.place.path });
		expect([trusted.code, readFileSync(scene.place.at("out/key.env"), "utf8")]).toEqual([
			0,
			"K=sk-planted-0001",
		]);
	});
});
