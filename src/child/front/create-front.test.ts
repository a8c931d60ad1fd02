import { writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { frontBench, hasHeard, standIn } from "../../../test/fixtures/child/front-bench.ts";
import { callPeer } from "../../../test/fixtures/child/peer.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { folder } from "../../../test/support/folder.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { createFront } from "./create-front.ts";
import type { Front, FrontSpec } from "./front.ts";

const front = (listen: FrontSpec["listen"]): Front =>
	createFront(
		{ listen, pass: "tcp", idleTimeoutMs: 1000, proxyProtocol: "none" },
		{ clock: new FakeClock() },
	);

async function occupy(where: { path: string } | { port: number; host: string }): Promise<void> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(where, resolve));
	onTestFinished(() => void server.close());
}

describe("a front's address", () => {
	test("that is taken is refused by name, and can be tried again", async () => {
		const port = await freePort();
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
		const one = front({ kind: "tcp", host: "127.0.0.1", port });

		await expect(one.open()).rejects.toMatchObject({
			code: "E_FRONT_LISTEN",
			exitCode: 1,
			message: `Cannot listen on 127.0.0.1:${port}: another process listens there`,
			rows: { in: "exec.listen" },
		});
		expect(one.isOpen).toBe(false);
		await new Promise((resolve) => server.close(resolve));
		await one.open();

		expect(one.isOpen).toBe(true);
		await one.close();
		expect(one.isOpen).toBe(false);
	});

	test("that this machine does not have is refused", async () => {
		const one = front({ kind: "tcp", host: "192.0.2.1", port: 4000 });

		await expect(one.open()).rejects.toMatchObject({
			code: "E_FRONT_LISTEN",
			message: "Cannot listen on 192.0.2.1:4000: this machine has no such address",
		});
		await one.close();
	});

	test("of all of IPv6 takes IPv4 as well, and tells the child so", async () => {
		const port = await freePort();
		const listen = { kind: "tcp", host: "::", port } as const;
		const bench = await frontBench({ listen, proxyProtocol: "v1" });
		const child = await standIn();
		bench.front.switchTo(child);

		for (const [host, family] of [
			["127.0.0.1", "TCP4 127.0.0.1 127.0.0.1"],
			["::1", "TCP6 ::1 ::1"],
		] as const) {
			const client = await callPeer({ port, host });
			const upstream = await child.accept();
			const line = `PROXY ${family} ${client.socket.localPort} ${port}\r\n`;
			expect(await upstream.hearsUntil("\n")).toBe(line);
		}
	});

	test("can be a unix socket, which is gone afterwards", async () => {
		const path = folder().at("gw.sock");
		const bench = await frontBench({ listen: { kind: "unix", path }, proxyProtocol: "v2" });
		const child = await standIn();
		bench.front.switchTo(child);

		const { client, upstream } = await bench.join(child);
		await upstream.hears(Buffer.from("0d0a0d0a000d0a515549540a20000000", "hex"));
		client.say("question").end();
		await upstream.hears("question");
		await upstream.hearsEnd();
		upstream.say("answer").end();
		await client.hears("answer");
		await client.hearsEnd();

		await bench.front.close();
		await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
	});

	test("of a unix socket is for everybody who can enter its folder, whatever the umask", async () => {
		const path = folder().at("gw.sock");

		await frontBench({ listen: { kind: "unix", path } });

		expect((await stat(path)).mode & 0o666).toBe(0o666);
	});

	test("takes the place of a unix socket that a dead process has left", async () => {
		const path = folder().at("gw.sock");
		await leaveSocket(path);
		const one = front({ kind: "unix", path });

		await one.open();

		expect((await callPeer({ path })).state).toBe("open");
		await one.close();
	});

	test("is refused where another process answers at the unix socket", async () => {
		const path = folder().at("gw.sock");
		await occupy({ path });

		await expect(front({ kind: "unix", path }).open()).rejects.toMatchObject({
			code: "E_FRONT_LISTEN",
			message: `Cannot listen on unix:${path}: another process answers there`,
		});
		expect((await callPeer({ path })).state).toBe("open");
	});

	test("is refused where something else stands, and where there is no folder", async () => {
		const path = folder().at("gw.sock");
		writeFileSync(path, "mine");

		await expect(front({ kind: "unix", path }).open()).rejects.toThrow(
			"something that is no socket stands there",
		);
		await expect(front({ kind: "unix", path: `${path}/none/gw.sock` }).open()).rejects.toThrow(
			"its folder is none",
		);
	});
});

