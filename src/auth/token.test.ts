import { describe, expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { FakeCredentialFiles } from "../../test/support/fake-credential-files.ts";
import { FakeVault, grantReply, refusal, reply } from "../../test/support/fake-vault.ts";
import { Secret } from "../kernel/mod.ts";
import { unsendable } from "../vault/errors.ts";
import type { VaultReply } from "../vault/mod.ts";
import { tokenMethod } from "./mod.ts";

const signal = new AbortController().signal;

describe("a login with a token", () => {
	const file = { kind: "file", path: "/run/token" } as const;

	function given(answer: ConstructorParameters<typeof FakeVault>[1]) {
		const files = new FakeCredentialFiles({ [file.path]: "hvs.one\n" });
		const vault = new FakeVault(new FakeClock(), answer);
		const method = tokenMethod({ token: file }, { client: vault, files, onCredential: () => {} });
		return { files, vault, method, login: () => method.login(signal) };
	}

	test("asks Vault about it, and reads the file anew each time", async () => {
		const data = { accessor: "acc", ttl: 1200, renewable: true, policies: ["reader"], expire_time: "2026" };
		const { files, vault, login } = given(() => ({ ...grantReply(""), data }));

		const grant = await login();
		files.texts.set(file.path, "hvs.two");
		const next = await login();

		expect(grant).toMatchObject({ accessor: "acc", ttlMs: 1_200_000, renewable: true, policies: ["reader"] });
		expect([grant.token.reveal(), next.token.reveal()]).toEqual(["hvs.one", "hvs.two"]);
		expect(vault.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
			"GET auth/token/lookup-self",
			"GET auth/token/lookup-self",
		]);
	});

	test.each([
		["the token alone, with a line end", "hvs.two\r\n", "hvs.two"],
		["the JSON of a login", '{"auth": {"client_token": "hvs.two"}, "lease_id": ""}', "hvs.two"],
		["the JSON of a sink", '{"token": "hvs.two"}\n', "hvs.two"],
		["JSON with no token in it", '{"data": 1}', '{"data": 1}'],
		["half of a JSON", '{"token": "hvs.two', '{"token": "hvs.two'],
	])("takes %s", async (_what, text, shown) => {
		const { files, vault, login } = given(() => grantReply(""));
		files.texts.set(file.path, text);

		await login();

		expect(vault.calls[0]?.token?.reveal()).toBe(shown);
	});

	test("says of a wrapping token that it cannot log in, without showing it to Vault", async () => {
		const { files, vault, login } = given(() => grantReply(""));
		files.texts.set(file.path, '{"token": "hvs.planted", "creation_path": "sys/wrapping/wrap", "ttl": 300}');

		await expect(login()).rejects.toMatchObject({
			message: "/run/token holds a wrapping token, which cannot log in",
			code: "E_WRAPPING_TOKEN",
			exitCode: 3,
		});
		expect(vault.calls).toEqual([]);
	});

	test("is itself what is shown, so that another in the file is news", async () => {
		const { files, method, login } = given(() => grantReply(""));
		await login();
		const before = await method.hasNewCredential();

		files.texts.set(file.path, "hvs.two");

		expect([method.isTokenItself, before, await method.hasNewCredential()]).toEqual([true, false, true]);
	});

	test("that no header can carry is not called refused", async () => {
		const { login } = given((call) => {
			const place = {
				method: call.method,
				path: call.path,
				namespace: undefined,
				address: "https://vault.test",
			};
			throw unsendable(place, "a line break in X-Vault-Token");
		});

		await expect(login()).rejects.toMatchObject({ code: "E_REQUEST_INVALID", exitCode: 3 });
	});

	test("asks in its own namespace", async () => {
		const vault = new FakeVault(new FakeClock(), () => grantReply(""));
		const token = { kind: "value", value: new Secret("hvs.one") } as const;
		const files = new FakeCredentialFiles({});
		const method = tokenMethod(
			{ token, namespace: "admin" },
			{ client: vault, files, onCredential: () => {} },
		);

		await method.login(signal);

		expect(method.namespace).toBe("admin");
		expect(vault.calls).toMatchObject([{ namespace: "admin" }]);
	});

	test.each([
		["has an end that has all but come", { ttl: 0, expire_time: "2026-11-21T12:00:00Z" }, 1000],
		["has none", { ttl: 0, expire_time: null }, 0],
	])("tells a token that %s", async (_what, data, ttlMs) => {
		const { login } = given(() => ({ ...grantReply(""), data }));

		expect((await login()).ttlMs).toBe(ttlMs);
	});

	test("that Vault does not know names the file to put another into", async () => {
		const { login } = given((call) => {
			throw refusal(call, 403);
		});

		const wanted = expect.stringContaining("/run/token") as string;
		await expect(login()).rejects.toMatchObject({ code: "E_LOGIN_REFUSED", rows: { do: wanted } });
	});
});

