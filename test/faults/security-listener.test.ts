import { connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, onTestFinished, test } from "vitest";
import { Secret } from "../../src/kernel/mod.ts";
import { type Access, createTally, metricsOf, prepareListener } from "../../src/status/mod.ts";
import { configIn } from "../support/agent-config.ts";
import { startAgent } from "../support/agent-process.ts";
import { folder } from "../support/folder.ts";
import { parseMetrics } from "../support/prometheus-text.ts";
import { RecordingLog } from "../support/recording-log.ts";
import { someReport } from "../support/status-report.ts";
import { openVault } from "../support/vault.ts";

/** Addresses of this machine that are none of the loopback's. */
const OUTER = Object.values(networkInterfaces())
	.flatMap((addresses) => addresses ?? [])
	.filter(({ internal, family }) => !internal && family === "IPv4")
	.map(({ address }) => address);

const REFRESH = "POST /v1/refresh HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** A listener of this machine's own, and what it was asked for. */
async function open(access: Partial<Access> = {}) {
	let refreshes = 0;
	const listen = await prepareListener(
		{
			address: { kind: "tcp", host: "127.0.0.1", port: 0 },
			access: { isLocal: true, hasHost: true, hosts: [], acceptsCertificates: false, ...access },
		},
		{
			report: () => someReport(),
			metrics: () => Promise.resolve("# metrics\n"),
			isAlive: () => true,
			refresh: () => refreshes++,
		},
		new RecordingLog(),
	);
	const listener = await listen();
	onTestFinished(() => listener.close());
	const port = Number(/:(\d+)$/.exec(listener.address)?.[1]);
	return { port, refreshes: () => refreshes };
}

/** Everything that comes back until the other side has had enough. */
async function converse(
	port: number,
	text: string,
	{ host = "127.0.0.1", isAll = false } = {},
): Promise<string> {
	const socket: Socket = connect(port, host);
	const chunks: Buffer[] = [];
	socket.on("data", (chunk: Buffer) => chunks.push(chunk));
	const closed = new Promise<void>((resolve, reject) => {
		socket.once("close", () => resolve());
		socket.once("error", (error: NodeJS.ErrnoException) => {
			if (error.code === "ECONNREFUSED") reject(error);
		});
	});
	socket.write(text);
	if (isAll) socket.end(); // nothing more is to be waited for
	await closed;
	return Buffer.concat(chunks).toString("latin1");
}

const statuses = (text: string) =>
	Array.from(text.matchAll(/^HTTP\/1\.1 (\d+)/gm), ([, status]) => Number(status));

describe("a request within a request", () => {
	const HEAD = "POST /v1/refresh HTTP/1.1\r\nHost: localhost\r\n";
	const INNER = REFRESH;

	test.each([
		["both lengths", `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${INNER}`],
		["two lengths", `${HEAD}Content-Length: 0\r\nContent-Length: ${INNER.length}\r\n\r\n${INNER}`],
		["a length with a sign", `${HEAD}Content-Length: +${INNER.length}\r\n\r\n${INNER}`],
		["an encoding that is none", `${HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${INNER}`],
		["a blank before the colon", `${HEAD}Content-Length : ${INNER.length}\r\n\r\n${INNER}`],
		["a head of two lines", `${HEAD}X: a\r\n Content-Length: ${INNER.length}\r\n\r\n${INNER}`],
		["lines that end with LF alone", `POST /v1/refresh HTTP/1.1\nHost: localhost\nX: a\n\n${INNER}`],
		["a chunk with a broken size", `${HEAD}Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n${INNER}`],
		["a NUL in the head", `${HEAD}X: a\0b\r\n\r\n${INNER}`],
	])("is no request: %s", async (_how, text) => {
		const { port, refreshes } = await open();

		const answer = await converse(port, text, { isAll: true });

		expect(statuses(answer).filter((status) => status < 300).length).toBeLessThanOrEqual(1);
		expect(refreshes()).toBeLessThanOrEqual(1);
	});
});

