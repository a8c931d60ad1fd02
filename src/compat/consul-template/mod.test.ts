import { describe, expect, test } from "vitest";
import { loadConfig } from "../../config/mod.ts";
import type { MappingOptions } from "../translate.ts";
import { consulTemplateSettings } from "./mod.ts";

type Env = MappingOptions["env"];

function translate(texts: readonly string[], over: Partial<MappingOptions> = {}) {
	const files = texts.map((text, index) => {
		const name = `${"abc"[index]}.hcl`;
		return { name, path: `/etc/${name}`, text };
	});
	return consulTemplateSettings(files, { env: {}, ...over });
}

async function load(text: string, env: Env) {
	const foreign = translate([text], { env });
	const readFile = () => Promise.reject(new Error("a file was asked for"));
	return await loadConfig({ foreign, readFile, env, flags: {}, cwd: "/", isTerminal: false });
}

const ADDRESS = 'vault { address = "https://file.example:8200" }';

describe("the server", () => {
	test.each([
		[
			"the file's, whatever a variable says",
			ADDRESS,
			{ VAULT_ADDR: "https://env.example" },
			"https://file.example:8200",
		],
		[
			"the variable's where the file says none",
			"",
			{ VAULT_ADDR: "https://env.example" },
			"https://env.example",
		],
		["this machine's where nobody says", "", {}, "https://127.0.0.1:8200"],
	])("is %s", async (...[, text, env, address]: [string, string, Env, string]) => {
		const config = await load(text, { HOME: "/home/a", ...env });

		expect(config.vault.addresses).toEqual([address]);
	});
});

describe("the token", () => {
	const everything = 'vault {\n vault_agent_token_file = "/file"\n token = "t"\n k8s_auth_role_name = "r"\n}';
	const own = 'vault {\n token = "t"\n k8s_auth_role_name = "r"\n}';
	const role = 'vault { k8s_auth_role_name = "r" }';

	test.each([
		[
			"a Vault Agent's file",
			everything,
			{ VAULT_TOKEN: "e" },
			{ method: "token", config: { token_file_path: "/file" } },
		],
		["the config", own, { VAULT_TOKEN: "e" }, { method: "token", config: { token: "t" } }],
		["the variable", role, { VAULT_TOKEN: "e", HOME: "/home/a" }, { method: "token", config: {} }],
		["a login of Kubernetes", role, { HOME: "/home/a" }, { method: "kubernetes", config: { role: "r" } }],
		[
			"a role in a variable",
			"",
			{ VAULT_K8S_AUTH_ROLE_NAME: "v" },
			{ method: "kubernetes", config: { role: "v" } },
		],
		[
			"the home",
			"",
			{ HOME: "/home/a" },
			{ method: "token", config: { token_file_path: "/home/a/.vault-token" } },
		],
		["nowhere", "", {}, undefined],
	])("comes from %s", (...[, text, env, expected]: [string, string, Env, object | undefined]) => {
		expect(translate([text], { env }).settings["auto_auth"]).toEqual(expected);
	});

	test("of the variable is unwrapped when a variable says so", async () => {
		const { auth } = await load("", { VAULT_TOKEN: "e", VAULT_UNWRAP_TOKEN: "true" });

		expect(auth).toMatchObject({ method: "token", isWrapped: true });
	});
});

test("what a later file says wins key by key, and nobody is warned of that", () => {
	const { settings, warnings } = translate([
		'vault {\n token = "a"\n ssl { ca_cert = "/a" }\n}\nlog_level = "info"',
		'vault {\n token = "b"\n}\nlog_level = "err"',
	]);

	expect(settings).toMatchObject({
		vault: { ca_cert: "/a" },
		auto_auth: { config: { token: "b" } },
		log: { level: "error" },
	});
	expect(warnings).toEqual([]);
});

test("what a flag says has the flag's name for its place", () => {
	const flag = (name: string, settings: object) =>
		({ name, path: "", text: JSON.stringify(settings), isFlag: true }) as const;
	const flags = [
		flag("-log-level", { log_level: "loud" }),
		flag("-template", { template: [{ source: "a", destination: "/b" }] }),
	];
	const file = { name: "a.hcl", path: "/etc/a.hcl", text: "" };

	const alone = consulTemplateSettings(flags, { env: {} });
	const both = consulTemplateSettings([file, ...flags], { env: {} });

	expect(alone.problems).toEqual([
		{ place: "-log-level", message: expect.stringMatching(/^log_level: expected/) },
	]);
	expect(alone.warnings).toEqual([
		expect.stringMatching(/^-template: everybody on this machine can read \/b;/),
	]);
	expect([alone.origin, alone.places.of(["poll_interval"]), alone.files]).toEqual([
		"command line",
		"command line",
		[],
	]);
	expect([both.origin, both.places.of(["poll_interval"]), both.files]).toEqual([
		"a.hcl",
		"a.hcl",
		["/etc/a.hcl"],
	]);
});

test.each([
	["", { CT_LOG: "debug" }, "debug"],
	['log_level = "TRACE"', { CT_LOG: "debug" }, "trace"],
	["", {}, "warn"],
])("with %j and %j so much is logged: %s", (text, env: Env, level) => {
	expect(translate([text], { env }).settings["log"]).toEqual({ level });
});

test("templates are escaped where that is asked for", () => {
	const text = 'template {\n contents = "x"\n destination = "/x"\n}';

	expect(translate([text], { isEscaped: true }).settings).toMatchObject({ templates: [{ escape: true }] });
});

test("a problem is said in the config's own words alone, with the others", async () => {
	const text = 'template { destination = "/x" }\nlog_level = "loud"';

	await expect(load(text, {})).rejects.toThrow(
		"a.hcl:1:1: template[0] lacks source or contents\na.hcl:2:13: log_level: expected one of TRACE, DEBUG, INFO, WARN and ERR",
	);
});
