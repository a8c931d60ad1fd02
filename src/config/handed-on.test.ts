import { describe, expect, test } from "vitest";
import { configInput, VAULT_ADDR } from "../../test/support/config-input.ts";
import { loadConfig } from "./mod.ts";

/** What a file with this text comes to, in /etc/keyturn. */
function load(text: string, env: Readonly<Record<string, string>> = {}) {
	return loadConfig(configInput(text, { env: { VAULT_ADDR, ...env } }));
}

async function problems(text: string): Promise<string> {
	return await load(text).then(
		() => "no problem",
		(error: Error) => error.message,
	);
}

const approle = (more: string) => `auto_auth: { method: approle, config: { role_id: a }, ${more} }`;

describe("a sink for one reader", () => {
	test("names the file of the reader's key, and how the key is made", async () => {
		const keys = "dh_type: curve25519, dh_path: reader.json";
		const sinks = `[{ path: a, ${keys} }, { path: b, ${keys}, derive_key: true, aad: gw }]`;

		const { auth } = await load(approle(`sinks: ${sinks}`));

		const readerKeyPath = "/etc/keyturn/reader.json";
		expect(auth?.sinks).toEqual([
			{
				path: "/etc/keyturn/a",
				mode: 0o600,
				reuse: true,
				encryption: { readerKeyPath, isDerived: false, aad: "" },
			},
			{
				path: "/etc/keyturn/b",
				mode: 0o600,
				reuse: true,
				encryption: { readerKeyPath, isDerived: true, aad: "gw" },
			},
		]);
	});

	test.each([
		["dh_type: curve25519", "auto_auth.sinks[0].dh_type lacks dh_path, the file with the reader's key"],
		["dh_path: k", "auto_auth.sinks[0].dh_path goes with dh_type: curve25519"],
		["derive_key: true", "auto_auth.sinks[0].derive_key goes with dh_type and dh_path"],
		["aad: gw", "auto_auth.sinks[0].aad goes with dh_type and dh_path"],
		["dh_type: curve448, dh_path: k", "auto_auth.sinks[0].dh_type: expected curve25519"],
	])("with %s alone is refused", async (keys, message) => {
		expect(await problems(approle(`sinks: [{ path: a, ${keys} }]`))).toContain(message);
	});

	test("takes its owner by number", async () => {
		const { auth } = await load(approle("sinks: [{ path: a, user: 1000, group: 0 }]"));

		expect(auth?.sinks).toEqual([
			{ path: "/etc/keyturn/a", mode: 0o600, reuse: true, user: "1000", group: "0" },
		]);
	});
});

describe("auto_auth.wrap_ttl", () => {
	test("wraps the login for the one sink", async () => {
		const { auth } = await load(approle("wrap_ttl: 5m, sinks: [{ path: a }]"));

		expect(auth).toMatchObject({ wrapTtlMs: 300_000, sinks: [{ path: "/etc/keyturn/a" }] });
	});

	const wrapping = (more = "sinks: [{ path: a }]") => approle(`wrap_ttl: 5m, ${more}`);
	test.each([
		["no sink", wrapping("sinks: []"), "expected exactly one sink for the wrapping, found 0"],
		[
			"two sinks",
			wrapping("sinks: [{ path: a }, { path: b }]"),
			"expected exactly one sink for the wrapping, found 2",
		],
		[
			"a sink that wraps",
			wrapping("sinks: [{ path: a, wrap_ttl: 5m }]"),
			"auto_auth.sinks[0].wrap_ttl: auto_auth.wrap_ttl wraps already; keep one of them",
		],
		[
			"a token that is there",
			"auto_auth: { method: token, config: { token: t }, wrap_ttl: 5m, sinks: [{ path: a }] }",
			"auto_auth.wrap_ttl: method token makes no token; use wrap_ttl of the sink",
		],
		[
			"templates",
			`${wrapping()}\ntemplates: [{ contents: x, destination: o.env }]`,
			"templates: with auto_auth.wrap_ttl the agent does not hold the token, so it can read nothing for them",
		],
		[
			"variables",
			`${wrapping()}\nenv: { A: "secret/data/x#y" }`,
			"env: with auto_auth.wrap_ttl the agent does not hold the token, so it can read nothing for it",
		],
		[
			"all fields as variables",
			`${wrapping()}\nenv_from: [{ secret: secret/data/x }]`,
			"env_from: with auto_auth.wrap_ttl the agent does not hold the token, so it can read nothing for it",
		],
		[
			"a child",
			`${wrapping()}\nexec: { command: [a] }`,
			"exec: with auto_auth.wrap_ttl the agent does not hold the token, so it has nothing for a child",
		],
		[
			"revocation at the end",
			wrapping("sinks: [{ path: a }], revoke_on_shutdown: true"),
			"auto_auth.revoke_on_shutdown: with auto_auth.wrap_ttl the agent does not hold the token",
		],
		[
			"a handover",
			`${wrapping()}\nhandover: { path: s, key_file: k }`,
			"handover: with auto_auth.wrap_ttl the agent does not hold the token",
		],
	])("is refused with %s", async (_, text, message) => {
		expect(await problems(text)).toContain(message);
	});
});

