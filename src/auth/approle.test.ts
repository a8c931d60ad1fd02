import { describe, expect, test } from "vitest";
import { FakeCredentialFiles } from "../../test/support/fake-credential-files.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { away, type FakeAnswer, FakeVault, grantReply, refusal } from "../../test/support/fake-vault.ts";
import { RecordingLog } from "../../test/support/recording-log.ts";
import { Secret } from "../kernel/mod.ts";
import { type ApproleOptions, approleMethod } from "./approle.ts";

const signal = new AbortController().signal;
const ROLE_FILE = { kind: "file", path: "/vault/custom/role-id" } as const;
const SECRET_FILE = { kind: "file", path: "/vault/custom/secret-id" } as const;
function open(over: Partial<ApproleOptions> = {}, answer: FakeAnswer = () => grantReply("t1")) {
	const files = new FakeCredentialFiles({ [ROLE_FILE.path]: "role-1\n", [SECRET_FILE.path]: "sid-1\n" });
	const vault = new FakeVault(new FakeClock(), answer);
	const log = new RecordingLog();
	const credentials: string[] = [];
	const method = approleMethod(
		{
			mountPath: "auth/approle",
			roleId: ROLE_FILE,
			secretId: SECRET_FILE,
			removeSecretIdFile: true,
			...over,
		},
		{ client: vault, files, log, onCredential: (credential) => credentials.push(credential.reveal()) },
	);
	return { files, vault, log, credentials, method, login: () => method.login(signal) };
}

