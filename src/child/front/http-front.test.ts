import { describe, expect, test } from "vitest";
import { frontBench, hasHeard, type StandIn, standIn } from "../../../test/fixtures/child/front-bench.ts";
import type { Peer } from "../../../test/fixtures/child/peer.ts";
import { eventually } from "../../../test/support/eventually.ts";

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const okAndClose = (body: string) =>
	`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;

async function bench() {
	const { front, clock, call, join } = await frontBench({ pass: "http" });
	const [old, fresh] = [await standIn(), await standIn()];
	front.switchTo(old);
	return { front, clock, call, join, old, fresh };
}

async function exchange({ client, upstream }: { client: Peer; upstream: Peer }, path = "/"): Promise<void> {
	client.say(get(path));
	await upstream.hears(get(path));
	upstream.say(ok(path));
	await client.hears(ok(path));
}

/** A client's next request is the new child's. */
async function movesOn(client: Peer, fresh: StandIn, path = "/next"): Promise<void> {
	client.say(get(path));
	await exchangeFrom(client, fresh, path);
}

async function exchangeFrom(client: Peer, fresh: StandIn, path: string): Promise<void> {
	const upstream = await fresh.accept();
	await upstream.hears(get(path));
	upstream.say(ok("new"));
	await client.hears(ok("new"));
	expect(client.state).toBe("open");
}

describe("pass: http", () => {
	test("passes everything on as it is, as it comes", async () => {
		const { join, old } = await bench();
		const { client, upstream } = await join(old);

		for (const part of [
			"POST / HT",
			"TP/1.1\r\nTransfer-",
			"Encoding: chunked\r\n\r\n5\r\nhel",
			"lo\r\n0\r\n\r\n",
		]) {
			client.say(part);
			await upstream.hears(part);
		}
		for (const part of [
			"HTTP/1.1 100 Con",
			"tinue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
			"3\r\n",
		]) {
			upstream.say(part);
			await client.hears(part);
		}
		expect([client.state, upstream.state]).toEqual(["open", "open"]);
	});

	test("a request that ends with its client is answered, and then it is the end", async () => {
		const { join, old } = await bench();
		const { client, upstream } = await join(old);

		client.say(get("/")).end();
		await upstream.hears(get("/"));
		await upstream.hearsEnd();
		upstream.say(ok("late")).end();

		await client.hears(ok("late"));
		await client.hearsEnd();
		expect(client.text).toBe("");
	});

	test.each(["end", "reset"] as const)(
		"a child that closes a connection between two requests (%s) gets the next one on another",
		async (way) => {
			const { clock, join, old } = await bench();
			const both = await join(old);
			await exchange(both);

			both.upstream[way]();
			await hasHeard();
			await clock.advance(119_000);
			both.client.say(get("/next"));
			const upstream = await old.accept();
			await clock.advance(119_000);

			await upstream.hears(get("/next"));
			upstream.say(ok("next"));
			await both.client.hears(ok("next"));
			expect(both.client.state).toBe("open");
		},
	);

	test("a child that closes a connection just as a request comes gets that on another", async () => {
		const { join, old } = await bench();
		const both = await join(old);
		await exchange(both);

		both.upstream.end();
		await both.upstream.hearsEnd(); // the front has seen it
		both.client.say(get("/next"));

		await exchangeFrom(both.client, old, "/next");
		expect(both.upstream.text).toBe("");
	});

	test("a child that has closed a connection gets no other while its client is silent, who is ended after 2 minutes", async () => {
		const { clock, front, join, old } = await bench();
		const { client, upstream } = await join(old);
		upstream.end();
		await upstream.hearsEnd();
		await clock.advance(119_999);
		expect([client.state, old.accepted]).toEqual(["open", 1]);

		await clock.advance(1);

		await client.hearsEnd();
		client.end();
		await eventually(() => expect(front.tally.connections).toBe(0));
		expect(old.accepted).toBe(1);
	});

	test("a child that said that it closes a connection closes it for its client", async () => {
		const { join, old } = await bench();
		const { client, upstream } = await join(old);
		client.say(get("/"));
		await upstream.hears(get("/"));

		upstream.say(okAndClose("bye")).end();

		await client.hears(okAndClose("bye"));
		await client.hearsEnd();
		expect(old.accepted).toBe(1);
	});

	test("a child that breaks off in an answer breaks off for its client", async () => {
		const { join, old } = await bench();
		const one = await join(old);
		const two = await join(old);
		for (const { client, upstream } of [one, two]) {
			client.say(get("/"));
			await upstream.hears(get("/"));
			upstream.say(ok("hello").slice(0, -2));
			await client.hears(ok("hello").slice(0, -2));
		}

		one.upstream.end();
		two.upstream.reset();

		await one.client.hearsEnd();
		await two.client.hearsReset();
		expect([one.client.state, two.client.state]).toEqual(["ended", "ECONNRESET"]);
	});

	test("a client that is reset in a request resets it for the child", async () => {
		const { join, old } = await bench();
		const { client, upstream } = await join(old);
		client.say(get("/"));
		await upstream.hears(get("/"));

		client.reset();

		await upstream.hearsReset();
		expect(upstream.text).toBe("");
	});

	test("counts requests under way, not connections", async () => {
		const { front, join, old } = await bench();
		const [one, two] = [await join(old), await join(old)];
		expect(front.openWith(old)).toBe(0);
		one.client.say(get("/"));
		await one.upstream.hears(get("/"));
		two.client.say("GET");
		await two.upstream.hears("GET");

		expect(front.openWith(old)).toBe(2);
		one.upstream.say(ok(""));
		await one.client.hears(ok(""));

		expect(front.openWith(old)).toBe(1);
	});
});

describe("pass: http, a switch", () => {
	test("between two requests: the client notices nothing, and the old child is rid of it at once", async () => {
		const { front, join, old, fresh } = await bench();
		const both = await join(old);
		await exchange(both);

		front.switchTo(fresh);
		await front.drained(old);

		await both.upstream.hearsEnd();
		await movesOn(both.client, fresh);
		expect(old.accepted).toBe(1);
	});

	test("before the first request: likewise", async () => {
		const { front, join, old, fresh } = await bench();
		const { client, upstream } = await join(old);

		front.switchTo(fresh);

		await upstream.hearsEnd();
		await movesOn(client, fresh);
		expect(old.accepted).toBe(1);
	});

	test("in a request's head: the old child answers it, and says close", async () => {
		const { front, join, old, fresh } = await bench();
		const { client, upstream } = await join(old);
		client.say("GET / HTT");
		await upstream.hears("GET / HTT");

		front.switchTo(fresh);
		client.say("P/1.1\r\n\r\n");
		await upstream.hears("P/1.1\r\n\r\n");
		upstream.say(ok("old"));

		expect(await client.hearsUntil("old")).toBe(okAndClose("old"));
		await client.hearsEnd();
		await front.drained(old);
	});

	test("in a request's body: likewise", async () => {
		const { front, join, old, fresh } = await bench();
		const { client, upstream } = await join(old);
		const head = "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n01234";
		client.say(head);
		await upstream.hears(head);

		front.switchTo(fresh);
		expect(front.openWith(old)).toBe(1);
		client.say("56789");
		await upstream.hears("56789");
		upstream.say(ok("old"));

		await client.hears(okAndClose("old"));
		await client.hearsEnd();
	});

	test("while the answer is awaited: likewise, however its head comes", async () => {
		const { front, join, old, fresh } = await bench();
		const { client, upstream } = await join(old);
		client.say(get("/"));
		await upstream.hears(get("/"));

		front.switchTo(fresh);
		for (const octet of ok("old")) {
			upstream.say(octet);
			await new Promise((resolve) => setImmediate(resolve));
		}

		expect(await client.hearsUntil("old")).toBe(okAndClose("old"));
		await client.hearsEnd();
	});

	test("before a child that breaks off in an answer's head: what there is of it arrives", async () => {
		const { front, join, old, fresh } = await bench();
		const { client, upstream } = await join(old);
		client.say(get("/"));
		await upstream.hears(get("/"));

		front.switchTo(fresh);
		upstream.say("HTTP/1.1 200 OK\r\nContent-").end();

		expect(await client.hearsUntil("Content-")).toBe("HTTP/1.1 200 OK\r\nContent-");
		await client.hearsEnd();
	});

	test("in an answer's head: that is passed on as it began, and the next request goes to the new child", async () => {
		const { front, join, old, fresh } = await bench();
		const { client, upstream } = await join(old);
		client.say(get("/"));
		await upstream.hears(get("/"));
		upstream.say("HTTP/1.1 200 O");
		await client.hears("HTTP/1.1 200 O");

		front.switchTo(fresh);
		upstream.say("K\r\nContent-Length: 3\r\n\r\nold");
		await client.hears("K\r\nContent-Length: 3\r\n\r\nold");

		await upstream.hearsEnd();
		await movesOn(client, fresh);
		expect(old.accepted).toBe(1);
	});

	test.each([
		["with a length", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nold", "old"],
		["in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nol", "d\r\n0\r\nX: a\r\n\r\n"],
	])(
		"in an answer's body %s: it arrives whole, and the next request goes to the new child",
		async (_, first, rest) => {
			const { front, join, old, fresh } = await bench();
			const { client, upstream } = await join(old);
			client.say(get("/"));
			await upstream.hears(get("/"));
			upstream.say(first);
			await client.hears(first);

			front.switchTo(fresh);
			expect(front.openWith(old)).toBe(1);
			upstream.say(rest);
			await client.hears(rest);

			await front.drained(old);
			await movesOn(client, fresh);
		},
	);

	test("in a request that was answered before its end: the rest goes where it began, the next to the new child", async () => {
		const { front, join, old, fresh } = await bench();
		const { client, upstream } = await join(old);
		client.say("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n01234");
		await upstream.hearsUntil("01234");
		upstream.say(ok("early"));
		await client.hears(ok("early"));

		front.switchTo(fresh);
		expect(front.openWith(old)).toBe(1);
		client.say(`56789${get("/next")}`);

		await exchangeFrom(client, fresh, "/next");
		expect(await upstream.hearsUntil("56789")).toBe("56789");
		await upstream.hearsEnd();
		await front.drained(old);
	});

	test("in a stream that ends with its connection: it ends when the child ends it", async () => {
		const { front, join, old, fresh } = await bench();
		const { client, upstream } = await join(old);
		client.say(get("/"));
		await upstream.hears(get("/"));
		upstream.say("HTTP/1.1 200 OK\r\n\r\none");
		await client.hears("HTTP/1.1 200 OK\r\n\r\none");

		front.switchTo(fresh);
		upstream.say(" two");
		await client.hears(" two");
		expect([client.state, front.openWith(old)]).toEqual(["open", 1]);
		upstream.end();

		await client.hearsEnd();
		await front.drained(old);
	});

	test("among pipelined requests: the old child answers what it has, without close", async () => {
		const { front, join, old, fresh } = await bench();
		const { client, upstream } = await join(old);
		client.say(get("/1") + get("/2") + get("/3"));
		await upstream.hears(get("/1") + get("/2") + get("/3"));
		upstream.say(ok("1"));
		await client.hears(ok("1"));

		front.switchTo(fresh);
		upstream.say(ok("2") + ok("3"));
		await client.hears(ok("2") + ok("3"));

		await upstream.hearsEnd();
		await movesOn(client, fresh);
		expect(old.accepted).toBe(1);
	});

	test("before a request that is pipelined behind the old child's: it waits its turn and goes to the new one", async () => {
		const { front, join, old, fresh } = await bench();
		const { client, upstream } = await join(old);
		const upload = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n";
		client.say(`${upload}he`);
		await upstream.hears(`${upload}he`);

		front.switchTo(fresh);
		client.say(`llo${get("/next")}`).end();
		await upstream.hears("llo");
		upstream.say(ok("old"));
		await client.hears(ok("old"));

		const next = await fresh.accept();
		await next.hears(get("/next"));
		await next.hearsEnd();
		next.say(ok("new")).end();
		await client.hears(ok("new"));
		await client.hearsEnd();
		expect(upstream.text).toBe("");
	});

	test("before a client's end: the answer still comes, and then the end", async () => {
		const { front, join, old, fresh } = await bench();
		const { client, upstream } = await join(old);
		client.say(get("/"));
		await upstream.hears(get("/"));
		upstream.say(ok("hello").slice(0, -1));
		await client.hears(ok("hello").slice(0, -1));

		front.switchTo(fresh);
		client.end();
		await upstream.hearsEnd();
		upstream.say("o");

		await client.hears("o");
		await client.hearsEnd();
		expect(fresh.accepted).toBe(0);
	});

	test("in a WebSocket: it goes on until one side ends it or it is cut", async () => {
		const { front, clock, join, old, fresh } = await bench();
		const ask = "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
		const granted =
			"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x01a";
		const one = await join(old);
		const two = await join(old);
		const three = await join(old);
		for (const { client, upstream } of [one, two, three]) {
			client.say(ask);
			await upstream.hears(ask);
		}
		one.upstream.say(granted);
		two.upstream.say(granted);
		await one.client.hears(granted);
		await two.client.hears(granted);

		front.switchTo(fresh);
		three.upstream.say(granted); // no `close` in what has become of an HTTP answer
		await three.client.hears(granted);
		await clock.advance(3600_000);
		for (const { client, upstream } of [one, two, three]) {
			client.say(get("/frame"));
			await upstream.hears(get("/frame"));
			upstream.say(ok("frame"));
			await client.hears(ok("frame"));
		}
		expect(front.openWith(old)).toBe(3);
		one.upstream.end();
		await one.client.hearsEnd();
		one.client.say("bye").end();
		await one.upstream.hears("bye");
		await one.upstream.hearsEnd();
		await eventually(() => expect(front.openWith(old)).toBe(2));

		expect(front.cut(old)).toBe(2);
		await two.client.hearsReset();
		await three.upstream.hearsReset();
	});

	test("in a request that waits for 100 Continue: close is said in the final answer", async () => {
		const { front, join, old, fresh } = await bench();
		const { client, upstream } = await join(old);
		const head = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
		client.say(head);
		await upstream.hears(head);

		front.switchTo(fresh);
		upstream.say("HTTP/1.1 100 Continue\r\n\r\n");
		await client.hears("HTTP/1.1 100 Continue\r\n\r\n");
		client.say("ok");
		await upstream.hears("ok");
		upstream.say(ok("done"));

		expect(await client.hearsUntil("done")).toBe(okAndClose("done"));
	});

	test("on an ambiguous connection: it stays with the old child, byte for byte", async () => {
		const { front, clock, join, old, fresh } = await bench();
		const { client, upstream } = await join(old);
		const smuggled = `POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${get("/")}`;
		client.say(smuggled);
		await upstream.hears(smuggled);

		front.switchTo(fresh);
		upstream.say(ok("a") + ok("b"));
		await client.hears(ok("a") + ok("b"));
		client.say(get("/more"));
		await upstream.hears(get("/more"));
		await clock.advance(3600_000);

		expect([client.state, front.openWith(old), fresh.accepted]).toEqual(["open", 1, 0]);
	});

	test("on a connection whose answer turns out ambiguous: what waited for the new child goes to the old one", async () => {
		const { front, join, old, fresh } = await bench();
		const { client, upstream } = await join(old);
		client.say(get("/1"));
		await upstream.hears(get("/1"));

		front.switchTo(fresh);
		client.say(get("/2"));
		await hasHeard();
		upstream.say("HTTP/1.1 200 OK\nno");
		upstream.say("thing\r\n\r\n");
		await client.hears("HTTP/1.1 200 OK\nnothing\r\n\r\n");

		expect(await upstream.hearsUntil("\r\n\r\n")).toBe(get("/2"));
	});

	test("to the child that it came from: what waited for another goes back to it", async () => {
		const { front, join, old, fresh } = await bench();
		const { client, upstream } = await join(old);
		client.say(get("/1"));
		await upstream.hears(get("/1"));
		front.switchTo(undefined);
		client.say(get("/2"));
		await hasHeard();
		front.switchTo(old);

		await upstream.hears(get("/2"));
		upstream.say(ok("1") + ok("2"));
		await client.hears(ok("1") + ok("2"));
		expect(fresh.accepted).toBe(0);
	});

	test("twice in a request: it ends with the first, and the next goes to the last", async () => {
		const { front, join, old, fresh } = await bench();
		const last = await standIn();
		const { client, upstream } = await join(old);
		client.say(get("/"));
		await upstream.hears(get("/"));
		upstream.say(ok("old").slice(0, -1));
		await client.hears(ok("old").slice(0, -1));

		front.switchTo(fresh);
		front.switchTo(last);
		upstream.say("d");
		await client.hears("d");

		await movesOn(client, last);
		expect(fresh.accepted).toBe(0);
	});

	test("to nothing: the next request waits until there is a child, and so does a new client", async () => {
		const { front, clock, call, join, old, fresh } = await bench();
		const both = await join(old);
		await exchange(both);

		front.switchTo(undefined);
		both.client.say(get("/next"));
		const late = await call();
		late.say(get("/late"));
		await eventually(() => expect(front.tally.waiting).toBe(2));
		await clock.advance(29_000);
		front.switchTo(fresh);

		const upstreams = [await fresh.accept(), await fresh.accept()];
		for (const upstream of upstreams)
			upstream.say((await upstream.hearsUntil("\r\n\r\n")).includes("/next") ? ok("n") : ok("l"));
		await both.client.hears(ok("n"));
		await late.hears(ok("l"));
		expect(front.tally).toMatchObject({ waiting: 0, failed: 0 });
	});

	test("to nothing: a request with which its client ends is passed on, and then the end", async () => {
		const { front, join, old, fresh } = await bench();
		const both = await join(old);
		await exchange(both);
		front.switchTo(undefined);
		both.client.say(get("/last")).end();
		await eventually(() => expect(front.tally.waiting).toBe(1));
		await hasHeard();

		front.switchTo(fresh);
		const upstream = await fresh.accept();
		expect(await upstream.hearsUntil("\r\n\r\n")).toBe(get("/last"));
		await upstream.hearsEnd();
		upstream.say(ok("bye")).end();

		await both.client.hears(ok("bye"));
		await both.client.hearsEnd();
	});

	test("to nothing: who leaves while he waits is forgotten", async () => {
		const { front, join, old } = await bench();
		const both = await join(old);
		await exchange(both);
		front.switchTo(undefined);
		both.client.say(get("/next"));
		await eventually(() => expect(front.tally.waiting).toBe(1));

		both.client.reset();

		await eventually(() => expect(front.tally).toMatchObject({ connections: 0, waiting: 0, failed: 0 }));
	});

	test("to nothing for too long: who waits is reset", async () => {
		const { front, clock, join, old } = await bench();
		const both = await join(old);
		await exchange(both);
		front.switchTo(undefined);
		both.client.say(get("/next"));
		await eventually(() => expect(front.tally.waiting).toBe(1));

		await clock.advance(30_000);

		await both.client.hearsReset();
		expect(front.tally).toMatchObject({ waiting: 0, failed: 1 });
	});

	test("a client that was told of the end and stays is closed", async () => {
		const { front, clock, join, old, fresh } = await bench();
		const { client, upstream } = await join(old);
		client.say(get("/"));
		await upstream.hears(get("/"));
		front.switchTo(fresh);
		upstream.say(ok("old"));
		await client.hears(okAndClose("old"));
		await client.hearsEnd();
		client.say(get("/nobody hears this"));
		expect(front.tally.connections).toBe(1);

		await clock.advance(2000);

		await eventually(() => expect(front.tally.connections).toBe(0));
		expect(fresh.accepted).toBe(0);
	});

	test("each child that a client comes to is told of its address", async () => {
		const { front, join } = await frontBench({ pass: "http", proxyProtocol: "v1" });
		const [old, fresh] = [await standIn(), await standIn()];
		front.switchTo(old);
		const { client, upstream } = await join(old);
		const { localPort, remotePort } = client.socket;
		const header = `PROXY TCP4 127.0.0.1 127.0.0.1 ${localPort} ${remotePort}\r\n`;
		await upstream.hears(header);

		front.switchTo(fresh);
		client.say(get("/"));

		expect(await (await fresh.accept()).hearsUntil("\r\n\r\n")).toBe(header + get("/"));
	});
});
