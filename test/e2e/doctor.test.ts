import { chmodSync, existsSync } from "node:fs";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { runAgent } from "../support/agent-process.ts";
import { folder } from "../support/folder.ts";
import { canMakeCertificates, selfSigned } from "../support/tls.ts";
import { openVault, ROLE_ID, SECRET_ID } from "../support/vault.ts";

const TEMPLATE = { contents: '{{#secret "secret/data/llm/openai"}}K={{k}}{{/secret}}' };

interface Report {
	readonly ok: boolean;
	readonly exit: number;
	readonly checks: readonly { check: string; result: string; message: string; do?: string }[];
}

/** A config in a folder of its own, and the doctor for it. */
async function scene(settings: object = {}) {
	const vault = await openVault();
	vault.put("secret/data/llm/openai", { k: "planted-key" });
	const place = folder();
	const config = configIn(place, vault, {
		templates: [{ ...TEMPLATE, destination: "out/x.env" }],
		...settings,
	});
	const doctor = async (args: readonly string[] = [], env: Readonly<Record<string, string>> = vault.env) => {
		const { code, stdout, stderr } = await runAgent(["doctor", "-c", config, "--json", ...args], { env });
		const report = JSON.parse(stdout) as Report;
		const of = (check: string) => report.checks.filter((one) => one.check === check);
		return { code, stdout, stderr, report, of };
	};
	return { vault, place, config, doctor };
}

test("doctor finds everything in order, in words and as JSON, and writes nothing", async () => {
	const { place, config, vault, doctor } = await scene({ exec: { command: ["sh", "-c", "true"] } });

	const json = await doctor();
	const text = await runAgent(["doctor", "-c", config], { env: vault.env });

	expect([json.code, json.stderr, text.code, text.stderr]).toEqual([0, "", 0, ""]);
	expect(json.report).toMatchObject({ ok: true, exit: 0 });
	expect(json.report.checks.filter(({ result }) => result === "failure")).toEqual([]);
	for (const check of [
		"node",
		"config",
		"templates",
		"address",
		"health",
		"clock",
		"login",
		"token",
		"policies",
		"secrets",
		"destination",
		"child",
	])
		expect(json.of(check)).toMatchObject([{ result: "ok" }]);
	expect(json.of("token")[0]?.message).toContain("policies default reader");
	expect(text.stdout).toContain("  ✔ login          approle ok\n");
	expect(text.stdout).toMatch(/\n\n {2}0 failures, \d+ warnings?, \d+ in order\n$/);
	expect(json.stdout + text.stdout).not.toContain(SECRET_ID);
	expect(place.entries()).toEqual(["agent.yaml"]);
	expect(vault.count("auth/token/revoke-self")).toBe(2);
});

test("doctor ends with the code of the first failure, and says what to do about each", async () => {
	const busy = createServer();
	await new Promise<void>((resolve) => void busy.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void busy.close());
	const { port } = busy.address() as { port: number };
	const { doctor, vault } = await scene({
		exec: { command: ["no-such-program"] },
		listener: { address: `127.0.0.1:${port}` },
	});

	const { code, report, of } = await doctor([], { ...vault.env, VAULT_SECRET_ID: "planted-wrong" });

	expect([code, report.exit, report.ok]).toEqual([3, 3, false]);
	for (const check of ["login", "child", "listener"])
		expect(of(check)).toMatchObject([{ result: "failure", do: expect.any(String) }]);
	expect(of("listener")[0]?.message).toContain("EADDRINUSE");
	expect(JSON.stringify(report)).not.toContain("planted-wrong");
});

test("doctor says what is wrong with the config with 2, and what is not there at all", async () => {
	const place = folder();
	const bad = place.write("agent.yaml", '{"templates": [{"destination": "x", "sorce": "y"}]}');

	const wrong = await runAgent(["doctor", "-c", bad]);
	const nothing = await runAgent(["doctor"]);

	expect([wrong.code, nothing.code]).toEqual([2, 2]);
	expect(wrong.stdout).toContain('unknown key "sorce" in templates[0]; did you mean "source"?');
	expect(nothing.stdout).toContain("✖ address        no Vault address is known\n");
	expect(nothing.stdout).toContain("✖ login          nothing says how to log in to Vault\n");
});

test("doctor reports a template that cannot be read, and goes on", async () => {
	const { doctor } = await scene({ templates: [{ source: "nope.hbs", destination: "out/x.env" }] });

	const { code, of } = await doctor();

	expect(code).toBe(2);
	expect(of("templates")).toMatchObject([
		{ result: "failure", message: expect.stringContaining("nope.hbs") },
	]);
	expect(of("login")).toMatchObject([{ result: "ok" }]);
});

