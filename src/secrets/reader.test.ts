import { describe, expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { away, type FakeAnswer, FakeVault, refusal, reply } from "../../test/support/fake-vault.ts";
import { Secret } from "../kernel/mod.ts";
import { SecretReader, type SecretRequest } from "./mod.ts";

const signal = new AbortController().signal;
const PREFLIGHT = "sys/internal/ui/mounts/";
const KV2 = { path: "secret/", type: "kv", options: { version: "2" } };
const KV1 = { path: "kv/", type: "kv", options: { version: "1" } };
const WARNING = "Invalid path for a versioned K/V secrets engine. See the API docs for the endpoints to use.";

/** A KV v2 secret's data. */
function kv2(fields: Record<string, string>) {
	return { data: fields, metadata: { version: 1, created_time: "2026-11-21T12:00:00Z", deletion_time: "" } };
}

function open(answer: FakeAnswer, { isDead = false, isUnproven = false } = {}) {
	let accepted = 0;
	const clock = new FakeClock();
	const vault = new FakeVault(clock, answer);
	const tokens = [new Secret("t1"), new Secret("t2")];
	const reader = new SecretReader({
		client: vault,
		clock,
		tokens: {
			token: () => Promise.resolve((tokens.length > 1 && !isUsed() ? tokens[0] : tokens.at(-1)) as Secret),
			isDead: () => Promise.resolve(isDead),
			accepted: () => void accepted++,
			isUnproven: () => isUnproven,
			lifeOf: () => Number.POSITIVE_INFINITY,
		},
	});
	const isUsed = () => isDead && vault.calls.length > 0;
	const read = (path: string, over: Partial<SecretRequest> = {}) =>
		reader.read({ kind: "read", path, ...over }, signal);
	return {
		vault,
		read,
		accepted: () => accepted,
		paths: () => vault.calls.map(({ method, path }) => `${method} ${path}`),
	};
}

/** Answers questions about mounts with this one, and reads with a secret. */
function mounted(mount: Record<string, unknown>): FakeAnswer {
	return ({ path }) =>
		path.startsWith(PREFLIGHT) ? reply({ data: mount as never }) : reply({ data: kv2({ key: path }) });
}

describe("a KV v2 mount", () => {
	test("is never asked about by paths that say data/ or metadata/", async () => {
		const { read, paths } = open(() => reply({ data: kv2({}) }));

		await read("secret/data/llm/openai");
		await read("team/kv/data/openai", { version: 3 });
		await read("secret/metadata/llm", { kind: "list" });

		expect(paths()).toEqual([
			"GET secret/data/llm/openai",
			"GET team/kv/data/openai",
			"LIST secret/metadata/llm",
		]);
	});

	test("is asked about once, however many paths are read side by side", async () => {
		const { read, paths } = open(mounted(KV2));

		await Promise.all(["secret/a", "secret/b/c", "secret/d", "secret/a"].map((path) => read(path)));
		await read("secret/e");
		await read("secret/b", { kind: "list" });

		expect(paths().filter((path) => path.includes(PREFLIGHT))).toEqual([`GET ${PREFLIGHT}secret/a`]);
		expect(paths().slice(1)).toEqual([
			"GET secret/data/a",
			"GET secret/data/b/c",
			"GET secret/data/d",
			"GET secret/data/a",
			"GET secret/data/e",
			"LIST secret/metadata/b",
		]);
	});

	test("keeps apart mounts that share their first segment", async () => {
		const { read, paths } = open(({ path }) => {
			const [, name] = /mounts\/(team\/\w)/.exec(path) ?? [];
			const version = name === "team/a" ? "2" : "1";
			if (name === undefined) return reply({ data: {} });
			return reply({ data: { path: `${name}/`, type: "kv", options: { version } } });
		});

		await Promise.all([read("team/a/x"), read("team/b/x")]);

		expect(paths().filter((path) => !path.includes(PREFLIGHT))).toEqual([
			"GET team/a/data/x",
			"GET team/b/x",
		]);
	});

	test("is read at data/ also where a name holds /data/, known by Vault's own warning", async () => {
		const { read, paths } = open((call) => {
			if (call.path.startsWith(PREFLIGHT)) return reply({ data: KV2 });
			if (call.path === "secret/team/data/x") return reply({ status: 404, warnings: [WARNING] });
			return reply({ data: kv2({ key: "x" }) });
		});

		const finding = await read("secret/team/data/x");

		expect(finding).toMatchObject({ kind: "present", view: { path: "secret/data/team/data/x" } });
		expect(paths()).toHaveLength(3);
	});

	test.each([403, 404])(
		"is known by Vault's warning where the question is answered with %i",
		async (status) => {
			const { read, paths } = open((call) => {
				if (call.path.startsWith(PREFLIGHT)) throw refusal(call, status);
				if (call.path === "secret/x") return reply({ status: 404, warnings: [WARNING] });
				return reply({ data: kv2({ key: "x" }) });
			});

			expect(await read("secret/x")).toMatchObject({ view: { path: "secret/data/x" } });
			await read("secret/x");

			expect(paths()).toEqual([
				`GET ${PREFLIGHT}secret/x`,
				"GET secret/x",
				"GET secret/data/x",
				"GET secret/data/x",
			]);
		},
	);

	test("that warns of every path is no loop", async () => {
		const { read, vault } = open((call) => {
			if (call.path.startsWith(PREFLIGHT)) throw refusal(call, 403);
			return reply({ status: 404, warnings: [WARNING] });
		});

		expect(await read("secret/x/data/y")).toMatchObject({ kind: "absent", reason: "missing" });
		expect(await read("secret/z")).toMatchObject({ kind: "absent", reason: "missing" });
		expect(vault.calls.length).toBeLessThan(8);
	});
});

describe("a mount that is not KV v2", () => {
	test("is read at the path as it stands", async () => {
		const { read, paths } = open(mounted(KV1));

		await read("kv/llm/openai");
		await read("kv/llm", { kind: "list" });

		expect(paths().slice(1)).toEqual(["GET kv/llm/openai", "LIST kv/llm"]);
	});

	test("is not asked about again where asking is denied and the path works as it stands", async () => {
		const { read, paths } = open((call) => {
			if (call.path.startsWith(PREFLIGHT)) throw refusal(call, 403);
			return reply({ data: { key: "x" } });
		});

		for (let n = 0; n < 5; n++) await read("kv/llm/openai");

		expect(paths().filter((path) => path.includes(PREFLIGHT))).toHaveLength(1);
	});

	test("is asked about again while the path does not work: a policy can be mended", async () => {
		let isAllowed = false;
		const { read } = open((call) => {
			if (call.path.startsWith(PREFLIGHT) && isAllowed) return reply({ data: KV2 });
			if (call.path === "secret/data/x" && isAllowed) return reply({ data: kv2({ key: "x" }) });
			throw refusal(call, 403);
		});
		await expect(read("secret/x")).rejects.toThrow("permission denied on secret/x (403)");

		isAllowed = true;

		expect(await read("secret/x")).toMatchObject({ view: { path: "secret/data/x" } });
	});

	test.each<[string, FakeAnswer]>([
		["that was cut", (call) => Promise.reject(away(call))],
		["that met a 500", (call) => Promise.reject(refusal(call, 500))],
	])("is not guessed from a question %s", async (_how, fault) => {
		let isBroken = true;
		const { read, paths } = open((call) => (isBroken ? fault(call) : mounted(KV2)(call)));
		await expect(read("secret/x")).rejects.toMatchObject({ remedy: "retry" });

		isBroken = false;
		await read("secret/x");

		expect(paths().at(-1)).toBe("GET secret/data/x");
	});
});

describe("a read", () => {
	test("pins its version", async () => {
		const { read, vault } = open(() => reply({ data: kv2({}) }));

		await read("secret/data/x", { version: 3 });

		expect(vault.calls[0]?.query).toEqual({ version: "3" });
	});

	test("with a dead token is made once more with the next one", async () => {
		const { read, vault, accepted } = open(
			(call) => {
				if (call.token?.reveal() === "t1") throw refusal(call, 403);
				return reply({ data: kv2({ key: "x" }) });
			},
			{ isDead: true },
		);

		expect(await read("secret/data/x")).toMatchObject({ kind: "present" });
		expect(accepted()).toBe(1);
		expect(vault.calls.map(({ token }) => token?.reveal())).toEqual(["t1", "t2"]);
	});

	test("that is refused with the next token as well is not made a third time", async () => {
		const { read, vault, accepted } = open(
			(call) => {
				throw refusal(call, 403);
			},
			{ isDead: true },
		);

		await expect(read("secret/data/x")).rejects.toMatchObject({ code: "E_PERMISSION_DENIED" });
		expect(vault.calls).toHaveLength(2);
		expect(accepted()).toBe(0);
	});

	test.each([true, false])(
		"that is refused with a token that may not have got about yet is worth waiting for (dead before: %s)",
		async (isDead) => {
			const { read } = open(
				(call) => {
					throw refusal(call, 403);
				},
				{ isDead, isUnproven: true },
			);

			await expect(read("secret/data/x")).rejects.toMatchObject({
				code: "E_TOKEN_UNPROVEN",
				remedy: "retry",
				message: "Vault refuses the token that it has just given (permission denied on secret/data/x (403))",
			});
		},
	);

	test("of a living token that is refused is not made again", async () => {
		const { read, vault } = open((call) => {
			throw refusal(call, 403);
		});

		await expect(read("secret/data/x")).rejects.toMatchObject({ code: "E_PERMISSION_DENIED", exitCode: 4 });
		expect(vault.calls).toHaveLength(1);
	});

	test("of a secret with a lease tells the token that the lease lives by", async () => {
		const { read } = open(() => reply({ data: { username: "u" }, leaseId: "database/creds/x/1" }));

		const finding = await read("database/data/creds");

		expect(finding).toMatchObject({ view: { leaseId: "database/creds/x/1" } });
		expect(finding.kind === "present" && finding.view.holder?.reveal()).toBe("t1");
	});

	test("with parameters is a write to the path as it stands, without a question about its mount", async () => {
		const { read, vault } = open(() => reply({ data: { certificate: "PEM" } }));
		const parameters = { common_name: "gw", ttl: "10m" };

		await read("pki/issue/gw", { parameters });

		expect(vault.calls).toMatchObject([{ method: "POST", path: "pki/issue/gw", body: parameters }]);
	});

	test.each([
		["that has it already", "kv/data/x"],
		["that has not", "kv/x"],
	])("with parameters to a KV v2 mount puts them into data, below a path %s", async (_what, path) => {
		const { read, vault } = open((call) => {
			if (call.path.startsWith("sys/internal/ui/mounts/"))
				return reply({ data: { path: "kv/", type: "kv", options: { version: "2" } } });
			if (call.path === "kv/x")
				return reply({ status: 404, warnings: ["Invalid path for a versioned K/V secrets engine."] });
			if (!("data" in (call.body ?? {}))) throw refusal(call, 400, { words: "no data provided" });
			return reply({ data: { version: 1 } });
		});

		const finding = await read(path, { parameters: { note: "x" } });

		expect(finding).toMatchObject({ kind: "present", view: { path: "kv/data/x" } });
		expect(vault.calls.at(-1)).toMatchObject({
			method: "POST",
			path: "kv/data/x",
			body: { data: { note: "x" } },
		});
	});

	test("with parameters that are refused for what they are is not made again", async () => {
		const { read, vault } = open((call) => {
			throw refusal(call, 400, { words: "unknown role" });
		});

		await expect(read("pki/issue/gw", { parameters: {} })).rejects.toMatchObject({ status: 400 });
		expect(vault.calls).toHaveLength(1);
	});

	test("with parameters that a policy forbids says which capability is missing", async () => {
		const { read } = open((call) => {
			throw refusal(call, 403);
		});

		await expect(read("pki/issue/gw", { parameters: { common_name: "gw" } })).rejects.toMatchObject({
			message: "permission denied on pki/issue/gw (403)",
			rows: { do: 'give the token\'s policies:  path "pki/issue/gw" { capabilities = ["update"] }' },
		});
	});

	test("of names that a policy forbids says which capability is missing", async () => {
		const { read } = open((call) => {
			throw refusal(call, 403);
		});

		await expect(read("secret/metadata/llm", { kind: "list" })).rejects.toMatchObject({
			rows: { do: 'give the token\'s policies:  path "secret/metadata/llm" { capabilities = ["list"] }' },
		});
	});

	test.each(["read", "list"] as const)(
		"(%s) of a mount or namespace that is not there is an error, not a secret that is gone",
		async (kind) => {
			const { read } = open((call) => {
				throw refusal(call, 404, { words: "namespace not found" });
			});

			await expect(read("secret/metadata/llm/x", { kind })).rejects.toMatchObject({
				message: "nothing is at secret/metadata/llm/x: namespace not found (404)",
				code: "E_PATH_UNKNOWN",
				exitCode: 4,
			});
		},
	);

	test("lists names in order, and nothing as no names", async () => {
		const { read } = open((call) => {
			if (call.path.endsWith("empty")) return reply({ status: 404, data: { errors: [] } });
			return reply({ data: { keys: ["b", "a/", "c"] } });
		});

		const names = await read("secret/metadata/llm", { kind: "list" });
		const none = await read("secret/metadata/empty", { kind: "list" });

		expect(names).toMatchObject({ view: { kind: "list", fields: { keys: ["a/", "b", "c"] } } });
		expect(none).toMatchObject({ kind: "present", view: { fields: { keys: [] } } });
	});
});
