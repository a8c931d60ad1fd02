import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Envelope, envelopeReader } from "../../test/support/envelope-reader.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { FakeVault, refusal, reply } from "../../test/support/fake-vault.ts";
import { MemorySinks } from "../../test/support/memory-sinks.ts";
import { RecordingLog } from "../../test/support/recording-log.ts";
import { Secret } from "../kernel/mod.ts";
import { type Sink, Sinks } from "./mod.ts";

const WRAP = "sys/wrapping/wrap";
const PATH = "/run/agent/token";
const KEY_PATH = "/run/reader/key.json";
const TOKEN = new Secret("hvs.canary-1");

/** Loading code takes real time, which the clock of these tests knows nothing of. */
beforeAll(async () => {
	await import("./envelope.ts");
});

interface Options {
	readonly isDerived?: boolean;
	readonly aad?: string;
	readonly wrapTtlMs?: number;
	/** What stands at the reader's path; nothing when null. */
	readonly key?: string | null;
}

function open({ isDerived = false, aad = "", wrapTtlMs, key }: Options = {}) {
	const clock = new FakeClock(1_000_000);
	const log = new RecordingLog();
	const disk = new MemorySinks();
	const reader = envelopeReader();
	if (key !== null) disk.keys.set(KEY_PATH, key ?? reader.publicKey);
	const vault = new FakeVault(clock, (call) => {
		if (call.path !== WRAP) throw refusal(call, 403);
		return reply({ wrapInfo: { token: "hvs.wrapping", ttl: 300, creation_path: WRAP } });
	});
	const sink: Sink = {
		path: PATH,
		mode: 0o600,
		encryption: { readerKeyPath: KEY_PATH, isDerived, aad },
		...(wrapTtlMs !== undefined && { wrapTtlMs }),
	};
	const sinks = new Sinks([sink], {
		files: disk.files,
		client: vault,
		clock,
		random: () => 1,
		log,
		isStrict: false,
	});
	onTestFinished(async () => await sinks.close());
	const put = async (token = TOKEN) => {
		sinks.put(token);
		await clock.advance(0);
		return disk.texts.get(PATH) ?? "";
	};
	return { clock, log, disk, reader, vault, sinks, put };
}

describe("an encrypted sink", () => {
	test.each([
		["the shared secret", { isDerived: false }],
		["a key derived from it", { isDerived: true }],
		["more that the reader has to give", { isDerived: true, aad: "gateway-1" }],
	])("opens for its reader, with %s", async (_, terms) => {
		const { put, reader } = open(terms);

		const text = await put();

		expect(text).not.toContain("hvs.");
		expect(reader.open(text, terms)).toBe("hvs.canary-1");
	});

	test.each([
		["another reader", envelopeReader(), {}],
		["other words beside it", undefined, { aad: "gateway-2" }],
		["a key that is not derived", undefined, { isDerived: false }],
	])("opens for nobody with %s", async (_, other, terms) => {
		const { put, reader } = open({ isDerived: true, aad: "gateway-1" });
		const somebody = other ?? reader;

		const text = await put();

		expect(() => somebody.open(text, { isDerived: true, aad: "gateway-1", ...terms })).toThrow(
			"unable to authenticate data",
		);
	});

	test("has the sizes of X25519 and GCM, and a new nonce each time", async () => {
		const { put } = open();

		const one = JSON.parse(await put()) as Envelope;
		const two = JSON.parse(await put(new Secret("hvs.canary-2"))) as Envelope;

		const size = (text: string) => Buffer.from(text, "base64").length;
		expect(Object.keys(one)).toEqual(["curve25519_public_key", "nonce", "encrypted_payload"]);
		expect([size(one.curve25519_public_key), size(one.nonce)]).toEqual([32, 12]);
		expect(size(one.encrypted_payload)).toBe("hvs.canary-1".length + 16);
		expect(two.nonce).not.toBe(one.nonce);
	});

	test("with wrap_ttl holds the wrapping, encrypted", async () => {
		const { put, reader } = open({ wrapTtlMs: 300_000 });

		const text = await put();

		expect(JSON.parse(reader.open(text))).toMatchObject({ token: "hvs.wrapping", creation_path: WRAP });
	});

	test.each([
		["is not there", null, `the reader's public key cannot be read from ${KEY_PATH} (ENOENT)`],
		["is no JSON", "AAAA", `there is no public key of a reader in ${KEY_PATH}`],
		["is another JSON", '{"key": "AAAA"}', `there is no public key of a reader in ${KEY_PATH}`],
		[
			"is too short",
			'{"curve25519_public_key": "AAAA"}',
			`there is no public key of a reader in ${KEY_PATH} (3 bytes, not 32)`,
		],
		[
			"is no point",
			JSON.stringify({ curve25519_public_key: Buffer.alloc(32).toString("base64") }),
			`the public key in ${KEY_PATH} is none that a secret can be agreed on with`,
		],
	])("waits for a key that %s, and wraps nothing meanwhile", async (_, key, message) => {
		const { put, clock, log, disk, reader, vault, sinks } = open({ key, wrapTtlMs: 300_000 });

		expect(await put()).toBe("");
		expect(log.of("sink")).toEqual([
			`the token cannot be put into the sink ${PATH}: ${message}; trying again, the agent goes on`,
		]);
		expect(sinks.standing[0]?.error).toMatchObject({ code: "E_SINK", remedy: "retry" });
		expect(vault.calls).toEqual([]);

		disk.keys.set(KEY_PATH, reader.publicKey);
		await clock.advance(60_000);

		expect(reader.open(disk.texts.get(PATH) ?? "")).toContain("hvs.wrapping");
		expect(sinks.standing).toEqual([{ path: PATH }]);
	});

	test("stays with the reader that it was written for first", async () => {
		const { put, disk, reader } = open();
		await put();

		disk.keys.set(KEY_PATH, envelopeReader().publicKey);

		expect(reader.open(await put(new Secret("hvs.canary-2")))).toBe("hvs.canary-2");
	});

	test("is removed at the end like any other", async () => {
		const { put, disk, sinks } = open();
		await put();

		await sinks.clear();

		expect(disk.texts.size).toBe(0);
	});

	test("is no place where a token is looked for", () => {
		expect(open().sinks.left).toEqual([]);
	});
});
