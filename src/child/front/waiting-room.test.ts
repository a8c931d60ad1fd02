import { describe, expect, test } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { type Waiter, WaitingRoom } from "./waiting-room.ts";

class Client implements Waiter {
	tries = 0;
	hasGivenUp = false;
	connect(): void {
		this.tries++;
	}
	giveUp(): void {
		this.hasGivenUp = true;
	}
}

describe("WaitingRoom", () => {
	test("has room for 1024, and again when one leaves", () => {
		const room = new WaitingRoom(new FakeClock());
		const first = new Client();
		room.enter(first);
		for (let count = 1; count < 1024; count++) expect(room.enter(new Client())).toBe(true);

		expect(room.enter(new Client())).toBe(false);
		expect(room.enter(first)).toBe(true); // is in already
		room.leave(first);

		expect(room.enter(new Client())).toBe(true);
		expect(room.size).toBe(1024);
	});

	test("lets the oldest try, until that is served; then all", async () => {
		const clock = new FakeClock();
		const room = new WaitingRoom(clock);
		const oldest = new Client();
		const others = [new Client(), new Client()];
		for (const client of [oldest, ...others]) room.enter(client);

		await clock.advance(1000);
		expect([oldest.tries, ...others.map(({ tries }) => tries)]).toEqual([10, 0, 0]);
		room.served(oldest);

		expect(others.map(({ tries }) => tries)).toEqual([1, 1]);
		for (const client of others.slice(0, 1)) room.served(client);
		expect(others.map(({ tries }) => tries)).toEqual([1, 1]);
	});

	test("nobody waits for longer than 30 s, however often he comes back in the meantime", async () => {
		const clock = new FakeClock();
		const room = new WaitingRoom(clock);
		const [early, late] = [new Client(), new Client()];
		room.enter(early);
		await clock.advance(10_000);
		room.enter(late);
		room.enter(early);

		await clock.advance(19_999);
		expect(early.hasGivenUp).toBe(false);
		await clock.advance(1);

		expect([early.hasGivenUp, late.hasGivenUp, room.size]).toEqual([true, false, 1]);
		await clock.advance(10_000);
		expect([late.hasGivenUp, room.size]).toEqual([true, 0]);
	});

	test("is still when it is empty, and wakes up again", async () => {
		const clock = new FakeClock();
		const room = new WaitingRoom(clock);
		const client = new Client();
		room.enter(client);
		room.leave(client);
		await clock.advance(60_000);
		const { length } = clock.sleeps;
		await clock.advance(60_000);
		expect(clock.sleeps.length).toBe(length);

		room.enter(client);
		await clock.advance(30_000);

		expect(client.hasGivenUp).toBe(true);
		expect(client.tries).toBeGreaterThan(100);
	});
});
