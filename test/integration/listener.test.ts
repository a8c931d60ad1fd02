import { linkSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request, type RequestOptions } from "node:http";
import { request as secureRequest, type RequestOptions as SecureOptions } from "node:https";
import { createServer, connect } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Secret } from "../../src/kernel/mod.ts";
import { type Access, type ListenerPorts, type ListenerSpec, prepareListener } from "../../src/status/mod.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { RecordingLog } from "../support/recording-log.ts";
import { someReport } from "../support/status-report.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/tls");
const TOKEN = "a-token-of-some-length";
const BEARER = { authorization: `Bearer ${TOKEN}` };
const LOOPBACK = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;
const TLS = { cert: pem("server.crt"), key: pem("server.key"), clientCa: pem("ca.crt") };

function pem(name: string): Buffer {
	return readFileSync(join(FIXTURES, name));
}

type Question = RequestOptions & Pick<SecureOptions, "cert" | "key"> & { readonly body?: string };

interface Options {
	readonly address?: ListenerSpec["address"];
	readonly access?: Partial<Access>;
	readonly tls?: ListenerSpec["tls"];
	readonly ports?: Partial<ListenerPorts>;
}

/** A listener, closed after the test, and what it was asked for. */
async function open({ address = LOOPBACK, access, tls, ports }: Options = {}) {
	const asked: string[] = [];
	const log = new RecordingLog();
	const listen = await prepareListener(
		{
			address,
			access: {
				isLocal: true,
				hasHost: address.kind === "tcp",
				hosts: [],
				acceptsCertificates: tls?.clientCa !== undefined,
				...access,
			},
			...(tls && { tls }),
		},
		{
			report: () => someReport(),
			metrics: () => Promise.resolve("# metrics\n"),
			isAlive: () => true,
			refresh: () => asked.push("refresh"),
			...ports,
		},
		log,
	);
	const listener = await listen();
	onTestFinished(() => listener.close());
	const port = Number(/:(\d+)$/.exec(listener.address)?.[1]);
	const place = address.kind === "unix" ? { socketPath: address.path } : { host: "127.0.0.1", port };
	const ask = (path: string, over: Question = {}) => exchange({ ...place, path, ...over }, tls !== undefined);
	return { listener, asked, log, port, ask };
}

interface Reply {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly text: string;
}

function exchange(options: Question, isSecure: boolean): Promise<Reply> {
	const send = isSecure ? secureRequest : request;
	const { body, ...others } = options;
	return new Promise((resolve, reject) => {
		const outgoing = send({ agent: false, ...others, ...(isSecure && { ca: pem("ca.crt") }) }, (reply) => {
			const chunks: Buffer[] = [];
			reply.on("data", (chunk: Buffer) => chunks.push(chunk));
			reply.on("end", () => {
				const text = Buffer.concat(chunks).toString("utf8");
				resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text });
			});
		});
		outgoing.on("error", reject);
		outgoing.end(body);
	});
}