describe("a target that takes no connections", () => {
	test("is tried until it does, while its clients wait", async () => {
		const bench = await frontBench();
		const port = await freePort();
		bench.front.switchTo({ port });
		const clients = [await bench.call(), await bench.call(), await bench.call()];
		for (const client of clients) client.say("hello");
		await eventually(() => expect(bench.front.tally.waiting).toBe(3));
		await bench.clock.advance(20_000);

		const child = await standIn(port);
		await bench.clock.advance(100);

		for (const upstream of [await child.accept(), await child.accept(), await child.accept()]) {
			await upstream.hears("hello");
		}
		expect(bench.front.tally).toEqual({ connections: 3, accepted: 3, waiting: 0, failed: 0 });
	});

	test("costs its clients their connections after 30 s, and is told of once", async () => {
		const bench = await frontBench();
		bench.front.switchTo({ port: await freePort() });
		const clients = [await bench.call(), await bench.call()];
		await eventually(() => expect(bench.front.tally.waiting).toBe(2));

		await bench.clock.advance(30_000);

		for (const client of clients) await client.hearsReset();
		await eventually(() =>
			expect(bench.front.tally).toMatchObject({ connections: 0, waiting: 0, failed: 2 }),
		);
		expect(bench.log.lines).toMatchObject([{ level: "warn", event: "front", failed: 1 }]);
	});

	test("is left for the next one, also when it has just taken a connection", async () => {
		const bench = await frontBench();
		const [old, fresh] = [await standIn(), await standIn()];
		bench.front.switchTo(old);
		const calling = bench.call();
		while (bench.front.tally.accepted === 0) await new Promise((resolve) => setImmediate(resolve));

		bench.front.switchTo(fresh);
		(await calling).say("hello");

		await (await fresh.accept()).hears("hello");
		expect(old.accepted).toBe(1);
		await (await old.accept()).hearsEnd();
		expect(bench.front.openWith(old)).toBe(0);
	});

	test("is left for the next one", async () => {
		const bench = await frontBench();
		bench.front.switchTo({ port: await freePort() });
		const client = await bench.call();
		client.say("hello");
		await eventually(() => expect(bench.front.tally.waiting).toBe(1));

		const child = await standIn();
		bench.front.switchTo(child);

		await (await child.accept()).hears("hello");
	});
});

describe("refuse()", () => {
	test("turns new clients away at once, and leaves alone what is open", async () => {
		const bench = await frontBench();
		const child = await standIn();
		bench.front.switchTo(child);
		const { client, upstream } = await bench.join(child);

		bench.front.refuse();

		expect(bench.front.isOpen).toBe(false);
		await expect(bench.call()).rejects.toMatchObject({ code: "ECONNREFUSED" });
		client.say("question");
		await upstream.hears("question");
		upstream.say("answer");
		await client.hears("answer");
	});

	test("removes the unix socket", async () => {
		const path = folder().at("gw.sock");
		const bench = await frontBench({ listen: { kind: "unix", path } });

		bench.front.refuse();

		await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
	});

	test("lets go who waits for a target", async () => {
		const bench = await frontBench();
		const client = await bench.call();
		await eventually(() => expect(bench.front.tally.waiting).toBe(1));

		bench.front.refuse();

		await client.hearsReset();
		await eventually(() =>
			expect(bench.front.tally).toMatchObject({ connections: 0, waiting: 0, failed: 1 }),
		);
	});

	test("ends clients between two requests, and those in one when it is answered", async () => {
		const bench = await frontBench({ pass: "http" });
		const child = await standIn();
		bench.front.switchTo(child);
		const [idle, busy] = [await bench.join(child), await bench.join(child)];
		busy.client.say("GET / HTTP/1.1\r\n\r\n");
		await busy.upstream.hearsUntil("\r\n\r\n");

		bench.front.refuse();
		await idle.client.hearsEnd();
		expect(busy.client.state).toBe("open");
		busy.upstream.say("HTTP/1.1 204 No Content\r\n\r\n");

		expect(await busy.client.hearsUntil("\r\n\r\n")).toContain("Connection: close");
		await busy.client.hearsEnd();
		await bench.front.drained(child);
	});

	test("ends clients that had been left without a target before", async () => {
		const bench = await frontBench({ pass: "http" });
		const child = await standIn();
		bench.front.switchTo(child);
		const { client } = await bench.join(child);
		bench.front.switchTo(undefined);

		bench.front.refuse();

		await client.hearsEnd();
		expect(client.text).toBe("");
	});
});

