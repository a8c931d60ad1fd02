import { describe, expect, test } from "vitest";
import { configInput } from "../../../test/support/config-input.ts";
import { ConfigError, type ForeignSettings, loadConfig } from "../../config/mod.ts";
import type { MappingOptions } from "../translate.ts";
import { vaultAgentEnvironment, vaultAgentSettings } from "./mod.ts";

const LOGIN = `auto_auth {
  method "token_file" { config = { token_file_path = "/token" } }
  sink "file" { config = { path = "/sink" mode = 0600 } }
}
`;

/** What comes of one file of this text. */
function translate(
	text: string,
	{ login = LOGIN, ...over }: Partial<MappingOptions> & { readonly login?: string } = {},
): ForeignSettings {
	const file = { name: "agent.hcl", path: "/etc/agent.hcl", text: login + text };
	return vaultAgentSettings([file], { env: {}, ...over });
}

describe("vaultAgentSettings()", () => {
	test("refuses with strict what Vault Agent drops silently", () => {
		const text = "vault { adress = 1 }";

		expect(translate(text)).toMatchObject({ problems: [], warnings: [expect.stringContaining("adress")] });
		expect(translate(text, { strict: true })).toMatchObject({
			problems: [
				{ place: "agent.hcl:5:9", message: 'unknown key "adress" in vault; did you mean "address"?' },
			],
			warnings: [],
		});
	});

	test.each([
		[
			'tempalte { destination = "/a" contents = "a" }',
			LOGIN.replace(/ *sink.*\n/, ""),
			[
				"agent.hcl:1:1: nothing uses the token of auto_auth; ",
				'agent.hcl:4:1: unknown key "tempalte" at the top; did you mean "template"?',
			],
		],
		[
			"",
			'auto_auth {\n\tmethod "approle" { config = { role_id_path = "/r" } }\n\tsink "file" { config = { path = "/sink" } }\n}',
			[
				'agent.hcl:2:2: auto_auth.method "approle" lacks config.role_id_file_path',
				'agent.hcl:2:32: unknown key "role_id_path" in auto_auth.method "approle".config; did you mean "role_id_file_path"?',
			],
		],
		[
			'vault { adress = "https://a" }\npid_file = ""\ntemplate_config { static_secret_render_interval = "1h" }\nlog_file = ""\nlistner = 1\ntemplate { destination = "/a" contents = "a" perms = "9" }',
			LOGIN,
			[
				'agent.hcl:5:9: unknown key "adress" in vault; did you mean "address"?',
				'agent.hcl:9:1: unknown key "listner" at the top; did you mean "listener"?',
				"agent.hcl:10:54: template[0].perms: ",
			],
		],
	])(
		"names the keys that it drops beside what is wrong, of which they are the likely cause",
		async (text, login, lines) => {
			const foreign = translate(text, { login });

			const error: unknown = await loadConfig({ ...configInput(""), foreign }).catch(
				(thrown: unknown) => thrown,
			);

			expect((error as Error).message.split("\n")).toEqual(
				lines.map((line) => expect.stringContaining(line)),
			);
		},
	);

	test.each([
		['perms = "0444"', "so perms says, and"],
		["", "perms is 0644 unless a template says otherwise, and"],
	])("says why everybody can read a file: %j", (perms, why) => {
		const { warnings } = translate(`template {\n destination = "/a"\n contents = "a"\n ${perms}\n}`);

		expect(warnings).toEqual([
			`agent.hcl:5:1: everybody on this machine can read /a; ${why} "0600" is better`,
		]);
	});

	test("knows where each value was written", () => {
		const { places, files, origin } = translate(
			'vault { address = "x" }\ntemplate {\n  destination = "/a"\n  contents = "a"\n}',
		);

		expect(places.of(["vault", "address"])).toBe("agent.hcl:5:19");
		expect(places.of(["templates", 0, "destination"])).toBe("agent.hcl:7:17");
		expect(places.of(["templates", 0, "mode"])).toBe("agent.hcl:6:1");
		expect([files, origin]).toEqual([["/etc/agent.hcl"], "agent.hcl"]);
	});

	test("tells of every file that cannot be read", () => {
		const broken = (name: string) => ({ name, path: `/${name}`, text: "vault {" });
		const read = () => vaultAgentSettings([broken("a.hcl"), broken("b.hcl")], { strict: false, env: {} });

		expect(read).toThrow(ConfigError);
		expect(read).toThrow(/^a\.hcl:1:7: .*\nb\.hcl:1:7: /);
	});

	test("gives way to the log's variables", () => {
		const text = 'log_level = "err"\nlog_format = "json"';
		const env = { BAO_LOG_LEVEL: "DEBUG", VAULT_LOG_LEVEL: "trace", VAULT_LOG_FORMAT: "standard" };

		expect(translate(text).settings["log"]).toEqual({ level: "error", format: "json" });
		expect(translate(text, { env }).settings["log"]).toEqual({ level: "debug", format: "pretty" });
		expect(translate(text, { env: { VAULT_LOG_LEVEL: "loud" } }).problems).toEqual([
			{
				place: "VAULT_LOG_LEVEL",
				message: expect.stringMatching(/^VAULT_LOG_LEVEL: expected one of trace,/),
			},
		]);
	});

	test("gives way to the variables about connections", () => {
		const text = 'disable_keep_alives = ["nonsense"]';
		const env = { VAULT_AGENT_DISABLE_KEEP_ALIVES: "Templating, caching" };

		expect(translate(text).problems).toHaveLength(1);
		expect(translate(text, { env })).toMatchObject({
			problems: [],
			warnings: [expect.stringMatching(/^VAULT_AGENT_DISABLE_KEEP_ALIVES: .* no effect/)],
		});
	});

	test("escapes the values of templates when told to", () => {
		const text = 'template {\n  contents = "a"\n  destination = "/a"\n}';

		expect(translate(text).settings).toMatchObject({ templates: [{ escape: false }] });
		expect(translate(text, { isEscaped: true }).settings).toMatchObject({ templates: [{ escape: true }] });
	});

	test("takes no token up from a sink: each start logs in, as the role that stands in the file", () => {
		expect(translate("", { login: LOGIN }).settings).toMatchObject({
			auto_auth: { sinks: [{ path: "/sink", reuse: false }] },
		});
	});

	test("takes what is authenticated beside a sealed token from a variable, where it is set", () => {
		const login = LOGIN.replace('sink "file" {', 'sink "file" { aad_env_var = "AAD"');
		const sealed = login.replace(
			"config = { path",
			'dh_type = "curve25519" dh_path = "/key" config = { path',
		);

		expect(translate("", { login, env: {} }).problems).toEqual([]);
		expect(translate("", { login, env: { AAD: "hidden" } }).problems).toHaveLength(1); // for whom would it be?
		expect(translate("", { login: sealed, env: { AAD: "hidden" } }).settings).toMatchObject({
			auto_auth: { sinks: [{ aad: "hidden", dh_path: "/key" }] },
		});
	});
});

describe("vaultAgentEnvironment()", () => {
	test("lets a BAO_ variable hide the older one, were it empty", () => {
		const env = {
			BAO_ADDR: "",
			VAULT_ADDR: "https://old",
			VAULT_TOKEN: "t",
			HOME: "/",
			BAO_UNSET: undefined,
		};

		expect(vaultAgentEnvironment(env)).toEqual({ BAO_ADDR: "", VAULT_TOKEN: "t", HOME: "/" });
	});
});
