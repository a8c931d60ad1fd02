import { describe, expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { FakeCredentialFiles } from "../../test/support/fake-credential-files.ts";
import { FakeVault, grantReply, refusal } from "../../test/support/fake-vault.ts";
import { Secret } from "../kernel/mod.ts";
import { unsendable } from "../vault/errors.ts";
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
