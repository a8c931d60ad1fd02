import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Secret } from "../../src/kernel/mod.ts";
import { NodeVaultClient, type VaultCall, VaultError } from "../../src/vault/mod.ts";
import type { VaultClientOptions } from "../../src/vault/client.ts";
import { eventually } from "../support/eventually.ts";
import { json, loopback, secret, text } from "../support/loopback.ts";

const TOKEN = "hvs.canary-token-0000000000";
const FIXTURES = join(import.meta.dirname, "../fixtures/tls");
const token = new Secret(TOKEN);
const READ: VaultCall = { method: "GET", path: "secret/data/llm/openai", token };
const MISSING = { errors: [] };

function clientFor(address: string | readonly [string, ...string[]], over: Partial<VaultClientOptions> = {}) {
	const addresses = typeof address === "string" ? ([address] as const) : address;
	const client = new NodeVaultClient({
		addresses,
		timeoutMs: 10_000,
		tls: { rejectUnauthorized: true },
		...over,
	});
	onTestFinished(() => client.close());
	return {
		client,
		send: (call: VaultCall = READ, signal = new AbortController().signal) => client.send(call, signal),
	};
}

/** The error of a request that must not succeed. */
async function failure(answer: Promise<unknown>): Promise<VaultError> {
	const error: unknown = await answer.then(
		() => new Error("the request succeeded"),
		(reason: unknown) => reason,
	);
	if (!(error instanceof VaultError)) throw error;
	return error;
}

function pem(name: string): string {
	return readFileSync(join(FIXTURES, name), "utf8");
}

