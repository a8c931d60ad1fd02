import { describe, expect, test } from "vitest";
import { configInput } from "../../test/support/config-input.ts";
import { ConfigError, type ConfigInput, loadConfig, publicTexts } from "./mod.ts";

/** A config of this `listener:`, in /etc/keyturn. */
function given(listener: object | undefined, over: Partial<ConfigInput> = {}): ConfigInput {
	return configInput(JSON.stringify(listener === undefined ? {} : { listener }), over);
}

async function problem(listener: object, over: Partial<ConfigInput> = {}): Promise<string> {
	const error: unknown = await loadConfig(given(listener, over)).then(
		() => new Error("the config was taken"),
		(reason: unknown) => reason,
	);
	if (!(error instanceof ConfigError)) throw error;
	return error.message;
}

describe("the listener", () => {
	test("is none unless something asks for it", async () => {
		const env = { VAULT_ADDR: "https://v", AGENT_LISTENER_TOKEN: "a-token-of-some-length" };

		expect((await loadConfig(given(undefined, { env }))).listener).toBeUndefined();
	});

	test("is on loopback when nothing says where", async () => {
		expect((await loadConfig(given({}))).listener).toEqual({
			address: { kind: "tcp", host: "127.0.0.1", port: 8190 },
			isLocal: true,
			hosts: [],
			quit: false,
		});
	});

	test.each([
		["9000", { kind: "tcp", host: "127.0.0.1", port: 9000 }, true],
		["localhost:0", { kind: "tcp", host: "localhost", port: 0 }, true],
		["[::1]:8190", { kind: "tcp", host: "::1", port: 8190 }, true],
		["[::]:8190", { kind: "tcp", host: "::", port: 8190 }, false],
		["0.0.0.0:8190", { kind: "tcp", host: "0.0.0.0", port: 8190 }, false],
		["127.evil.example:1", { kind: "tcp", host: "127.evil.example", port: 1 }, false],
		["unix:/run/agent.sock", { kind: "unix", path: "/run/agent.sock" }, true],
	])("listens at %s", async (address, parsed, isLocal) => {
		expect((await loadConfig(given({ address }))).listener).toMatchObject({ address: parsed, isLocal });
	});

	test.each(["", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "http://127.0.0.1:1", "::1:8190", "a b:1"])(
		'refuses "%s" as an address',
		async (address) => {
			expect(await problem({ address })).toMatch(/^agent\.yaml:1:\d+: listener\.address: expected /);
		},
	);

	test.each([
		["unix:", "expected the path of a socket after unix:"],
		[`unix:/${"x".repeat(107)}`, "the path of a socket is at most 107 bytes long"],
	])("says what is wrong with the socket %s", async (address, words) => {
		expect(await problem({ address })).toContain(words);
	});

	test("takes address and token from flag, variable and file, in this order", async () => {
		const file = { address: "127.0.0.1:1", token_file: "t" };
		const env = {
			VAULT_ADDR: "https://v",
			AGENT_LISTENER: "127.0.0.1:2",
			AGENT_LISTENER_TOKEN: "planted-token-0123",
		};
		const flags = { listen: "127.0.0.1:3", listenerTokenFile: "own" };
		const listenerOf = async (over: Partial<ConfigInput>) => {
			const { listener } = await loadConfig(given(file, { ...over, cwd: "/srv" }));
			return { address: listener?.address, token: listener?.token };
		};

		expect(await listenerOf({})).toMatchObject({
			address: { port: 1 },
			token: { kind: "file", path: "/srv/t" },
		});
		const byVariable = await listenerOf({ env });
		expect(byVariable).toMatchObject({ address: { port: 2 }, token: { kind: "value" } });
		expect(JSON.stringify(byVariable)).not.toContain("planted");
		expect(await listenerOf({ env, flags })).toMatchObject({
			address: { port: 3 },
			token: { kind: "file", path: "/srv/own" },
		});
	});

	test("refuses what does not go together, each at its place", async () => {
		const address = "0.0.0.0:8190";

		expect(await problem({ address, quit: true })).toContain("listener.quit: others can reach this address");
		expect(await problem({ token: "x", token_file: "y" })).toContain("keep one of them");
		expect(await problem({ address: "unix:/a", tls: { cert: "a", key: "b" } })).toContain("listener.tls");
		expect(await problem({ tls: { cert: "a" } })).toContain('listener.tls lacks "key"');
		expect(await problem({ adress: "x" })).toContain('did you mean "address"?');
	});

	test("warns of what others can reach: without a token, and of a token that can be read on the way", async () => {
		const address = "0.0.0.0:8190";
		const warnings = async (listener: object) => (await loadConfig(given(listener))).warnings;

		expect(await warnings({ address })).toEqual([expect.stringContaining("only /healthz, /readyz and")]);
		expect(await warnings({ address, token_file: "t" })).toEqual([expect.stringContaining("plain http")]);
		expect(await warnings({ address, token_file: "t", tls: { cert: "c", key: "k" } })).toEqual([]);
		expect(await warnings({ address: "127.0.0.1:1", token_file: "t" })).toEqual([]);
	});

	test("may be asked by its own name and by those that are listed", async () => {
		const { listener } = await loadConfig(
			given({ address: "agent.internal:8190", hosts: ["Agent.Example"], token_file: "t" }),
		);

		expect(listener?.hosts).toEqual(["agent.internal", "agent.example"]);
	});

	test("its names may be said, its token may not", async () => {
		const config = await loadConfig(
			given({ address: "unix:/run/a.sock", hosts: ["h"], token: "planted-token" }),
		);

		expect(publicTexts(config)).toEqual(expect.arrayContaining(["/run/a.sock", "h"]));
		expect(publicTexts(config).join()).not.toContain("planted");
	});
});
