import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { untilAborted } from "./until-aborted.ts";

const never = () => new Promise<void>(() => undefined);

test("work that ends is waited for, and leaves nothing on the signal", async () => {
	const { signal } = new AbortController();

	await untilAborted(Promise.resolve(), signal);
	await expect(untilAborted(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");

	expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("work that does not end is waited for until the signal aborts", async () => {
	const stop = new AbortController();
	const waiting = untilAborted(never(), stop.signal);

	stop.abort(new Error("the end"));

	await expect(waiting).resolves.toBeUndefined();
	await expect(untilAborted(never(), stop.signal)).resolves.toBeUndefined();
});