describe("a request", () => {
	test("goes over one socket for any number of reads in a row", async () => {
		const server = await loopback(secret({ api_key: "x" }));
		const { send } = clientFor(server.address);

		for (let n = 0; n < 20; n++) await send();

		expect(server.seen).toHaveLength(20);
		expect(server.connections).toBe(1);
	});

	test("opens no more than eight sockets for any number of reads side by side", async () => {
		const server = await loopback(secret({ api_key: "x" }));
		const { send } = clientFor(server.address);

		await Promise.all(Array.from({ length: 40 }, () => send()));

		expect(server.seen).toHaveLength(40);
		expect(server.connections).toBeLessThanOrEqual(8);
	});

	test("carries its token, the namespace and Vault's own mark, and a body as JSON", async () => {
		const server = await loopback(secret({}));
		const { send } = clientFor(server.address, { namespace: "team-a" });

		await send({ method: "POST", path: "auth/approle/login", body: { role_id: "ü" }, namespace: "admin" });
		await send();

		const [login, read] = server.seen;
		expect(login?.headers["x-vault-token"]).toBeUndefined();
		expect(login?.headers["x-vault-namespace"]).toBe("admin");
		expect(login?.body).toBe('{"role_id":"ü"}');
		expect(read?.headers).toMatchObject({
			"x-vault-token": TOKEN,
			"x-vault-namespace": "team-a",
			"x-vault-request": "true",
		});
	});

	test("is not changed by variables that node-vault would take up", async () => {
		const variables = { VAULT_TOKEN: "hvs.of-the-environment", VAULT_NAMESPACE: "env", VAULT_PREFIX: "/env" };
		for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
		onTestFinished(() => void vi.unstubAllEnvs());
		const server = await loopback(secret({}));
		const { send } = clientFor(server.address);

		await send({ method: "GET", path: "sys/internal/ui/mounts/secret" });

		expect(server.seen[0]?.url).toBe("/v1/sys/internal/ui/mounts/secret");
		expect(server.seen[0]?.headers).not.toHaveProperty("x-vault-token");
		expect(server.seen[0]?.headers).not.toHaveProperty("x-vault-namespace");
	});

	test.each([
		["secret/data/a#b", "/v1/secret/data/a%23b"],
		["secret/data/a?version=9", "/v1/secret/data/a%3Fversion%3D9"],
		["/secret/data/two words/", "/v1/secret/data/two%20words"],
		["secret/data/schlüssel/字/😀", "/v1/secret/data/schl%C3%BCssel/%E5%AD%97/%F0%9F%98%80"],
		["secret/data/100%&#x2F;", "/v1/secret/data/100%25%26%23x2F%3B"],
		["secret/data/.../..a", "/v1/secret/data/.../..a"],
	])("to %s asks for just that path", async (path, url) => {
		const server = await loopback(secret({}));
		const { send } = clientFor(server.address);

		await send({ ...READ, path });

		expect(server.seen[0]?.url).toBe(url);
	});

	test("sends its query beside the path", async () => {
		const server = await loopback(secret({}));
		const { send } = clientFor(`${server.address}/behind/a/proxy`);

		await send({ ...READ, query: { version: "3" } });

		expect(server.seen[0]?.url).toBe("/behind/a/proxy/v1/secret/data/llm/openai?version=3");
	});

	test.each(["secret/../sys/raw", "secret/./x", "secret//x", "", ".."])("to %j is refused", async (path) => {
		const server = await loopback(secret({}));
		const { send } = clientFor(server.address);

		await expect(send({ ...READ, path })).rejects.toMatchObject({ code: "E_REQUEST_INVALID" });
		expect(server.seen).toEqual([]);
	});

	test("is cut off by the timeout, also when the answer has begun", async () => {
		const silent = await loopback(() => {});
		const slow = await loopback((response) => {
			response.writeHead(200, { "Content-Type": "application/json" });
			response.write('{"request_id":');
		});

		for (const server of [silent, slow]) {
			const error = await failure(clientFor(server.address, { timeoutMs: 40 }).send());
			expect(error).toMatchObject({ code: "E_VAULT_UNREACHABLE", remedy: "retry", exitCode: 5 });
			expect(error.message).toBe("Vault is away (no answer within 0.04 s)");
		}
	});

	test("ends at once when it is aborted, with the reason of the abort", async () => {
		const server = await loopback(() => {});
		const { send } = clientFor(server.address);
		const stop = new AbortController();
		const reason = new Error("stopped by SIGTERM");

		const answer = send(READ, stop.signal);
		await eventually(() => expect(server.seen).toHaveLength(1));
		stop.abort(reason);

		await expect(answer).rejects.toBe(reason);
		await expect(send(READ, stop.signal)).rejects.toBe(reason);
		expect(server.seen).toHaveLength(1);
	});

	test.each(["hvs.two\nlines", "hvs.schlüssel-字"])(
		"with the token %j is refused without sending it",
		async (bad) => {
			const server = await loopback(secret({}));
			const { send } = clientFor(server.address);

			const error = await failure(send({ ...READ, token: new Secret(bad) }));

			expect(error).toMatchObject({ code: "E_REQUEST_INVALID", remedy: "give-up" });
			expect(inspect(error)).not.toContain("hvs.");
			expect(server.seen).toEqual([]);
		},
	);
});