describe("a login with a wrapped token", () => {
	const UNWRAP = "sys/wrapping/unwrap";
	const file = { kind: "file", path: "/run/token" } as const;
	const data = { accessor: "acc", ttl: 1200, renewable: true, policies: ["reader"], expire_time: "2026" };

	function wrapped(text: string, inside: Partial<VaultReply> = { data: { token: "hvs.inside" } }) {
		const files = new FakeCredentialFiles({ [file.path]: text });
		const used = new Set<string | undefined>();
		const vault = new FakeVault(new FakeClock(), (call) => {
			if (call.path !== UNWRAP) return reply({ data });
			const token = call.token?.reveal();
			if (used.has(token))
				throw refusal(call, 400, { words: "wrapping token is not valid or does not exist" });
			used.add(token);
			return reply(inside);
		});
		const hidden: string[] = [];
		const onCredential = (credential: Secret) => void hidden.push(credential.reveal());
		const method = tokenMethod({ token: file, isWrapped: true }, { client: vault, files, onCredential });
		return { files, vault, used, hidden, login: async () => await method.login(signal) };
	}

	test.each([
		["a wrapping token alone", "hvs.wrap\n", { data: { token: "hvs.inside" } }],
		[
			"what a sink with wrap_ttl holds",
			'{"token": "hvs.wrap", "creation_path": "sys/wrapping/wrap"}',
			{ data: { token: "hvs.inside" } },
		],
		["the wrapped answer of a login", "hvs.wrap", { auth: { client_token: "hvs.inside" } }],
	])("unwraps %s, and hides both", async (_, text, inside) => {
		const { vault, hidden, login } = wrapped(text, inside);

		const grant = await login();

		expect(grant.token.reveal()).toBe("hvs.inside");
		expect(vault.calls.map(({ path, token }) => [path, token?.reveal()])).toEqual([
			[UNWRAP, "hvs.wrap"],
			["auth/token/lookup-self", "hvs.inside"],
		]);
		expect(hidden).toEqual(["hvs.wrap", "hvs.inside"]);
	});

	test("unwraps each once: what was in it serves every later login", async () => {
		const { vault, files, login } = wrapped("hvs.wrap");
		await login();

		await login();
		files.texts.set(file.path, "hvs.wrap-2");
		await login();

		expect(vault.to(UNWRAP).map(({ token }) => token?.reveal())).toEqual(["hvs.wrap", "hvs.wrap-2"]);
	});

	test("takes a token whose wrapping was used before for stolen", async () => {
		const { used, login } = wrapped("hvs.wrap");
		used.add("hvs.wrap");

		await expect(login()).rejects.toMatchObject({
			message:
				"the wrapping token in /run/token is not valid: it was used before, has expired or never was (400)",
			code: "E_WRAPPING_TOKEN",
			exitCode: 3,
			rows: { do: expect.stringMatching(/^take the token for stolen: /) as string },
			facts: { method: "token" },
		});
	});

	test("says when there was no token in it", async () => {
		const { login } = wrapped("hvs.wrap", { data: { password: "x" } });

		await expect(login()).rejects.toMatchObject({
			message: "the wrapping token in /run/token held no token",
			code: "E_WRAPPING_TOKEN",
		});
	});
});