describe("an AppRole login", () => {
	test("sends what stands in the files, without their line ends", async () => {
		const { vault, login } = open();

		const grant = await login();

		expect(vault.calls).toMatchObject([
			{ method: "POST", path: "auth/approle/login", body: { role_id: "role-1", secret_id: "sid-1" } },
		]);
		expect(vault.calls[0]).not.toHaveProperty("token");
		expect(grant).toMatchObject({ accessor: "acc", ttlMs: 3_600_000, renewable: true, policies: ["reader"] });
		expect(grant.token.reveal()).toBe("t1");
	});

	test("sends no secret id for a role that takes none", async () => {
		const { vault, login } = open({ roleId: { kind: "value", value: new Secret(" role-2\n") } });
		const bare = open();
		const withoutSecret = approleMethod(
			{ mountPath: "auth/gw", roleId: ROLE_FILE, removeSecretIdFile: true },
			{ client: bare.vault, files: bare.files, log: bare.log, onCredential: () => {} },
		);

		await login();
		await withoutSecret.login(signal);

		expect(vault.calls[0]?.body).toEqual({ role_id: "role-2", secret_id: "sid-1" });
		expect(bare.vault.calls[0]).toMatchObject({ path: "auth/gw/login", body: { role_id: "role-1" } });
		expect(bare.vault.calls[0]?.body).not.toHaveProperty("secret_id");
	});

	test("removes the secret id's file once Vault has answered, and goes on with what it held", async () => {
		const { files, vault, log, login } = open();

		await login();
		expect([...files.texts.keys()]).toEqual([ROLE_FILE.path]);
		await login();

		expect(vault.calls[1]?.body).toEqual({ role_id: "role-1", secret_id: "sid-1" });
		expect(log.lines).toEqual([]);
	});

	test("leaves the file for the next start until Vault has answered, be it with a refusal", async () => {
		let isAway = true;
		const { files, login } = open({}, (call) => {
			throw isAway ? away(call) : refusal(call, 400);
		});

		await login().catch(() => {});
		const whileAway = [...files.texts.keys()];
		isAway = false;
		await login().catch(() => {});

		expect(whileAway).toEqual([ROLE_FILE.path, SECRET_FILE.path]);
		expect([...files.texts.keys()]).toEqual([ROLE_FILE.path]);
	});

	test("leaves a secret id that was put there while Vault answered", async () => {
		const { files, login } = open({}, () => {
			files.texts.set(SECRET_FILE.path, "sid-2");
			return grantReply("t1");
		});

		await login();

		expect(files.texts.get(SECRET_FILE.path)).toBe("sid-2");
	});

	test("keeps the file where that is configured", async () => {
		const { files, login } = open({ removeSecretIdFile: false });

		await login();

		expect(files.texts.get(SECRET_FILE.path)).toBe("sid-1\n");
	});

	test("reads both files anew each time, for they are replaced while the agent runs", async () => {
		const { files, vault, login } = open();
		await login();

		files.texts.set(ROLE_FILE.path, "role-2").set(SECRET_FILE.path, "sid-2");
		await login();
		files.texts.clear();
		await login();
		files.texts.set(SECRET_FILE.path, "\n");
		await login();

		const second = { role_id: "role-2", secret_id: "sid-2" };
		expect(vault.calls.slice(1).map(({ body }) => body)).toEqual([second, second, second]);
	});

	test("has something new to show once another credential is in a file", async () => {
		const { files, method, login } = open();
		const before = await method.hasNewCredential();
		await login();

		const removed = await method.hasNewCredential();
		files.texts.set(SECRET_FILE.path, "sid-1");
		const sameAgain = await method.hasNewCredential();
		files.texts.set(SECRET_FILE.path, " \n");
		const empty = await method.hasNewCredential();
		files.texts.set(SECRET_FILE.path, "sid-2\n");
		const another = await method.hasNewCredential();

		expect({ before, removed, sameAgain, empty, another }).toEqual({
			before: true,
			removed: false,
			sameAgain: false,
			empty: false,
			another: true,
		});
		expect(method.credentialFiles).toEqual([ROLE_FILE.path, SECRET_FILE.path]);
	});

	test("warns of a file that cannot be removed, naming it and what to set, and goes on", async () => {
		const { files, log, login } = open();
		files.isReadOnly = true;

		await login();

		expect(log.lines).toMatchObject([{ level: "warn", path: SECRET_FILE.path }]);
		expect(log.lines[0]?.msg).toContain("remove_secret_id_file_after_reading: false");
		expect(log.lines[0]?.msg).toContain("EROFS");
		expect(JSON.stringify(log.lines)).not.toContain("sid-1");
	});

	test("tells each credential before it is sent", async () => {
		const { credentials, login } = open({}, () => {
			throw away({ method: "POST", path: "auth/approle/login" });
		});

		await expect(login()).rejects.toThrow("Vault is away");

		expect(credentials).toEqual(["role-1", "sid-1"]);
	});

	test.each([
		["the role id", ROLE_FILE.path, "cannot read the role id from /vault/custom/role-id (ENOENT)"],
		["the secret id", SECRET_FILE.path, "cannot read the secret id from /vault/custom/secret-id (ENOENT)"],
	])("without the file of %s says which one is wanted", async (_what, path, message) => {
		const { files, vault, login } = open();
		files.texts.delete(path);

		await expect(login()).rejects.toMatchObject({
			message,
			code: "E_CREDENTIAL_FILE",
			remedy: "give-up",
			exitCode: 3,
		});
		expect(vault.calls).toEqual([]);
	});

	test("with an empty file says so", async () => {
		const { files, login } = open();
		files.texts.set(SECRET_FILE.path, " \n");

		await expect(login()).rejects.toThrow("cannot read the secret id from /vault/custom/secret-id (empty)");
	});

	test.each([
		[400, "invalid role or secret ID", "Vault refused the login: invalid role or secret ID (400)"],
		[403, "permission denied", "Vault refused the login: permission denied (403)"],
		[404, "no handler for route", "Vault refused the login: no handler for route (404)"],
		[403, "address not allowed", "Vault refused the login: address not allowed (403)"],
	])("that Vault refuses with %i %s ends there, in Vault's words", async (status, words, message) => {
		const { login } = open({}, () => {
			throw refusal({ method: "POST", path: "auth/approle/login" }, status, { words });
		});

		await expect(login()).rejects.toMatchObject({
			message,
			code: "E_LOGIN_REFUSED",
			remedy: "give-up",
			exitCode: 3,
			facts: { method: "approle", status },
		});
	});

	test("that lacks a secret id says where to put one", async () => {
		const { login } = open({}, () => {
			throw refusal({ method: "POST", path: "auth/approle/login" }, 400, { words: "missing secret_id" });
		});

		const wanted = expect.stringContaining("secret_id_file_path, or VAULT_SECRET_ID") as string;
		await expect(login()).rejects.toMatchObject({ rows: { do: wanted } });
	});

	test.each([429, 500, 503])("that Vault cannot serve now (%i) can be tried again", async (status) => {
		const { login } = open({}, () => {
			throw refusal({ method: "POST", path: "auth/approle/login" }, status);
		});

		await expect(login()).rejects.toMatchObject({ remedy: "retry", exitCode: 5 });
	});
});
