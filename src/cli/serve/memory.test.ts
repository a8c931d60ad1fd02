import { expect, test } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { memoryTrimmer } from "./memory.ts";

test("memoryTrimmer() collects once, when no more work has come for a while", async () => {
	const clock = new FakeClock();
	let collected = 0;
	const afterWork = memoryTrimmer(clock, () => collected++);
	const { signal } = new AbortController();

	for (let round = 0; round < 5; round++) {
		afterWork(signal);
		await clock.advance(1000);
	}
	expect(collected).toBe(0);
	await clock.advance(1000);

	expect(collected).toBe(1);
	await clock.advance(60_000);
	expect(collected).toBe(1);
});

test("memoryTrimmer() collects nothing after the end", async () => {
	const clock = new FakeClock();
	let collected = 0;
	const stop = new AbortController();
	memoryTrimmer(clock, () => collected++)(stop.signal);

	stop.abort();
	await clock.advance(60_000);

	expect(collected).toBe(0);
});
