import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { Secret } from "../../src/kernel/mod.ts";
import { NodeVaultClient, VaultError, type VaultReply } from "../../src/vault/mod.ts";

const TOKEN = "hvs.canary-token-0000000000";
const FRAME = '{"request_id":"r-1","lease_id":"","renewable":false,"lease_duration":0,"auth":null,"data":';
const READ = { method: "GET", path: "secret/data/a", token: new Secret(TOKEN) } as const;

/** A server that says what the test says, on each connection anew. @returns a client of it, and the requests as they came */
async function talkingTo(say: (socket: Socket) => void, timeoutMs = 20_000) {
	const heard: string[] = [];
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => undefined);
		socket.on("data", (chunk) => {
			heard.push(chunk.toString("latin1"));
			say(socket);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const client = new NodeVaultClient({
		addresses: [`http://127.0.0.1:${port}`],
		timeoutMs,
		tls: { rejectUnauthorized: true },
	});
	onTestFinished(() => {
		client.close();
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	const ask = async (over: object = {}): Promise<VaultReply | VaultError> =>
		await client.send({ ...READ, ...over }, new AbortController().signal).catch((error: unknown) => {
			if (error instanceof VaultError) return error;
			throw error;
		});
	return { ask, heard };
}

const answer = (body: string | Buffer, headers = "") =>
	Buffer.concat([
		Buffer.from(
			`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`,
		),
		Buffer.from(body),
	]);

/** Says something again and again, as fast as it is taken. */
function endlessly(socket: Socket, piece: string): void {
	const more = () => {
		while (socket.writable && socket.write(piece));
	};
	socket.on("drain", more);
	more();
}

describe("an answer that is meant to harm is an error like any other", () => {
	test.each<[string, (socket: Socket) => void, object]>([
		["a million brackets", (socket) => socket.write(answer("[".repeat(1_000_000))), { code: "E_NOT_VAULT" }],
		[
			"a million lists within lists",
			(socket) => socket.write(answer(`${FRAME}${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}}`)),
			{ code: "E_NOT_VAULT" },
		],
		[
			"five thousand maps within maps",
			(socket) => socket.write(answer(`${FRAME}${'{"a":'.repeat(5000)}1${"}".repeat(5001)}`)),
			{ code: "E_NOT_VAULT" },
		],
		[
			"a body without end",
			(socket) => {
				socket.write("HTTP/1.1 200 OK\r\n\r\n");
				endlessly(socket, "x".repeat(65_536));
			},
			{ code: "E_NOT_VAULT", message: expect.stringContaining("larger than 8 MiB") as string },
		],
		[
			"a length beyond reason",
			(socket) => {
				socket.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n");
				endlessly(socket, "x".repeat(65_536));
			},
			{ code: expect.stringMatching(/^E_(NOT_VAULT|VAULT_UNREACHABLE)$/) as string },
		],
		[
			"a head without end",
			(socket) => {
				socket.write("HTTP/1.1 200 OK\r\n");
				endlessly(socket, `X-${"x".repeat(100)}: y\r\n`);
			},
			{ code: "E_VAULT_UNREACHABLE" },
		],
		[
			"a chunk's extension without end",
			(socket) => {
				socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;");
				endlessly(socket, "x".repeat(65_536));
			},
			{ code: "E_VAULT_UNREACHABLE" },
		],
		[
			"trailers without end",
			(socket) => {
				socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
				endlessly(socket, `X-${"x".repeat(100)}: y\r\n`);
			},
			{ code: "E_VAULT_UNREACHABLE" },
		],
		[
			"both lengths",
			(socket) => socket.write(answer("{}", "Transfer-Encoding: chunked\r\n")),
			{ code: "E_VAULT_UNREACHABLE" },
		],
		[
			"a packed bomb that nobody asked for",
			(socket) => socket.write(answer(gzipSync(" ".repeat(50_000_000)), "Content-Encoding: gzip\r\n")),
			{ code: "E_NOT_VAULT" },
		],
		[
			"bytes that are no text",
			(socket) => socket.write(answer(Buffer.from([0xff, 0xfe, 0x00, 0x80]))),
			{ code: "E_NOT_VAULT" },
		],
		[
			"nothing that is HTTP",
			(socket) => socket.write("SSH-2.0-OpenSSH_9.6\r\n"),
			{ code: "E_VAULT_UNREACHABLE" },
		],
	])("%s", async (_what, say, error) => {
		const { ask } = await talkingTo(say);

		expect(await ask()).toMatchObject({ ...error, remedy: "retry" });
	});

	test.each<[string, (socket: Socket) => void]>([
		[
			"that never comes, after any number of interim ones",
			(socket) => endlessly(socket, "HTTP/1.1 103 Early Hints\r\n\r\n"),
		],
		[
			"that comes a letter at a time",
			(socket) => {
				socket.write("HTTP/1.1 200 OK\r\n\r\n{");
				const timer = setInterval(() => socket.write(" "), 10);
				socket.on("close", () => clearInterval(timer));
			},
		],
		[
			"whose head comes a letter at a time",
			(socket) => {
				socket.write("HTTP/1.1 200 OK\r\nX: ");
				const timer = setInterval(() => socket.write("x"), 10);
				socket.on("close", () => clearInterval(timer));
			},
		],
	])("one %s, is cut off in time", async (_what, say) => {
		const { ask } = await talkingTo(say, 500);

		expect(await ask()).toMatchObject({
			code: "E_VAULT_UNREACHABLE",
			message: "Vault is away (no answer within 0.5 s)",
		});
	});

	test("no packing of answers is asked for", async () => {
		const { ask, heard } = await talkingTo((socket) => socket.write(answer(`${FRAME}{}}`)));

		await ask();

		expect(heard.join("")).not.toMatch(/^accept-encoding:/im);
	});

	test("a second answer to one request is taken for none to the next", async () => {
		const say = (path: string) => answer(`${FRAME}{"data":{"of":"${path}"},"metadata":{"version":1}}}`);
		let first = true;
		const { ask } = await talkingTo((socket) => {
			socket.write(first ? Buffer.concat([say("first"), say("planted")]) : say("second"));
			first = false;
		});

		await ask();
		const next = await ask({ path: "secret/data/b" });

		expect(JSON.stringify(next)).not.toContain("planted");
	});
});

describe("nothing that is sent makes another request of it", () => {
	test.each<[string, object]>([
		["a token of two lines", { token: new Secret(`${TOKEN}\r\nX-Vault-Namespace: root`) }],
		["a token with a line feed", { token: new Secret(`${TOKEN}\n`) }],
		["a token with a NUL", { token: new Secret(`${TOKEN}\0`) }],
		["a namespace of two lines", { namespace: "team-a\r\nX-Vault-Token: root" }],
		["a namespace beyond Latin-1", { namespace: "team-東京" }],
	])("%s is not sent at all", async (_what, over) => {
		const { ask, heard } = await talkingTo((socket) => socket.write(answer(`${FRAME}{}}`)));

		expect(await ask(over)).toMatchObject({ code: "E_REQUEST_INVALID", remedy: "give-up" });
		expect(heard).toEqual([]);
	});

	test.each([
		["secret/data/a?version=1", "secret/data/a%3Fversion%3D1"],
		["secret/data/a#b", "secret/data/a%23b"],
		["secret/data/%2e%2e/b", "secret/data/%252e%252e/b"],
		["secret/data/a\\..\\b", "secret/data/a%5C..%5Cb"],
		["secret/data/a b\r\nX: y", "secret/data/a%20b%0D%0AX%3A%20y"],
		["//secret//".replaceAll("//", "/"), "secret"],
		["secret/data/é", "secret/data/%C3%A9"],
	])("the path %j stays one path", async (path, written) => {
		const { ask, heard } = await talkingTo((socket) => socket.write(answer(`${FRAME}{}}`)));

		await ask({ path });

		expect(heard.join("").split("\r\n")[0]).toBe(`GET /v1/${written} HTTP/1.1`);
	});

	test.each(["secret/../sys/seal", "secret/./a", "secret//a", "..", "", "half\uD800"])(
		"the path %j is refused",
		async (path) => {
			const { ask, heard } = await talkingTo((socket) => socket.write(answer(`${FRAME}{}}`)));

			expect(await ask({ path })).toMatchObject({ code: "E_REQUEST_INVALID", exitCode: 2 });
			expect(heard).toEqual([]);
		},
	);

	test("a query stays in its place", async () => {
		const { ask, heard } = await talkingTo((socket) => socket.write(answer(`${FRAME}{}}`)));

		await ask({ query: { version: "1&list=true#x\r\nX: y" } });

		expect(heard.join("").split("\r\n")[0]).toBe(
			"GET /v1/secret/data/a?version=1%26list%3Dtrue%23x%0D%0AX%3A+y HTTP/1.1",
		);
	});
});