describe("an answer", () => {
	test("is given with its numbers as they stood, its frame and the server's time", async () => {
		const body =
			'{"request_id":"r-9","lease_id":"","renewable":false,"lease_duration":2764800,"data":{"n":12345678901234567890},"warnings":["w"]}';
		const server = await loopback((response) => {
			response.writeHead(200, { Date: "Sat, 21 Nov 2026 12:00:00 GMT" });
			response.end(body);
		});

		const reply = await clientFor(server.address).send();

		expect(JSON.stringify(reply.data)).toBe('{"n":12345678901234567890}');
		expect(reply).toMatchObject({ status: 200, requestId: "r-9", leaseDuration: 2764800, warnings: ["w"] });
		expect(reply.serverTime).toBe(Date.UTC(2026, 10, 21, 12));
	});

	test("of status 404 with a body is an answer, without words to explain it", async () => {
		const deleted = { request_id: "r-1", data: { data: null, metadata: { version: 2 } } };
		const server = await loopback((response, { url }) =>
			json(url.endsWith("gone") ? deleted : MISSING, 404)(response, {
				method: "",
				url,
				headers: {},
				body: "",
			}),
		);
		const { send } = clientFor(server.address);

		expect((await send({ ...READ, path: "secret/data/gone" })).data).toEqual(deleted.data);
		expect((await send()).status).toBe(404);
	});

	test("of status 204 is one without data", async () => {
		const server = await loopback((response) => response.writeHead(204).end());

		expect(await clientFor(server.address).send({ ...READ, method: "PUT", body: {} })).toMatchObject({
			status: 204,
			data: undefined,
		});
	});

	test.each([
		[
			"a page",
			text("<html>Sign in</html>", 200, "text/html; charset=utf-8"),
			"status 200, text/html instead of JSON",
		],
		["a page of an ingress", text("<h1>502</h1>", 502, "text/html"), "status 502, text/html instead of JSON"],
		["an empty body", text("", 200, "application/json"), "status 200, an empty body"],
		["a list", json([1, 2]), "status 200, JSON of another kind"],
		["another API's JSON", json({ status: "ok" }), "status 200, JSON of another kind"],
		[
			"half an answer",
			text('{"request_id":"r', 200, "application/json"),
			"status 200, application/json instead of JSON",
		],
	])("that is %s is none of Vault's", async (_what, answer, words) => {
		const server = await loopback(answer);

		const error = await failure(clientFor(server.address).send());

		expect(error).toMatchObject({ code: "E_NOT_VAULT", remedy: "retry", exitCode: 5 });
		expect(error.message).toBe(`${server.address} does not answer like Vault (${words})`);
	});

	test("of a port where TLS is spoken to plain http names https", async () => {
		const server = await loopback((response) => {
			response.writeHead(400);
			response.end("Client sent an HTTP request to an HTTPS server.\n");
		});

		const error = await failure(clientFor(server.address).send());

		expect(error).toMatchObject({ code: "E_NOT_VAULT", rows: { do: expect.stringContaining("https://") } });
	});

	test("is repeated in part only after what has to be hidden was hidden: half a token would be known to nobody", async () => {
		const words = `${"x ".repeat(140)}${TOKEN} and  two  blanks`;
		const server = await loopback(json({ errors: [words, TOKEN] }, 400));
		const clean = (said: string) =>
			said.replaceAll(TOKEN, "[redacted]").replaceAll("two  blanks", "[redacted]");

		const error = await failure(clientFor(server.address, { clean }).send());

		expect(error.message).toContain("x x [redacted] and [red");
		expect(error.message).not.toMatch(/hvs|blanks/);
	});

	test("that is too large is not read to its end", async () => {
		const server = await loopback((response) => {
			const more = () => {
				while (!response.destroyed && response.write("x".repeat(65_536)));
			};
			response.on("drain", more);
			response.writeHead(200);
			more();
		});

		const error = await failure(clientFor(server.address).send());

		expect(error.code).toBe("E_NOT_VAULT");
		expect(error.message).toContain("larger than 8 MiB");
	});

	test.each<[string, Parameters<typeof loopback>[0], string]>([
		["is cut before it begins", (response) => response.destroy(), "connection reset"],
		[
			"is cut in the middle",
			(response) => {
				response.writeHead(200, { "Content-Length": "100" });
				response.write("{");
				setImmediate(() => response.destroy());
			},
			"connection reset",
		],
	])("that %s means that Vault is away", async (_how, answer, words) => {
		const server = await loopback(answer);

		const error = await failure(clientFor(server.address).send());

		expect(error).toMatchObject({ code: "E_VAULT_UNREACHABLE", remedy: "retry" });
		expect(error.message).toBe(`Vault is away (${words})`);
	});

	test("that never comes because nobody listens means that Vault is away", async () => {
		const server = await loopback(secret({}));
		await server.close();

		const error = await failure(clientFor(server.address).send());

		expect(error.message).toBe("Vault is away (connect refused)");
		expect(error.rows["at"]).toBe(`${server.address}  GET secret/data/llm/openai`);
	});

	test.each<[number, readonly string[], Partial<VaultError>]>([
		[400, ["missing client token"], { code: "E_VAULT_REFUSED", remedy: "give-up", exitCode: 1 }],
		[
			403,
			["1 error occurred:\n\t* permission denied\n\n"],
			{ code: "E_PERMISSION_DENIED", remedy: "give-up", exitCode: 4 },
		],
		[
			403,
			["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"],
			{ code: "E_PERMISSION_DENIED", remedy: "relogin" },
		],
		[404, ["no handler for route"], { code: "E_PATH_UNKNOWN", remedy: "give-up", exitCode: 4 }],
		[412, [], { code: "E_VAULT_BUSY", remedy: "retry", exitCode: 5 }],
		[429, ["request path rate limit exceeded"], { code: "E_VAULT_BUSY", remedy: "retry" }],
		[472, [], { code: "E_VAULT_BUSY", remedy: "retry" }],
		[
			500,
			["local node not active but active cluster node not found"],
			{ code: "E_VAULT_BUSY", remedy: "retry" },
		],
		[503, ["Vault is sealed"], { code: "E_VAULT_SEALED", remedy: "retry", exitCode: 5 }],
		[503, ["core is upgrading"], { code: "E_VAULT_BUSY", remedy: "retry" }],
		[307, [], { code: "E_VAULT_REFUSED", remedy: "give-up" }],
	])("of status %i %j says what to do next", async (status, errors, expected) => {
		const server = await loopback(json({ errors }, status, { Location: "http://[" }));

		const error = await failure(clientFor(server.address).send());

		expect(error).toMatchObject({ status, ...expected });
		expect(error.message).toContain(`(${status})`);
		expect(error.facts).toEqual({ path: READ.path, status, address: server.address });
	});

	test.each([
		[
			403,
			"1 error occurred:\n\t* permission denied\n\n",
			"permission denied on secret/data/llm/openai (403)",
		],
		[
			403,
			"2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n",
			"permission denied on secret/data/llm/openai: invalid token (403)",
		],
		[
			403,
			"namespace not authorized",
			"permission denied on secret/data/llm/openai: namespace not authorized (403)",
		],
		[404, 'no handler for route "x"', 'nothing is at secret/data/llm/openai: no handler for route "x" (404)'],
		[500, "storage\n is  slow", "Vault cannot serve secret/data/llm/openai now: storage is slow (500)"],
		[400, "x".repeat(5000), `Vault refused secret/data/llm/openai: ${"x".repeat(300)} (400)`],
	])("of status %i keeps Vault's own words: %s", async (status, words, message) => {
		const server = await loopback(json({ errors: [words] }, status));

		expect((await failure(clientFor(server.address).send())).message).toBe(message);
	});

	test.each([
		[429, "it is a standby"],
		[472, "it is a disaster recovery secondary"],
		[473, "it is a performance standby"],
	])("of status %i to a health check says that %s, and nothing of a rate limit", async (status, words) => {
		const server = await loopback(json({ initialized: true, standby: true }, status));

		const error = await failure(clientFor(server.address).send({ method: "GET", path: "sys/health" }));

		expect(error.message).toBe(`Vault cannot serve sys/health now: ${words} (${status})`);
	});

	test.each([
		["7", 7000],
		["0", 0],
		["86400", 3_600_000],
		["9".repeat(400), 3_600_000],
		["", undefined],
		["-1", undefined],
		["Wed, 21 Oct 2026 07:28:00 GMT", undefined],
	])("with Retry-After %.5s asks to stay away for %s ms", async (header, ms) => {
		const server = await loopback(json({ errors: ["slow down"] }, 429, { "Retry-After": header }));

		expect((await failure(clientFor(server.address).send())).retryAfterMs).toBe(ms);
	});
});