describe("a web page", () => {
	test.each([
		["OPTIONS /v1/status", "Origin: http://evil.example\r\nAccess-Control-Request-Method: GET"],
		["OPTIONS /v1/refresh", "Origin: http://evil.example\r\nAccess-Control-Request-Method: POST"],
		["GET /v1/status", "Origin: http://evil.example"],
		["GET /metrics", "Origin: null"],
		["GET /", "Origin: http://evil.example"],
	])("is given leave for nothing: %s", async (line, headers) => {
		const { port } = await open();

		const answer = await converse(
			port,
			`${line} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\nConnection: close\r\n\r\n`,
		);

		expect(answer).not.toMatch(/^access-control-/im);
		expect(answer).toMatch(/^cross-origin-resource-policy: same-origin\r$/im);
		expect(answer).toMatch(/^x-content-type-options: nosniff\r$/im);
		expect(answer).toMatch(/^cache-control: no-store\r$/im);
		expect(answer).toMatch(/^content-security-policy: default-src 'none';.*frame-ancestors 'none'\r$/im);
		expect(statuses(answer)).toEqual([line.startsWith("OPTIONS") ? 405 : 200]);
	});

	test.each([
		"evil.example",
		"127.0.0.1.evil.example",
		"localhost.evil.example",
		"evil.example:80@127.0.0.1.evil.example",
		"",
		"[::1].evil.example",
	])("that has its own name lead here is told to go: Host %j", async (host) => {
		const { port, refreshes } = await open();

		const answer = await converse(
			port,
			`POST /v1/refresh HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
		);

		expect([[421], [400]]).toContainEqual(statuses(answer));
		expect(refreshes()).toBe(0);
	});

	test("gets no further with a second Host, nor with a whole address in the first line", async () => {
		const { port, refreshes } = await open();
		const end = "Connection: close\r\n\r\n";

		const twice = await converse(
			port,
			`POST /v1/refresh HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\n${end}`,
		);
		const whole = await converse(
			port,
			`POST http://localhost/v1/refresh HTTP/1.1\r\nHost: evil.example\r\n${end}`,
		);
		const old = await converse(port, `POST /v1/refresh HTTP/1.0\r\n${end}`);

		expect(
			[...statuses(twice), ...statuses(whole), ...statuses(old)].filter((status) => status < 400),
		).toEqual([]);
		expect(refreshes()).toBe(0);
	});
});

test("a token is not found by asking for one with another length, case or scheme", async () => {
	const token = "sk-listener-0123456789";
	const { port, refreshes } = await open({ token: new Secret(token) });
	const attempts = [
		"",
		"Bearer ",
		`Bearer ${token.slice(0, -1)}`,
		`Bearer ${token}x`,
		`Bearer ${token.toUpperCase()}`,
		`Basic ${Buffer.from(token).toString("base64")}`,
		`Digest ${token}`,
	];

	for (const attempt of attempts) {
		const head = `POST /v1/refresh HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${attempt}\r\nConnection: close\r\n\r\n`;
		expect(statuses(await converse(port, head)), attempt).toEqual([401]);
	}
	expect(refreshes()).toBe(0);
});

test("names from Vault stay within their label of a metric", async () => {
	const path = 'secret/a"} 1\nkeyturn_ready 0\n# HELP x y\\';
	const [secret] = someReport().secrets;
	if (secret === undefined) throw new Error("the report has a secret");
	const metrics = metricsOf({
		tally: createTally(),
		report: () => someReport({ secrets: [{ ...secret, path }] }),
		usage: () => ({ residentBytes: 1, cpuSeconds: 1, startedAt: 1 }),
		clean: (text) => text,
	});

	const families = parseMetrics(await metrics());

	expect(families.get("keyturn_ready")?.samples).toEqual(new Map([["keyturn_ready", 1]]));
	expect([...(families.get("keyturn_secret_version")?.samples.keys() ?? [])]).toEqual([
		'keyturn_secret_version{path="secret/a\\"} 1\\nkeyturn_ready 0\\n# HELP x y\\\\"}',
	]);
});

describe("an agent's listener", () => {
	async function listening(address: string) {
		const [vault, place] = [await openVault(), folder()];
		vault.put("secret/data/llm/openai", { api_key: "sk-1" });
		const contents = '{{#secret "secret/data/llm/openai"}}{{api_key}}{{/secret}}';
		const templates = [{ contents, destination: place.at("key.txt") }];
		const config = configIn(place, vault, { templates, listener: { address } });
		const agent = startAgent(["start", "-c", config], { env: vault.env });
		await agent.logged("rendered");
		const line = await agent.logged("listener", ({ msg }) => /:\d+/.test(msg));
		return Number(/:(\d+)/.exec(line.msg.replace(/^.*:\/\//, ""))?.[1]);
	}

	test.skipIf(OUTER.length === 0)("on a loopback address is not reached at any other", async () => {
		const port = await listening("127.0.0.1:0");

		for (const address of OUTER)
			await expect(converse(port, REFRESH, { host: address })).rejects.toThrow("ECONNREFUSED");
		expect(statuses(await converse(port, REFRESH, { isAll: true }))).toEqual([202]);
	});

	test("without a token tells those at another address no more than health and metrics", async () => {
		const port = await listening("0.0.0.0:0");
		const ask = async (line: string, address: string) => {
			const text = `${line} HTTP/1.1\r\nHost: agent.ai.svc\r\nConnection: close\r\n\r\n`;
			return statuses(await converse(port, text, { host: address }));
		};

		for (const address of ["127.0.0.1", ...OUTER]) {
			expect(await ask("GET /healthz", address)).toEqual([200]);
			expect(await ask("GET /readyz", address)).toEqual([200]);
			expect(await ask("GET /metrics", address)).toEqual([200]);
			expect(await ask("GET /agent/v1/metrics", address)).toEqual([200]);
			const closed = ["GET /v1/status", "GET /", "POST /v1/refresh", "POST /v1/quit", "POST /agent/v1/quit"];
			for (const line of closed) {
				const [status = 0] = await ask(line, address);
				expect(status, line).toBeGreaterThanOrEqual(400);
			}
		}
	});
});
