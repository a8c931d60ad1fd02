import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type Folder, folder } from "../support/folder.ts";
import { linkedAs, startCommand } from "../support/shell.ts";
import { openVault } from "../support/vault.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
	version: string;
};

/** Calls the program by the name of a link. */
function calling(name: string, place: Folder, env: Readonly<Record<string, string>> = {}) {
	const path = linkedAs(place, name);
	return async (...words: readonly string[]) =>
		await startCommand([place.at(`bin/${name}`), ...words], {
			env: { PATH: path, HOME: place.path, ...env },
			cwd: place.path,
		}).ended;
}

describe.each(["vault", "bao"])("under the name %s", (name) => {
	test.each([["version"], ["-version"], ["--version"], ["-v"]])("%s is ours", async (word) => {
		const { code, stdout } = await calling(name, folder())(word);

		expect([code, stdout]).toEqual([0, `keyturn ${version}\n`]);
	});

	test.each([
		[["-h"], [`${name} agent `, `${name} token revoke -self `]],
		[
			["agent", "-help"],
			[`Usage: ${name} agent [flags]`, "-exit-after-auth ", "-ca-cert=<file>"],
		],
		[
			["token", "revoke", "--help"],
			[`Usage: ${name} token revoke -self [flags]`, "-address=<url>"],
		],
	])("%j prints help", async (words, lines) => {
		const { code, stdout, stderr } = await calling(name, folder())(...words);

		expect([code, stderr]).toEqual([0, ""]);
		for (const line of lines) expect(stdout).toContain(line);
	});

	test.each([[["kv", "get", "secret/x"]], [[]], [["token", "lookup"]], [["start", "-c", "agent.yaml"]]])(
		"%j is what it does not know",
		async (words) => {
			const { code, stdout, stderr } = await calling(name, folder())(...words);

			expect([code, stdout]).toEqual([2, ""]);
			expect(stderr).toContain(
				`this is keyturn under the name ${name}; it knows ${name} agent, ${name} token revoke -self and ${name} version`,
			);
		},
	);
});

describe("vault token revoke -self", () => {
	async function scene() {
		const vault = await openVault();
		const body = { policies: ["default"], ttl: "1h" };
		const reply = await fetch(`${vault.address}/v1/auth/token/create`, {
			method: "POST",
			headers: { "X-Vault-Token": vault.server.rootToken },
			body: JSON.stringify(body),
		});
		const { auth } = (await reply.json()) as { auth: { client_token: string } };
		const token = auth.client_token;
		const isAlive = async () => {
			const headers = { "X-Vault-Token": token };
			return (await fetch(`${vault.address}/v1/auth/token/lookup-self`, { headers })).status === 200;
		};
		return { vault, place: folder(), token, isAlive };
	}

	test.each([
		["VAULT_TOKEN", (token: string) => ({ VAULT_TOKEN: token })],
		["BAO_TOKEN before it", (token: string) => ({ BAO_TOKEN: token, VAULT_TOKEN: "another" })],
	])("revokes the token of %s", async (_, env) => {
		const { vault, place, token, isAlive } = await scene();
		const call = calling("vault", place, { ...env(token), VAULT_ADDR: vault.address });

		const { code, stdout, stderr } = await call("token", "revoke", "-self");

		expect([code, stdout, await isAlive()], stderr).toEqual([
			0,
			"Success! Revoked token (if it existed)\n",
			false,
		]);
	});

	test("or that which the agent has left at home", async () => {
		const { vault, place, token, isAlive } = await scene();
		place.write(".vault-token", token);

		const { code } = await calling("vault", place)("token", "revoke", `-address=${vault.address}`, "-self");

		expect([code, await isAlive()]).toEqual([0, false]);
	});

	test("says that there is none, and that nobody answers, without the token", async () => {
		const { vault, place, token, isAlive } = await scene();
		const without = calling("vault", folder(), { VAULT_ADDR: vault.address });
		const nowhere = calling("vault", place, { VAULT_TOKEN: token, VAULT_ADDR: "http://127.0.0.1:9" });

		const none = await without("token", "revoke", "-self");
		const silent = await nowhere("token", "revoke", "-self");

		expect([none.code, await isAlive()]).toEqual([2, true]);
		expect(none.stderr).toContain("there is no token to revoke: VAULT_TOKEN is not set");
		expect(silent.code).toBe(5);
		expect(silent.stderr).toContain("http://127.0.0.1:9");
		expect(silent.stderr + silent.stdout).not.toContain(token);
	});

	test.each([[[]], [["-self", "another-token"]], [["-accessor", "x"]], [["-mode=path", "auth/x"]]])(
		"with %j it is refused, and no token is repeated",
		async (words) => {
			const { vault, place, token } = await scene();
			const call = calling("vault", place, { VAULT_TOKEN: token, VAULT_ADDR: vault.address });

			const { code, stderr } = await call("token", "revoke", ...words);

			expect(code).toBe(2);
			expect(stderr).toContain("E_USAGE");
			expect(stderr).not.toContain("another-token");
		},
	);
});

describe("a SIGHUP that comes before anything is read is put off", () => {
	const config = `
auto_auth {
  method "token_file" { config = { token_file_path = "token" } }
}
template {
  destination = "out"
  contents    = "{{ with secret \\"secret/data/llm/openai\\" }}{{ .Data.data.api_key }}{{ end }}"
}
`;

	test.each([
		["agent", ["agent", "-config=agent.hcl"]],
		["agent", ["-config=agent.hcl"]],
		["vault", ["agent", "-config=agent.hcl"]],
		["agent", ["consul-template", "-template=in:out"]],
		["consul-template", ["-template=in:out"]],
		["envconsul", ["-secret=secret/llm/openai", "sh", "-c", "echo > out; exec sleep 60"]],
	])("%s %j", async (name, words) => {
		const vault = await openVault();
		vault.put("secret/data/llm/openai", { api_key: "sk-first" });
		const place = folder();
		place.write("agent.hcl", config);
		place.write("token", vault.server.rootToken);
		place.write("in", "plain");
		const early = place.write("early.cjs", 'setImmediate(() => process.kill(process.pid, "SIGHUP"));');
		const env = { VAULT_ADDR: vault.address, VAULT_TOKEN: vault.server.rootToken, HOME: place.path };
		const path = linkedAs(place, name);
		const node = ["setsid", process.execPath, "--require", early, place.at(`bin/${name}`)]; // without a terminal

		const { ended } = startCommand([...node, ...words], { env: { ...env, PATH: path }, cwd: place.path });

		await Promise.race([
			eventually(() => expect(existsSync(place.at("out"))).toBe(true)),
			ended.then(({ code, stderr }) => expect.fail(`ended with ${code}: ${stderr}`)),
		]);
	});
});