describe("what is answered", () => {
	test("health, readiness, status, metrics and the page, never to be stored", async () => {
		const { ask } = await open();

		const replies = await Promise.all(
			["/healthz", "/readyz", "/v1/status", "/metrics", "/", "/readyz?verbose"].map((path) => ask(path)),
		);

		expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
		expect(replies.map(({ headers }) => headers["content-type"])).toEqual([
			"application/json",
			"application/json",
			"application/json",
			"text/plain; version=0.0.4; charset=utf-8",
			"text/html; charset=utf-8",
			"application/json",
		]);
		expect(JSON.parse(replies[2]?.text ?? "")).toEqual(someReport());
		for (const { headers } of replies) {
			expect(headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
			expect(headers["content-security-policy"]).toContain("default-src 'none'");
			expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
		}
	});

	test("an agent that is not ready is alive, and says what it lacks", async () => {
		const missing = [{ what: "file", name: "/out", code: "E_SECRET_MISSING" }] as const;
		const report = () => someReport({ state: "starting", ready: false, missing });
		const { ask } = await open({ ports: { report } });

		const ready = await ask("/readyz");

		expect((await ask("/healthz")).status).toBe(200);
		expect(ready.status).toBe(503);
		expect(JSON.parse(ready.text)).toEqual({ ready: false, state: "starting", missing });
	});

	test("an agent that no longer works is not alive", async () => {
		const { ask } = await open({ ports: { isAlive: () => false } });

		expect((await ask("/healthz")).status).toBe(503);
	});

	test("a refresh is taken before it is answered", async () => {
		const { ask, asked } = await open();

		const { status, text } = await ask("/v1/refresh", { method: "POST" });

		expect([status, JSON.parse(text)]).toEqual([202, { accepted: true, secrets: 2 }]);
		expect(asked).toEqual(["refresh"]);
	});

	test("the end is asked for after the answer has gone out, where that is allowed at all", async () => {
		const { promise: ended, resolve: quit } = Promise.withResolvers<void>();
		const allowed = await open({ ports: { quit } });
		const forbidden = await open();

		expect((await allowed.ask("/v1/quit", { method: "POST" })).status).toBe(202);
		await ended;
		expect((await forbidden.ask("/v1/quit", { method: "POST" })).status).toBe(404);
	});

	test("metrics and the end are also where Vault Agent has them", async () => {
		const { promise: ended, resolve: quit } = Promise.withResolvers<void>();
		const { ask } = await open({ ports: { quit } });
		const forbidden = await open();

		const metrics = await ask("/agent/v1/metrics?format=prometheus");
		const wrongMethod = await ask("/agent/v1/quit");
		const quitting = await ask("/agent/v1/quit", { method: "POST" });

		expect(metrics).toMatchObject({
			status: 200,
			headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
			text: (await ask("/metrics")).text,
		});
		expect([wrongMethod.status, quitting.status]).toEqual([405, 202]);
		await ended;
		expect((await forbidden.ask("/agent/v1/quit", { method: "POST" })).status).toBe(404);
	});

	test("HEAD is GET without a body; any other method is refused by name", async () => {
		const { ask, asked } = await open();

		const head = await ask("/healthz", { method: "HEAD" });
		const posted = await ask("/readyz", { method: "POST" });
		const got = await ask("/v1/refresh");
		const asks = await ask("/v1/status", { method: "OPTIONS" });

		expect([head.status, head.text]).toEqual([200, ""]);
		expect([posted.status, posted.headers.allow]).toEqual([405, "GET, HEAD"]);
		expect([got.status, got.headers.allow]).toEqual([405, "POST"]);
		expect(asks.status).toBe(405);
		expect(asked).toEqual([]);
	});

	test.each(["/nothing", "/v1/status/", "//healthz", "/%2e%2e/healthz", "http://127.0.0.1/healthz"])(
		"nothing is at %s",
		async (path) => {
			const { ask } = await open();

			expect((await ask(path)).status).toBe(404);
		},
	);

	test("a fault while answering costs that answer, and no more", async () => {
		let isBroken = true;
		const report = () => {
			if (isBroken) throw new TypeError("planted");
			return someReport();
		};
		const { ask, log } = await open({ ports: { report } });

		await expect(ask("/v1/status")).rejects.toThrow("socket hang up");
		isBroken = false;

		expect((await ask("/v1/status")).status).toBe(200);
		expect(log.of("listener")).toEqual(["no answer to a request: TypeError"]);
	});
});

describe("whom it is for", () => {
	test("no name but those that are known, whatever is asked for", async () => {
		const { ask, asked } = await open({ access: { hosts: ["agent.example"] } });
		const host = "evil.example";

		expect((await ask("/metrics", { headers: { host } })).status).toBe(421);
		expect((await ask("/nothing", { headers: { host } })).status).toBe(421);
		expect((await ask("/v1/refresh", { method: "POST", headers: { host } })).status).toBe(421);
		expect((await ask("/v1/status", { headers: { host: "agent.example:1" } })).status).toBe(200);
		expect(asked).toEqual([]);
	});

	test("no web page may have anything done", async () => {
		const { ask, asked, port } = await open();
		const headers = { origin: `http://127.0.0.1:${port}` };

		expect((await ask("/v1/refresh", { method: "POST", headers })).status).toBe(403);
		expect(asked).toEqual([]);
	});

	test("with a token, health and metrics are for all, the rest for who has it", async () => {
		const { ask, asked } = await open({ access: { isLocal: false, token: new Secret(TOKEN) } });
		const statuses = async (headers: Record<string, string>) => {
			const replies = [
				ask("/healthz", { headers }),
				ask("/readyz", { headers }),
				ask("/metrics", { headers }),
				ask("/v1/status", { headers }),
				ask("/", { headers }),
				ask("/v1/refresh", { method: "POST", headers }),
			];
			return (await Promise.all(replies)).map(({ status }) => status);
		};

		expect(await statuses({})).toEqual([200, 200, 200, 401, 401, 401]);
		expect(await statuses({ authorization: "Bearer wrong" })).toEqual([200, 200, 200, 401, 401, 401]);
		expect(asked).toEqual([]);
		expect(await statuses(BEARER)).toEqual([200, 200, 200, 200, 200, 202]);
		expect((await ask("/")).headers["www-authenticate"]).toBe('Basic realm="keyturn"');
	});

	test("where others reach it and no token is set, only health and metrics are there", async () => {
		const { ask } = await open({ access: { isLocal: false } });

		const refused = await ask("/v1/status");

		expect((await ask("/metrics", { headers: { host: "agent.ai.svc" } })).status).toBe(200);
		expect(refused.status).toBe(403);
		expect(refused.text).toContain("set listener.token_file");
	});

	test("over TLS a certificate of the authority opens it, another does not", async () => {
		const { ask, listener } = await open({ tls: TLS, access: { isLocal: false } });
		const own = { cert: pem("client.crt"), key: pem("client.key") };
		const expired = { cert: pem("expired.crt"), key: pem("expired.key") };

		expect(listener.address).toMatch(/^https:/);
		expect((await ask("/v1/status", own)).status).toBe(200);
		expect((await ask("/v1/status", expired)).status).toBe(401);
		expect((await ask("/v1/status")).status).toBe(401);
		expect((await ask("/healthz")).status).toBe(200);
	});
});

describe("what strangers can hold", () => {
	test("a body is not read, and ends the connection", async () => {
		const { ask, asked } = await open();

		const reply = await ask("/v1/refresh", { method: "POST", body: "x".repeat(10_000) });

		expect([reply.status, reply.headers.connection]).toEqual([202, "close"]);
		expect(asked).toEqual(["refresh"]);
	});

	test("a head that is too long is refused", async () => {
		const { ask } = await open();

		expect((await ask("/healthz", { headers: { "x-long": "x".repeat(10_000) } })).status).toBe(431);
	});

	test("of more connections than the limit the oldest go, and who comes anew is served", async () => {
		const { port, ask } = await open();
		const idle = Array.from({ length: 200 }, () => connect(port, "127.0.0.1"));
		onTestFinished(() => idle.forEach((socket) => socket.destroy()));
		for (const socket of idle) socket.on("error", () => undefined).resume();
		await eventually(() => expect(idle.filter((socket) => socket.closed)).toHaveLength(200 - 64));

		for (let n = 0; n < 70; n++) expect((await ask("/healthz")).status).toBe(200);

		expect(idle.slice(0, 200 - 64).every((socket) => socket.closed)).toBe(true);
	});

	test("a connection that says nothing is cut within seconds of its time, for others are waiting", async () => {
		const { port } = await open();
		const from = performance.now();

		const socket = connect(port, "127.0.0.1");
		await new Promise((resolve) => socket.once("close", resolve).resume());

		// Node itself looks every 30 s.
		expect(performance.now() - from).toBeLessThan(25_000);
	});

	test.each<[string, Options]>([
		["those who hold on", {}],
		["those who have not even begun a handshake", { tls: TLS }],
	])("closing cuts %s", async (_, options) => {
		const { port, listener } = await open(options);
		const socket = connect(port, "127.0.0.1");
		const closed = new Promise((resolve) => socket.once("close", resolve));
		await new Promise((resolve) => socket.once("connect", resolve));

		await listener.close();

		await expect(closed).resolves.toBe(false); // cut, without an error
	});
});

describe("an address that cannot be had", () => {
	test("one that is taken is named, with what to do", async () => {
		const { port } = await open();

		const again = open({ address: { kind: "tcp", host: "127.0.0.1", port } });

		await expect(again).rejects.toMatchObject({
			code: "E_LISTEN",
			exitCode: 2,
			message: `cannot listen on 127.0.0.1:${port}: another process listens there`,
		});
	});

	test("one that is not this machine's, or no certificate", async () => {
		const foreign = open({ address: { kind: "tcp", host: "192.0.2.1", port: 0 } });
		const bad = open({ tls: { cert: pem("server.crt"), key: pem("client.key") } });

		await expect(foreign).rejects.toMatchObject({
			message: expect.stringContaining("this machine has no such address") as string,
		});
		await expect(bad).rejects.toMatchObject({
			code: "E_LISTEN",
			message: expect.stringContaining("no certificate with its key") as string,
		});
	});
});

describe("a Unix socket", () => {
	test("is for this user alone, asks for no host, and goes with the listener", async () => {
		const path = folder().at("agent.sock");
		const { ask, listener } = await open({ address: { kind: "unix", path } });

		expect(listener.address).toBe(`unix:${path}`);
		expect(lstatSync(path).mode & 0o777).toBe(0o600);
		expect((await ask("/v1/status", { headers: { host: "whatever" } })).status).toBe(200);

		await listener.close();
		expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
	});

	test("takes the place of one that a killed agent has left", async () => {
		const place = folder();
		const path = place.at("agent.sock");
		const left = place.at("left.sock");
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(left, resolve));
		linkSync(left, path); // closing the server removes its own name of the socket, and leaves this one
		await new Promise((resolve) => server.close(resolve));

		const { ask } = await open({ address: { kind: "unix", path } });

		expect((await ask("/healthz")).status).toBe(200);
	});

	test("is not taken from who answers there", async () => {
		const path = folder().at("agent.sock");
		const { ask } = await open({ address: { kind: "unix", path } });

		await expect(open({ address: { kind: "unix", path } })).rejects.toMatchObject({
			code: "E_LISTEN",
			message: `cannot listen on unix:${path}: another process answers there`,
		});
		expect((await ask("/healthz")).status).toBe(200);
	});

	test("is not put in the place of anything else", async () => {
		const path = folder().at("agent.sock");
		writeFileSync(path, "something of somebody");

		await expect(open({ address: { kind: "unix", path } })).rejects.toMatchObject({
			message: `cannot listen on unix:${path}: something that is no socket stands there`,
		});
		expect(readFileSync(path, "utf8")).toBe("something of somebody");
	});

	test("needs its folder", async () => {
		const path = folder().at("none/agent.sock");

		await expect(open({ address: { kind: "unix", path } })).rejects.toMatchObject({
			code: "E_LISTEN",
			message: `cannot listen on unix:${path}: its folder is not there`,
		});
	});
});
