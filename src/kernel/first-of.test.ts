import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { firstOf } from "./first-of.ts";

const never = () => new Promise<void>(() => undefined);

/** A wait of a second for this, which tells the signal of its timer. */
function waitFor(event: Promise<unknown>, stop = new AbortController()) {
	const clock = new FakeClock();
	const timers: AbortSignal[] = [];
	const sleep = async (ms: number, signal: AbortSignal) => {
		timers.push(signal);
		await clock.sleep(ms, signal);
	};
	const seen = { now: () => clock.now(), date: () => clock.date(), sleep };
	return { clock, stop, timers, woken: firstOf(event, 1000, { clock: seen, order: stop.signal }) };
}

test.each([
	["event", Promise.resolve(), () => undefined],
	["order", never(), ({ stop }: ReturnType<typeof waitFor>) => stop.abort()],
	["time", never(), ({ clock }: ReturnType<typeof waitFor>) => clock.advance(1000)],
])("a wait ends with the %s, and leaves no timer and no listener", async (what, event, act) => {
	const waiting = waitFor(event);

	await Promise.resolve(act(waiting));

	expect(await waiting.woken).toBe(what);
	expect(waiting.timers.map(({ aborted }) => aborted)).toEqual([true]);
	expect(getEventListeners(waiting.stop.signal, "abort")).toEqual([]);
});

test("an order that was given before ends the wait at once", async () => {
	const stop = new AbortController();
	stop.abort();

	expect(await waitFor(never(), stop).woken).toBe("order");
});

test("an event that fails is the failure of the wait", async () => {
	await expect(waitFor(Promise.reject(new Error("no"))).woken).rejects.toThrow("no");
});