test("doctor names every path that the token may not read, with 4, and the policy for them", async () => {
	const contents = `${TEMPLATE.contents}{{#secret "secret/data/other/a"}}{{k}}{{/secret}}`;
	const { doctor } = await scene({
		templates: [
			{ contents: `${contents}{{#secret "secret/data/other/b"}}{{k}}{{/secret}}`, destination: "out/x.env" },
		],
	});

	const { code, of } = await doctor();

	expect(code).toBe(4);
	expect(of("policies")).toMatchObject([
		{
			result: "failure",
			message: "the token's policies do not allow secret/data/other/a, secret/data/other/b",
			do: expect.stringContaining('path "secret/data/other/b" { capabilities = ["read"] }'),
		},
	]);
});

test.each([
	[true, "failure", 4],
	[false, "warning", 0],
])("doctor says which field is missing (required: %s): %s", async (required, result, exit) => {
	const contents = '{{#secret "secret/data/llm/openai"}}K={{kk}}{{/secret}}';
	const { doctor } = await scene({ templates: [{ contents, destination: "out/x.env", required }] });

	const { code, of, stdout } = await doctor();

	expect(code).toBe(exit);
	expect(of("policies")).toMatchObject([{ result: "ok" }]);
	expect(of("secrets")).toMatchObject([{ result, message: expect.stringContaining('field "kk" is not in') }]);
	expect(stdout).not.toContain("planted-key");
});

test("doctor tells a Vault that is sealed from one that is away", async () => {
	const { doctor, vault } = await scene();

	await vault.send("POST", "sys/seal");
	const sealed = await doctor();
	await vault.server.close();
	const away = await doctor();

	expect([sealed.code, away.code]).toEqual([5, 5]);
	expect(sealed.of("health")).toMatchObject([
		{ result: "failure", message: expect.stringContaining("sealed") },
	]);
	expect(sealed.of("login")).toMatchObject([{ result: "left out" }]);
	expect(away.of("address")).toMatchObject([
		{ result: "failure", message: expect.stringContaining("ECONNREFUSED") },
	]);
});

test("doctor tries a login that may work only once when it is told to, and keeps the file then too", async () => {
	const { place, vault, doctor } = await scene();
	const [role, secret] = [place.write("role-id", ROLE_ID), place.write("secret-id", SECRET_ID)];
	const key = place.write("handover-key", "0123456789abcdef");
	for (const path of [role, secret]) chmodSync(path, 0o644);
	configIn(place, vault, {
		handover: { path: "out/state", key_file: key },
		auto_auth: { method: "approle", config: { role_id_file_path: role, secret_id_file_path: secret } },
		templates: [{ ...TEMPLATE, destination: "out/x.env" }],
	});

	const careful = await doctor([], {});
	const logins = vault.count("auth/approle/login");
	const told = await doctor(["--online"], {});

	expect([careful.code, logins, told.code]).toEqual([0, 0, 0]);
	expect(careful.of("login")).toMatchObject([
		{ result: "left out", message: expect.stringContaining("may be good for one login") },
	]);
	expect(careful.of("credentials")).toMatchObject([
		{ result: "ok", message: `the key of the handover in ${key} is closed to others (0600)` },
		{ result: "ok" },
		{ result: "warning", do: `chmod 0600 ${secret}` },
	]);
	expect(told.of("login")).toMatchObject([{ result: "ok" }]);
	expect(existsSync(secret)).toBe(true);
});

test("doctor warns of variables that change what Node does", async () => {
	const { doctor, vault } = await scene();

	const { code, of } = await doctor([], { ...vault.env, NODE_OPTIONS: "--no-warnings" });

	expect(code).toBe(0);
	expect(of("environment")).toMatchObject([{ result: "warning", do: "unset NODE_OPTIONS" }]);
});

test("doctor says that a destination cannot be written, with 6", async () => {
	const { doctor } = await scene({ templates: [{ ...TEMPLATE, destination: "agent.yaml/out.env" }] });

	const { code, of } = await doctor();

	expect(code).toBe(6);
	expect(of("destination")).toMatchObject([{ result: "failure" }]);
});

test.skipIf(!canMakeCertificates)(
	"doctor tells a trusted certificate that ends soon from one that is not trusted",
	async () => {
		const place = folder();
		const { cert, key, certFile } = selfSigned(place);
		const vault = await openVault({ tls: { cert, key } });

		const known = await runAgent(["doctor"], { env: { ...vault.env, VAULT_CACERT: certFile } });
		const unknown = await runAgent(["doctor"], { env: vault.env });

		expect([known.code, unknown.code]).toEqual([0, 5]);
		expect(known.stdout).toMatch(
			/! address +https:\S+ answers with TLSv1.3, certificate of keyturn test ends in \d days\n/,
		);
		expect(unknown.stdout).toMatch(/✖ address +https:\S+ gives no trusted connection \(\w+\)\n/);
	},
);