describe("nothing of an error shows the token", () => {
	test.each<[string, Parameters<typeof loopback>[0]]>([
		["refused", json({ errors: ["permission denied"] }, 403)],
		["busy", json({ errors: ["slow"] }, 500)],
		["not Vault", text("<html>", 200, "text/html")],
		["cut", (response) => response.destroy()],
		["redirected", json({}, 307, { Location: "http://127.0.0.1:1/v1/x" })],
	])("when the request is %s", async (_how, answer) => {
		const server = await loopback(answer);
		const call = { ...READ, method: "POST", body: { secret_id: "sid-canary" } } as const;

		const error = await failure(clientFor(server.address).send(call));

		const everything = `${inspect(error, { depth: 20, showHidden: true })}${JSON.stringify(error)}${error.stack ?? ""}`;
		expect(everything).not.toMatch(/canary|X-Vault-Token/i);
		expect(error.cause).toBeUndefined();
	});

	test("nor does node-vault's own debug output, for it is switched off", async () => {
		const server = await loopback(secret({ api_key: "value-canary" }));
		const written: string[] = [];
		const spy = vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
			written.push(String(chunk));
			return true;
		});
		const { createRequire } = await import("node:module");
		const debug = createRequire(createRequire(import.meta.url).resolve("node-vault"))("debug") as {
			enable(names: string): void;
			disable(): void;
		};
		debug.enable("*");
		try {
			await clientFor(server.address).send({ ...READ, method: "POST", body: { secret_id: "sid-canary" } });
		} finally {
			debug.disable();
			spy.mockRestore();
		}

		expect(written.join("")).not.toContain("canary");
	});
});

