import { expect, test } from "vitest";
import { Reminder } from "./mod.ts";

const MINUTE = 60_000;

/** Minutes at which a fault that is met every second is told. */
function toldAt(minutes: number, kindAt: (minute: number) => string): number[] {
	const reminder = new Reminder();
	const seconds = Array.from({ length: minutes * 60 }, (_, second) => second * 1000);
	return seconds.filter((at) => reminder.isDue(kindAt(at / MINUTE), at)).map((at) => at / MINUTE);
}

test("a fault that stays is told at once, after a minute, and then ever more seldom", () => {
	expect(toldAt(90, () => "away")).toEqual([0, 1, 3, 7, 15, 30, 45, 60, 75]);
});

test("another kind of fault is told at once, and not each time that it takes turns with the first", () => {
	const taking = (minute: number) => (Math.floor(minute * 10) % 2 === 0 ? "away" : "busy");

	expect(toldAt(10, taking)).toEqual([0, 0.1, 1, 3, 7]);
});
