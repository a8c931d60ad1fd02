import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { frontBench, standIn } from "../../../test/fixtures/child/front-bench.ts";
import { eventually } from "../../../test/support/eventually.ts";

const MIB = 1024 * 1024;
const IDLE_MS = 10_000;

describe("pass: tcp", () => {
	test("passes bytes on as they are, both ways", async () => {
		const { front, join } = await frontBench();
		const child = await standIn();
		front.switchTo(child);
		const { client, upstream } = await join(child);

		client.say("\x16\x03\x01 no HTTP\n");
		await upstream.hears("\x16\x03\x01 no HTTP\n");
		upstream.say(Buffer.from([0, 255, 13, 10]));
		expect(await client.hearsUntil("\n")).toBe("\x00\xff\r\n");
	});

	test("a child that speaks first is heard", async () => {
		const { front, join } = await frontBench();
		const child = await standIn();
		front.switchTo(child);
		const { client, upstream } = await join(child);

		upstream.say("220 ready\r\n");

		expect(await client.hearsUntil("\n")).toBe("220 ready\r\n");
	});

	test("a client that has said all still gets its answer, and the end of it", async () => {
		const { front, join } = await frontBench();
		const child = await standIn();
		front.switchTo(child);
		const { client, upstream } = await join(child);

		client.say("question").end();
		await upstream.hears("question");
		await upstream.hearsEnd();
		upstream.say("answer").end();

		await client.hears("answer");
		await client.hearsEnd();
		await client.closed();
		await upstream.closed();
		await eventually(() => expect(front.tally.connections).toBe(0));
	});

	test("a child that has said all still hears its client", async () => {
		const { front, join } = await frontBench();
		const child = await standIn();
		front.switchTo(child);
		const { client, upstream } = await join(child);

		upstream.say("all").end();
		await client.hears("all");
		await client.hearsEnd();
		client.say("more").end();

		expect(await upstream.hearsUntil("more")).toBe("more");
		await upstream.hearsEnd();
	});

	test("a reset is passed on as a reset, from either side, and touches no other connection", async () => {
		const { front, join } = await frontBench();
		const child = await standIn();
		front.switchTo(child);
		const one = await join(child);
		const two = await join(child);
		const three = await join(child);

		one.client.reset();
		two.upstream.reset();
		await one.upstream.hearsReset();
		await two.client.hearsReset();

		three.client.say("still here");
		await three.upstream.hears("still here");
		expect(front.openWith(child)).toBe(1);
	});

	test("what a child said before its reset arrives before it", async () => {
		const { front, join } = await frontBench();
		const child = await standIn();
		front.switchTo(child);
		const { client, upstream } = await join(child);
		const size = 8 * MIB;
		client.socket.pause();
		upstream.say(Buffer.alloc(size, "x"));
		await stable(() => upstream.socket.writableLength);

		client.socket.resume();
		await eventually(() => expect(upstream.socket.writableLength).toBe(0));
		upstream.reset();

		await client.hearsReset();
		expect(client.bytes.length).toBeGreaterThan(MIB);
	});

	test("a slow reader gets 50 MiB whole, and the front holds next to none of it", async () => {
		const { front, join } = await frontBench();
		const child = await standIn();
		front.switchTo(child);
		const { client, upstream } = await join(child);
		const piece = Buffer.alloc(MIB, "0123456789abcdef");
		const sent = createHash("sha256");
		for (let count = 0; count < 50; count++) sent.update(piece);
		client.socket.pause();
		const before = process.memoryUsage().external;

		let written = 0;
		const writeNext = () => {
			if (written === 50) upstream.end();
			else upstream.socket.write(piece, () => writeNext());
			written++;
		};
		writeNext();
		await stable(() => written);
		const held = process.memoryUsage().external - before;

		expect(held).toBeLessThan(8 * MIB); // the rest is in kernel buffers, or not sent yet
		const got = createHash("sha256");
		let length = 0;
		client.socket.removeAllListeners("data");
		client.socket.on("data", (bytes: Buffer) => {
			length += bytes.length;
			got.update(bytes);
		});
		client.socket.resume();
		await client.hearsEnd();
		expect(length).toBe(50 * MIB);
		expect(got.digest("hex")).toBe(sent.digest("hex"));
	});

	test("a child that does not read stops its client", async () => {
		const { front, join } = await frontBench();
		const child = await standIn();
		front.switchTo(child);
		const { client, upstream } = await join(child);
		const piece = Buffer.alloc(MIB);
		upstream.socket.pause();
		const before = process.memoryUsage().external;

		let written = 0;
		const writeNext = () => {
			if (written < 50) client.socket.write(piece, () => writeNext());
			else client.end();
			written++;
		};
		writeNext();
		await stable(() => written);
		expect(process.memoryUsage().external - before).toBeLessThan(8 * MIB);

		let length = 0;
		upstream.socket.on("data", (bytes: Buffer) => (length += bytes.length));
		upstream.socket.resume();
		await upstream.hearsEnd();
		expect(length).toBe(50 * MIB);
	});
});

