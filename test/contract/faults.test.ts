import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { type DevServer, type DevServerOptions, startDevServer } from "../../src/devserver/mod.ts";
import { systemClock } from "../../src/kernel/mod.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake-clock.ts";

const PATH = "secret/data/llm/openai";

async function start(options: Partial<DevServerOptions> = {}): Promise<DevServer> {
	const server = await startDevServer({ clock: systemClock, ...options });
	onTestFinished(() => server.close());
	server.seed({ secrets: { [PATH]: { api_key: "sk-planted" } } });
	return server;
}

function read(server: DevServer, path = PATH): Promise<Response> {
	return fetch(`${server.address}/v1/${path}`, { headers: { "X-Vault-Token": server.rootToken } });
}

test("a status fault answers with its status, body and headers, as often as asked", async () => {
	const server = await start();
	const headers = { "Retry-After": "7" };
	server.faults.add(
		{ kind: "status", status: 429, body: { errors: ["slow down"] }, headers },
		{ path: "secret/*", count: 2 },
	);

	const first = await read(server);
	const others = [await read(server), await read(server)];

	expect([first.status, first.headers.get("retry-after"), await first.json()]).toEqual([
		429,
		"7",
		{ errors: ["slow down"] },
	]);
	expect(others.map(({ status }) => status)).toEqual([429, 200]);
});

test("a delay fault follows the server's clock", async () => {
	const clock = new FakeClock();
	const server = await start({ clock });
	server.faults.add({ kind: "delay", ms: 60_000 }, { count: 1 });

	const answer = read(server);
	await eventually(() => expect(clock.sleeps).toEqual([60_000]));
	const seenBefore = server.requests.total;
	await clock.advance(60_000);

	expect([seenBefore, (await answer).status]).toEqual([0, 200]);
});

test("a cut fault destroys the connection before anything is done", async () => {
	const server = await start();
	server.faults.add({ kind: "cut" }, { method: "POST" });

	await expect(write(server)).rejects.toThrow("fetch failed");

	expect(await version(server)).toBe(1);
	expect(server.requests.count({ status: 0 })).toBe(1);
});

test("a cut fault may lose the answer alone", async () => {
	const server = await start();
	server.faults.add({ kind: "cut", afterwards: true }, { method: "POST" });

	await expect(write(server)).rejects.toThrow("fetch failed");

	expect(await version(server)).toBe(2);
});

test("a stall fault takes the request and never answers", async () => {
	const server = await start();
	server.faults.add({ kind: "stall" });

	const answer = read(server);
	await eventually(() => expect(server.requests.count({ path: PATH, status: 0 })).toBe(1));
	await server.close();

	await expect(answer).rejects.toThrow("fetch failed");
});

test("a half fault announces the whole answer and sends half of it", async () => {
	const server = await start();
	server.faults.add({ kind: "half" });

	const answer = await read(server);

	expect(answer.status).toBe(200);
	await expect(answer.text()).rejects.toThrow("terminated");
});

test("an html fault answers as a proxy in between would", async () => {
	const server = await start();
	server.faults.add({ kind: "html", status: 502 });

	const answer = await read(server);

	expect([answer.status, answer.headers.get("content-type")]).toEqual([502, "text/html; charset=utf-8"]);
});

test("a garbage fault says JSON and sends something else", async () => {
	const server = await start();
	server.faults.add({ kind: "garbage" });

	const answer = await read(server);

	expect(answer.headers.get("content-type")).toBe("application/json");
	await expect(answer.json()).rejects.toThrow(SyntaxError);
});

test("a fault that was taken back no longer happens", async () => {
	const server = await start();
	const undo = server.faults.add({ kind: "cut" });
	undo();

	expect((await read(server)).status).toBe(200);
});

test("the request log tells requests apart and holds nothing secret", async () => {
	const entries: unknown[] = [];
	const server = await start({ onRequest: (entry) => entries.push(entry) });
	const { gw } = server.seed({ approles: { gw: { token_policies: ["default"] } } });
	const body = JSON.stringify({ role_id: gw?.roleId, secret_id: gw?.secretId });
	const login = await fetch(`${server.address}/v1/auth/approle/login`, { method: "POST", body });
	const { auth } = (await login.json()) as { auth: { client_token: string; accessor: string } };
	const headers = { "X-Vault-Token": auth.client_token, "X-Vault-Namespace": "root" };
	await fetch(`${server.address}/v1/${PATH}?version=1&x=${auth.client_token}`, { headers });
	await fetch(`${server.address}/v1/auth/token/revoke/${server.rootToken}`, { headers });

	const text = JSON.stringify([entries, server.requests.entries]);

	expect(server.requests.entries).toMatchObject([
		{ method: "POST", path: "auth/approle/login", status: 200, namespace: "", accessor: "" },
		{ method: "GET", path: `${PATH}?version=1`, status: 403, namespace: "root", accessor: auth.accessor },
		{ method: "GET", path: "auth/token/revoke/[token]", status: 403 },
	]);
	for (const secret of [server.rootToken, auth.client_token, gw?.secretId ?? "?", "sk-planted"]) {
		expect(text).not.toContain(secret);
	}
});

test("startDevServer() refuses an address that other machines can reach", async () => {
	const options = { clock: systemClock, listen: { host: "0.0.0.0" } };

	await expect(startDevServer(options)).rejects.toMatchObject({ code: "E_DEV_LISTEN", exitCode: 2 });
});

test("startDevServer() says that a port is taken", async () => {
	const server = await start();
	const port = Number(new URL(server.address).port);

	await expect(start({ listen: { port } })).rejects.toThrow("the port is taken");
});

test("close() cuts connections that wait for nothing", async () => {
	const server = await start();
	const socket = connect(Number(new URL(server.address).port), "127.0.0.1");
	await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
	const cut = new Promise<void>((resolve) => socket.once("close", () => resolve()));
	socket.on("error", () => undefined);

	await server.close();

	await expect(cut).resolves.toBeUndefined();
});

test("a connection that does not speak HTTP is refused", async () => {
	const server = await start();
	const socket = connect(Number(new URL(server.address).port), "127.0.0.1");
	socket.end("LIST me please\r\n\r\n");

	const chunks: Buffer[] = [];
	for await (const chunk of socket) chunks.push(chunk as Buffer);

	expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1.1 400 /);
});

async function write(server: DevServer): Promise<Response> {
	const headers = { "X-Vault-Token": server.rootToken };
	return fetch(`${server.address}/v1/${PATH}`, { method: "POST", headers, body: '{"data":{}}' });
}

async function version(server: DevServer): Promise<number> {
	const { data } = (await (await read(server)).json()) as { data: { metadata: { version: number } } };
	return data.metadata.version;
}