describe("auto_auth.config of method token", () => {
	test.each([
		["{ token: hvs.planted }", { kind: "value" }],
		["{ token_file_path: t }", { kind: "file", path: "/etc/keyturn/t" }],
	])("takes %s", async (config, token) => {
		const { auth } = await load(`auto_auth: { method: token, config: ${config} }`, {
			VAULT_TOKEN: "hvs.other",
		});

		expect(auth).toMatchObject({ method: "token", token, isWrapped: false });
		expect(JSON.stringify(auth)).not.toMatch(/hvs\./);
	});

	test("may hold a wrapping", async () => {
		const { auth } = await load("auto_auth: { method: token, config: { token: w, unwrap_token: true } }");

		expect(auth).toMatchObject({ isWrapped: true });
	});

	test("holds one token, and belongs to no other method", async () => {
		const both = "auto_auth: { method: token, config: { token: a, token_file_path: b } }";

		expect(await problems(both)).toContain(
			"auto_auth.config holds token and token_file_path; keep one of them",
		);
		expect(
			await problems("auto_auth: { method: approle, config: { role_id: a, unwrap_token: true } }"),
		).toContain("auto_auth.config.unwrap_token does not belong to method approle");
	});
});

test("a JWT may be looked for, and its file be removed behind a link", async () => {
	const config = "{ role: ci, path: j, remove_jwt_follows_symlinks: true, jwt_read_period: 30s }";

	const { auth } = await load(`auto_auth: { method: jwt, exit_on_err: true, config: ${config} }`);

	expect(auth).toMatchObject({ removeFollowsLinks: true, readPeriodMs: 30_000, endsOnError: true });
});

describe("log.file", () => {
	test.each([
		["logs/a.log", "/etc/keyturn/logs/a.log"],
		["/var/log/keyturn/", "/var/log/keyturn/agent.log"],
	])("%s is the file %s, put aside every day", async (file, path) => {
		expect((await load(`log: { file: ${file} }`)).log).toMatchObject({
			file: { path, rotateMs: 86_400_000 },
		});
	});

	test.each([
		["rotate_max_files: 3", { mostRotated: 3 }],
		["rotate_max_files: -1", { mostRotated: 0 }],
		["rotate_max_files: 0, rotate_bytes: 0", {}],
		["rotate_bytes: 1000, rotate_duration: 1h", { rotateBytes: 1000, rotateMs: 3_600_000 }],
	])("with %s", async (keys, file) => {
		const { log } = await load(`log: { file: /l, ${keys} }`);

		expect(log.file).toEqual({ path: "/l", rotateMs: 86_400_000, ...file });
	});

	test.each([
		["rotate_bytes: 1.5", "log.rotate_bytes: expected a whole number, 0 or more"],
		["rotate_max_files: -2", "log.rotate_max_files: expected a whole number, -1 or more"],
		["rotate_duration: 0", "log.rotate_duration: expected at least 1ms"],
	])("with %s is refused", async (keys, message) => {
		expect(await problems(`log: { file: /l, ${keys} }`)).toContain(message);
	});
});

test("pid_file counts from the config's folder", async () => {
	expect((await load("pid_file: run/pid")).pidFile).toBe("/etc/keyturn/run/pid");
});