describe("close()", () => {
	test("resolves without ever having been opened", async () => {
		await expect(front({ kind: "tcp", host: "127.0.0.1", port: 0 }).close()).resolves.toBeUndefined();
	});

	test("lets what the child has said before its end arrive, and cuts what goes on", async () => {
		const bench = await frontBench();
		const child = await standIn();
		bench.front.switchTo(child);
		const [ending, going] = [await bench.join(child), await bench.join(child)];
		const last = Buffer.alloc(1024 * 1024, "x");

		const closed = bench.front.close();
		ending.upstream.say(last).end();
		await ending.client.hears(last);
		await ending.client.hearsEnd();
		ending.client.end();
		await bench.clock.advance(2000);
		await closed;

		await going.client.hearsReset();
		await going.upstream.hearsReset();
		await expect(bench.call()).rejects.toMatchObject({ code: "ECONNREFUSED" });
	});

	test.each(["tcp", "http"] as const)(
		"gives a slow client of a child that has ended all that it said (pass: %s)",
		async (pass) => {
			const bench = await frontBench({ pass });
			const child = await standIn();
			bench.front.switchTo(child);
			const { client, upstream } = await bench.join(child);
			const head = "HTTP/1.1 200 OK\r\n\r\n";
			client.say("GET / HTTP/1.1\r\n\r\n");
			await upstream.hearsUntil("\r\n\r\n");
			client.socket.pause();
			const body = Buffer.alloc(20 * 1024 * 1024, "x");
			upstream.say(head).say(body).end();
			await hasHeard();

			const closed = bench.front.close({ withinMs: 30_000 });
			for (let second = 0; second < 29; second++) {
				await bench.clock.advance(1000);
				client.socket.resume();
				await hasHeard();
				client.socket.pause();
			}
			client.socket.resume();

			await client.hears(Buffer.concat([Buffer.from(head), body]));
			await client.hearsEnd();
			client.end();
			await closed;
			expect(client.text).toBe("");
		},
	);

	test("does not wait for long for a client that has all and stays", async () => {
		const bench = await frontBench();
		const child = await standIn();
		bench.front.switchTo(child);
		const { client, upstream } = await bench.join(child);

		const closed = bench.front.close({ withinMs: 30_000 });
		upstream.say("bye").end();
		await client.hears("bye");
		await client.hearsEnd();
		await hasHeard();
		expect(bench.front.tally.connections).toBe(1); // up to here the kernel may have held some of it
		await bench.clock.advance(2000);
		await closed;

		expect(bench.front.tally.connections).toBe(0);
	});

	test("cuts a client that is too slow", async () => {
		const bench = await frontBench();
		const child = await standIn();
		bench.front.switchTo(child);
		const { client, upstream } = await bench.join(child);
		client.socket.pause();
		upstream.say(Buffer.alloc(20 * 1024 * 1024)).end();
		await hasHeard();

		const closed = bench.front.close({ withinMs: 30_000 });
		await bench.clock.advance(30_000);
		await closed;
		client.socket.resume();

		await client.hearsReset();
		expect(client.bytes.length).toBeLessThan(20 * 1024 * 1024);
	});

	test("waits for no client that stays although its child has said all", async () => {
		const bench = await frontBench();
		const child = await standIn();
		bench.front.switchTo(child);
		const { client, upstream } = await bench.join(child);
		upstream.end();
		await client.hearsEnd();

		await bench.front.close({ withinMs: 30_000 });

		expect(client.text).toBe("");
	});

	test("ends idle HTTP connections at once", async () => {
		const bench = await frontBench({ pass: "http" });
		const child = await standIn();
		bench.front.switchTo(child);
		const { client } = await bench.join(child);

		await bench.front.close();

		await client.hearsEnd();
		expect(client.text).toBe("");
	});
});

test("close() does not wait for who was told of the end and stays", async () => {
	const bench = await frontBench({ pass: "http" });
	const child = await standIn();
	bench.front.switchTo(child);
	const { client, upstream } = await bench.join(child);
	client.say("GET / HTTP/1.1\r\n\r\n");
	await upstream.hearsUntil("\r\n\r\n");
	bench.front.switchTo(await standIn());
	upstream.say("HTTP/1.1 204 No Content\r\n\r\n");
	await client.hearsEnd();
	await upstream.hearsEnd();

	await bench.front.close();

	await eventually(() => expect(upstream.say("is anybody there?").state).toMatch(/^(ECONNRESET|EPIPE)$/));
	await eventually(() => expect(bench.front.tally.connections).toBe(0));
});

test("a thousand connections leave nothing behind", async () => {
	const bench = await frontBench({ pass: "http" });
	const child = await standIn();
	bench.front.switchTo(child);
	const handles = () => process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
	const before = handles();

	for (let count = 0; count < 100; count++) {
		const joined = await Promise.all(Array.from({ length: 10 }, () => bench.join(child)));
		for (const [index, { client, upstream }] of joined.entries()) {
			if (index % 4 === 0) client.end();
			else if (index % 4 === 1) upstream.end();
			else if (index % 4 === 2) client.reset();
			else upstream.reset();
			if (index % 4 === 0) upstream.end();
			if (index % 4 === 1 || index % 4 === 3) client.end();
		}
		await hasHeard();
	}

	await eventually(() => expect(bench.front.tally.connections).toBe(0));
	await eventually(() => expect(handles()).toBeLessThanOrEqual(before));
	expect(bench.front.tally).toEqual({ connections: 0, accepted: 1000, waiting: 0, failed: 0 });
	expect(bench.front.openWith(child)).toBe(0);
	await bench.front.drained(child);
});

/** What a listener leaves whose process is killed: a socket at which nobody answers. */
async function leaveSocket(path: string): Promise<void> {
	const { execFile } = await import("node:child_process");
	const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
	await new Promise<void>((resolve) => execFile(process.execPath, ["-e", script], () => resolve()));
	expect((await stat(path)).isSocket()).toBe(true);
}