describe("a redirect", () => {
	const to = (address: string, status = 307) => json({}, status, { Location: `${address}/v1/${READ.path}` });

	test.each([301, 302, 307, 308])(
		"of status %i to a configured address is followed, with token and body",
		async (status) => {
			const active = await loopback(secret({ api_key: "x" }));
			const standby = await loopback(to(active.address, status));
			const { send } = clientFor([standby.address, active.address], { namespace: "team-a" });

			const reply = await send({ ...READ, method: "POST", body: { a: 1 } });

			expect(reply.data).toEqual({ api_key: "x" });
			expect(active.seen).toMatchObject([
				{
					method: "POST",
					body: '{"a":1}',
					headers: { "x-vault-token": TOKEN, "x-vault-namespace": "team-a" },
				},
			]);
		},
	);

	test("to another address is refused, and nothing is sent there", async () => {
		const stranger = await loopback(secret({}));
		const standby = await loopback(to(stranger.address));

		const error = await failure(clientFor(standby.address).send());

		expect(error).toMatchObject({ code: "E_NOT_VAULT", remedy: "retry" });
		expect(error.message).toContain(`redirected to ${stranger.address}, which is not a configured address`);
		expect(stranger.connections).toBe(0);
	});

	test("is followed once and no more", async () => {
		const servers = [await loopback((response, seen) => to(servers[1]?.address ?? "")(response, seen))];
		servers.push(await loopback((response, seen) => to(servers[0]?.address ?? "")(response, seen)));
		const [first, second] = servers;

		const error = await failure(clientFor([first?.address ?? "", second?.address ?? ""]).send());

		expect(error.message).toContain(`redirected again by ${second?.address}`);
		expect(servers.map((server) => server.seen.length)).toEqual([1, 1]);
	});

	test("to plain http is refused by a client of an https address", async () => {
		const plain = await loopback(secret({}));
		const secure = await loopback(to(plain.address), { cert: pem("server.crt"), key: pem("server.key") });

		const tls = { rejectUnauthorized: true, ca: [pem("ca.crt")] };
		expect((await failure(clientFor(secure.address, { tls }).send())).code).toBe("E_NOT_VAULT");
		expect(plain.connections).toBe(0);
	});
});

describe("with two addresses", () => {
	test("the next one is asked after a connection that failed, and stays the one to ask", async () => {
		const dead = await loopback(secret({}));
		await dead.close();
		const alive = await loopback(secret({ api_key: "x" }));
		const { send } = clientFor([dead.address, alive.address]);

		expect((await failure(send())).code).toBe("E_VAULT_UNREACHABLE");
		expect((await send()).data).toEqual({ api_key: "x" });
		expect((await send()).data).toEqual({ api_key: "x" });
	});

	test("it is the next one after any number of requests that failed side by side", async () => {
		const dead = await loopback((response) => response.destroy());
		const alive = await loopback(secret({ api_key: "x" }));
		const { send } = clientFor([dead.address, alive.address]);

		await Promise.allSettled(Array.from({ length: 4 }, () => send()));

		expect((await send()).data).toEqual({ api_key: "x" });
	});

	test("the next one is asked after a sealed reply, and the first one again after the last", async () => {
		let isSealed = true;
		const first = await loopback((response, seen) =>
			(isSealed ? json({ errors: ["Vault is sealed"] }, 503) : secret({ from: "first" }))(response, seen),
		);
		const second = await loopback(json({ errors: ["error: Vault is sealed"] }, 503));
		const { send } = clientFor([first.address, second.address]);

		await failure(send());
		await failure(send());
		isSealed = false;

		expect((await send()).data).toEqual({ from: "first" });
		expect([first.seen.length, second.seen.length]).toEqual([2, 1]);
	});

	test.each([
		[472, ""],
		[473, ""],
		[500, "local node not active but active cluster node not found"],
		[502, "bad gateway"],
		[503, "back soon"],
		[504, "gateway timeout"],
	])("the next one is asked after a server that serves nobody: %i %s", async (status, words) => {
		const first = await loopback(json({ errors: [words] }, status));
		const second = await loopback(secret({ from: "second" }));
		const { send } = clientFor([first.address, second.address]);

		expect((await failure(send())).code).toBe("E_VAULT_BUSY");

		expect((await send()).data).toEqual({ from: "second" });
	});

	test.each([
		[403, "permission denied"],
		[412, "required index state not present"],
		[429, "rate limit quota exceeded"],
		[500, "the database is away"],
	])("an answer about the request is no reason to ask another: %i %s", async (status, words) => {
		const first = await loopback(json({ errors: [words] }, status));
		const second = await loopback(secret({}));
		const { send } = clientFor([first.address, second.address]);

		await failure(send());
		await failure(send());

		expect(second.connections).toBe(0);
	});
});