describe("pass: tcp, after a switch", () => {
	test("open connections stay, new ones go to the new target", async () => {
		const { front, join } = await frontBench();
		const [old, fresh] = [await standIn(), await standIn()];
		front.switchTo(old);
		const before = await join(old);

		front.switchTo(fresh);
		const after = await join(fresh);

		before.client.say("old");
		await before.upstream.hears("old");
		after.client.say("new");
		await after.upstream.hears("new");
		expect([front.openWith(old), front.openWith(fresh)]).toEqual([1, 1]);
	});

	test("an idle connection is ended when nobody has spoken for the idle timeout, not before, and never sooner", async () => {
		const { front, clock, join } = await frontBench({ idleTimeoutMs: IDLE_MS });
		const [old, fresh] = [await standIn(), await standIn()];
		front.switchTo(old);
		const { client, upstream } = await join(old);
		await clock.advance(24 * 3600_000);
		expect(client.state).toBe("open");

		front.switchTo(fresh);
		await clock.advance(IDLE_MS - 1);
		expect(client.state).toBe("open");
		client.say("one more");
		await upstream.hears("one more");
		await clock.advance(IDLE_MS - 1);
		expect(client.state).toBe("open");
		upstream.say("and one");
		await client.hears("and one");
		await clock.advance(IDLE_MS - 1);
		expect(client.state).toBe("open");
		const drained = front.drained(old);
		await clock.advance(IDLE_MS);

		await client.hearsEnd();
		await upstream.hearsEnd();
		await drained;
		expect(front.openWith(old)).toBe(0);
	});

	test("a client that waits for an answer is not idle, however long the child thinks about it", async () => {
		const { front, clock, join } = await frontBench({ idleTimeoutMs: IDLE_MS });
		const [old, fresh] = [await standIn(), await standIn()];
		front.switchTo(old);
		const before = await join(old);
		const after = await join(old);
		before.client.say("question");
		await before.upstream.hears("question");

		front.switchTo(fresh);
		after.client.say("question");
		await after.upstream.hears("question");
		await clock.advance(100 * IDLE_MS);
		expect(front.openWith(old)).toBe(2);

		for (const { client, upstream } of [before, after]) {
			upstream.say("answer");
			await client.hears("answer");
		}
		await clock.advance(2 * IDLE_MS);
		for (const { client } of [before, after]) await client.hearsEnd();
	});

	test("a connection that was ended is closed by the front where nobody else does", async () => {
		const { front, clock, join } = await frontBench({ idleTimeoutMs: IDLE_MS });
		const [old, fresh] = [await standIn(), await standIn()];
		front.switchTo(old);
		const { client } = await join(old);
		front.switchTo(fresh);
		await clock.advance(IDLE_MS);
		await client.hearsEnd();
		expect(front.tally.connections).toBe(1);

		await clock.advance(3000);

		await eventually(() => expect(front.tally.connections).toBe(0));
	});

	test("what waits for a slow reader is no idle connection", async () => {
		const { front, clock, join } = await frontBench({ idleTimeoutMs: IDLE_MS });
		const [old, fresh] = [await standIn(), await standIn()];
		front.switchTo(old);
		const { client, upstream } = await join(old);
		client.socket.pause();
		upstream.say(Buffer.alloc(30 * MIB)).end();
		await stable(() => upstream.socket.bytesWritten - upstream.socket.writableLength);

		front.switchTo(fresh);
		await clock.advance(10 * IDLE_MS);
		client.socket.resume();

		await client.hearsEnd();
		expect(client.bytes.length).toBe(30 * MIB);
	});

	test("a target that is current again ends no idle connection", async () => {
		const { front, clock, join } = await frontBench({ idleTimeoutMs: IDLE_MS });
		const child = await standIn();
		front.switchTo(child);
		const { client } = await join(child);

		front.switchTo(undefined);
		front.switchTo(child);
		await clock.advance(10 * IDLE_MS);

		expect(client.state).toBe("open");
	});

	test("cut() resets what is left, and says how many that were", async () => {
		const { front, join } = await frontBench();
		const [old, fresh] = [await standIn(), await standIn()];
		front.switchTo(old);
		const cut = [await join(old), await join(old), await join(old)];
		front.switchTo(fresh);
		const kept = await join(fresh);
		const drained = front.drained(old);

		expect(front.openWith(old)).toBe(3);
		expect(front.cut(old)).toBe(3);

		for (const { client, upstream } of cut) {
			await client.hearsReset();
			await upstream.hearsReset();
		}
		await drained;
		expect(front.cut(old)).toBe(0);
		kept.client.say("whole");
		await kept.upstream.hears("whole");
	});

	test("drained() resolves with the last connection's end, and at once where there is none", async () => {
		const { front, join } = await frontBench();
		const [old, fresh] = [await standIn(), await standIn()];
		front.switchTo(old);
		const { client, upstream } = await join(old);
		front.switchTo(fresh);
		let isDrained = false;
		const drained = front.drained(old).then(() => (isDrained = true));

		client.say("last").end();
		await upstream.hears("last");
		expect(isDrained).toBe(false);
		upstream.end();

		await drained;
		await front.drained(fresh);
	});
});

/** Waits until a number has stopped to grow. */
async function stable(read: () => number): Promise<void> {
	let last = Number.NaN;
	let same = 0;
	await eventually(() => {
		const now = read();
		same = now === last ? same + 1 : 0;
		last = now;
		if (same < 5) throw new Error(`still moves: ${now}`);
	});
}
