import { describe, expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { FakeCredentialFiles } from "../../test/support/fake-credential-files.ts";
import {
	away,
	type FakeAnswer,
	FakeVault,
	grantReply,
	refusal,
	reply,
} from "../../test/support/fake-vault.ts";
import { RecordingLog } from "../../test/support/recording-log.ts";
import { Secret } from "../kernel/mod.ts";
import { approleMethod } from "./mod.ts";

const WRAPPED = "/vault/custom/secret-id";
const CREATION_PATH = "auth/approle/role/gw/secret-id";
const LOOKUP = "sys/wrapping/lookup";
const UNWRAP = "sys/wrapping/unwrap";
const LOGIN = "auth/approle/login";
const signal = new AbortController().signal;

/** Opens each wrapping token once: `wrap-1` holds `sid of wrap-1`. */
function wrapping(creationPath = CREATION_PATH): FakeAnswer {
	const used = new Set<unknown>();
	return (call) => {
		const token = call.token?.reveal() ?? call.body?.["token"];
		if (call.path === LOGIN) return grantReply("t1");
		if (used.has(token)) throw refusal(call, 400, { words: "wrapping token is not valid or does not exist" });
		if (call.path === LOOKUP) return reply({ data: { creation_path: creationPath } });
		used.add(token);
		return reply({ data: { secret_id: `sid of ${String(token)}` } });
	};
}

function open(answer: FakeAnswer = wrapping(), namespace?: string) {
	const files = new FakeCredentialFiles({ [WRAPPED]: "wrap-1\n" });
	const vault = new FakeVault(new FakeClock(), answer);
	const credentials: string[] = [];
	const method = approleMethod(
		{
			mountPath: "auth/approle",
			roleId: { kind: "value", value: new Secret("role-1") },
			secretId: { kind: "file", path: WRAPPED },
			wrappingPath: CREATION_PATH,
			removeSecretIdFile: true,
			...(namespace !== undefined && { namespace }),
		},
		{
			client: vault,
			files,
			log: new RecordingLog(),
			onCredential: (credential) => credentials.push(credential.reveal()),
		},
	);
	const paths = () => vault.calls.map(({ path }) => path);
	return { files, vault, credentials, method, paths, login: () => method.login(signal) };
}

describe("a login with a wrapped secret id", () => {
	test("looks up where the wrapping token was made, opens it, and shows what is in it", async () => {
		const { files, vault, credentials, login } = open();

		await login();

		expect(vault.calls).toMatchObject([
			{ method: "POST", path: LOOKUP, body: { token: "wrap-1" } },
			{ method: "POST", path: UNWRAP },
			{ method: "POST", path: LOGIN, body: { role_id: "role-1", secret_id: "sid of wrap-1" } },
		]);
		expect(vault.calls.map(({ token }) => token?.reveal())).toEqual([undefined, "wrap-1", undefined]);
		expect(credentials).toEqual(["role-1", "wrap-1", "sid of wrap-1"]);
		expect([...files.texts.keys()]).toEqual([]);
	});

	test("makes every request in the login's namespace", async () => {
		const { vault, login } = open(wrapping(), "admin");

		await login();

		expect(vault.calls.map(({ path, namespace }) => `${namespace} ${path}`)).toEqual([
			`admin ${LOOKUP}`,
			`admin ${UNWRAP}`,
			`admin ${LOGIN}`,
		]);
	});

	test("opens each wrapping token once, and a new one anew", async () => {
		const { files, vault, paths, login } = open();
		await login();

		await login();
		files.texts.set(WRAPPED, "wrap-1");
		await login();
		files.texts.set(WRAPPED, "wrap-2");
		await login();

		expect(paths()).toEqual([LOOKUP, UNWRAP, LOGIN, LOGIN, LOGIN, LOOKUP, UNWRAP, LOGIN]);
		expect(vault.to(LOGIN).map(({ body }) => body?.["secret_id"])).toEqual([
			"sid of wrap-1",
			"sid of wrap-1",
			"sid of wrap-1",
			"sid of wrap-2",
		]);
	});

	test("leaves a wrapping token of another making closed, and its file in place", async () => {
		const { files, paths, login } = open(wrapping("auth/approle/role/admin/secret-id"));

		await expect(login()).rejects.toMatchObject({
			message: `the wrapping token in ${WRAPPED} may have been tampered with: it was made at another path`,
			code: "E_WRAPPING_PATH",
			exitCode: 3,
			remedy: "give-up",
			rows: {
				has: `creation path auth/approle/role/admin/secret-id, expected ${CREATION_PATH}; it was not unwrapped`,
			},
		});
		expect(paths()).toEqual([LOOKUP]);
		expect(files.texts.has(WRAPPED)).toBe(true);
	});

	test.each([LOOKUP, UNWRAP])("that Vault does not know any more at %s is named as a theft", async (at) => {
		const answer = wrapping();
		const { files, login } = open((call) => {
			if (call.path !== at) return answer(call);
			throw refusal(call, 400, { words: "wrapping token is not valid or does not exist" });
		});

		const error: unknown = await login().catch((reason: unknown) => reason);

		expect(error).toMatchObject({
			message: `the wrapping token in ${WRAPPED} is not valid: it was used before, has expired or never was (400)`,
			code: "E_WRAPPING_TOKEN",
			exitCode: 3,
			remedy: "give-up",
			rows: { do: expect.stringContaining("audit log") as string },
		});
		expect(error).not.toHaveProperty("rows.has");
		expect(JSON.stringify(error)).not.toContain("wrap-1");
		expect(files.texts.has(WRAPPED)).toBe(true);
	});

	test("that has not been opened for want of an answer is tried again, and may have been used up by that", async () => {
		const answer = wrapping();
		let isLost = true;
		const { files, login } = open(async (call) => {
			const answered = await answer(call);
			if (!isLost || call.path !== UNWRAP) return answered;
			isLost = false;
			throw away(call);
		});

		await expect(login()).rejects.toMatchObject({ remedy: "retry" });
		expect(files.texts.has(WRAPPED)).toBe(true);
		const wanted = expect.stringContaining("answer was lost") as string;
		await expect(login()).rejects.toMatchObject({ code: "E_WRAPPING_TOKEN", rows: { has: wanted } });
	});

	test("that holds something else says so", async () => {
		const { login } = open((call) =>
			reply({ data: call.path === LOOKUP ? { creation_path: CREATION_PATH } : { role_id: "planted" } }),
		);

		await expect(login()).rejects.toMatchObject({
			message: `the wrapping token in ${WRAPPED} held no secret id`,
			code: "E_WRAPPING_TOKEN",
		});
	});

	test("whose secret id is refused asks for another wrapping token", async () => {
		const answer = wrapping();
		const { login } = open((call) => {
			if (call.path === LOGIN) throw refusal(call, 400, { words: "invalid role or secret ID" });
			return answer(call);
		});

		const wanted = expect.stringContaining("wrap a new secret id") as string;
		await expect(login()).rejects.toMatchObject({ code: "E_LOGIN_REFUSED", rows: { do: wanted } });
	});
});