describe("TLS", () => {
	const server = { cert: pem("server.crt"), key: pem("server.key") };
	const trusting = { rejectUnauthorized: true, ca: [pem("ca.crt")] };

	test("reads over one connection from a server whose CA is known", async () => {
		const vault = await loopback(secret({ api_key: "x" }), server);
		const { send } = clientFor(vault.address, { tls: trusting });

		for (let n = 0; n < 5; n++) expect((await send()).data).toEqual({ api_key: "x" });
		expect(vault.connections).toBe(1);
	});

	const expired = { cert: pem("expired.crt"), key: pem("expired.key") };
	const strangers = { ...trusting, ca: [pem("other-ca.crt")] };

	test.each([
		["an unknown CA", { server, tls: strangers, words: "signed by an unknown CA" }],
		["a CA that the system lacks", { server, tls: { rejectUnauthorized: true }, words: "by an unknown CA" }],
		["another name", { server, tls: { ...trusting, servername: "a.test" }, words: "for another name" }],
		["an expired certificate", { server: expired, tls: trusting, words: "has expired" }],
	])("refuses a server with %s", async (_what, { server: identity, tls, words }) => {
		const vault = await loopback(secret({}), identity);

		const error = await failure(clientFor(vault.address, { tls }).send());

		expect(error).toMatchObject({ code: "E_VAULT_TLS", remedy: "retry", exitCode: 5 });
		expect(error.message).toContain(words);
		expect(vault.seen).toEqual([]);
	});

	test("expects and asks for the name that is configured", async () => {
		const names: string[] = [];
		const vault = await loopback(secret({}), {
			...server,
			SNICallback: (name, done) => {
				names.push(name);
				done(null);
			},
		});

		await clientFor(vault.address, { tls: { ...trusting, servername: "vault.test" } }).send();

		expect(names).toEqual(["vault.test"]);
	});

	test("takes any server when told so", async () => {
		const vault = await loopback(secret({ api_key: "x" }), server);

		expect((await clientFor(vault.address, { tls: { rejectUnauthorized: false } }).send()).status).toBe(200);
	});

	test("shows its own certificate, and is refused without one", async () => {
		const vault = await loopback(secret({}), {
			...server,
			requestCert: true,
			rejectUnauthorized: true,
			ca: pem("ca.crt"),
		});
		const identity = { ...trusting, cert: pem("client.crt"), key: pem("client.key") };

		expect((await clientFor(vault.address, { tls: identity }).send()).status).toBe(200);
		expect((await failure(clientFor(vault.address, { tls: trusting }).send())).remedy).toBe("retry");
		expect(vault.seen).toHaveLength(1);
	});

	test("says so when the other side speaks plain http", async () => {
		const plain = await loopback(secret({}));

		const error = await failure(
			clientFor(plain.address.replace("http:", "https:"), { tls: trusting }).send(),
		);

		expect(error.code).toBe("E_VAULT_TLS");
	});
});
