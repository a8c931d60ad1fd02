import { describe, expect, onTestFinished, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { awayError } from "../../test/support/agent-bench.ts";
import { RecordingLog } from "../../test/support/recording-log.ts";
import { seededRandom } from "../../test/support/seeded-random.ts";
import { ClockWatch } from "./clock-watch.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = 1_800_000_000_000;

/** A watch that runs, and a Vault that answers it: its clock is right, in whole seconds, but for `skewMs`. */
async function watching() {
	const clock = new FakeClock(START);
	const log = new RecordingLog();
	const vault = { skewMs: 0, isAway: false, asked: [] as number[] };
	const answer = () => {
		const time = clock.outside.date() + vault.skewMs;
		watch.heard(Math.floor(time / 1000) * 1000);
	};
	const watch = new ClockWatch({
		clock,
		log,
		random: seededRandom(),
		ask: async () => {
			vault.asked.push(clock.now());
			await Promise.resolve();
			if (vault.isAway) throw awayError();
			answer();
		},
	});
	const stop = new AbortController();
	const running = watch.run(stop.signal);
	onTestFinished(async () => {
		stop.abort(new Error("the test is over"));
		await running;
	});
	answer(); // the login
	await clock.advance(MINUTE);
	return { clock, log, vault, answer, stop };
}

describe("a wall clock that is set", () => {
	test("ahead is asked about once, and changes nothing", async () => {
		const { clock, log, vault } = await watching();

		clock.setWall(DAY);
		await clock.advance(HOUR);

		expect(log.of("clock")).toEqual([
			"the wall clock has leapt 24h ahead: it was set, or the machine slept, as Vault's clock will tell",
			"the wall clock was set; nothing waits for it",
		]);
		expect(vault.asked).toHaveLength(1);
		expect(clock.now()).toBe(START + MINUTE + HOUR);
	});

	test("back is said, and nobody is asked", async () => {
		const { clock, log, vault } = await watching();

		clock.setWall(-DAY);
		await clock.advance(HOUR);

		expect(log.linesOf("clock")).toMatchObject([
			{
				level: "warn",
				msg: "the wall clock was set back by 24h; nothing waits for it",
				leap_seconds: -86_400,
			},
		]);
		expect(vault.asked).toEqual([]);
	});

	test("ahead and right again, before Vault can say anything, is over", async () => {
		const { clock, vault } = await watching();
		vault.isAway = true;
		clock.setWall(DAY);
		await clock.advance(MINUTE);

		clock.setWall(-DAY);
		vault.isAway = false;
		await clock.advance(HOUR);

		expect(clock.now()).toBe(START + 2 * MINUTE + HOUR);
	});

	test("little by little is not noticed", async () => {
		const { clock, log } = await watching();

		for (let second = 0; second < HOUR / 1000; second++) {
			clock.setWall(100);
			await clock.advance(1000);
		}

		expect(log.lines).toEqual([]);
	});
});

describe("a machine that was suspended", () => {
	test("catches up with all that has passed, and wakes who has slept long enough", async () => {
		const { clock, log, stop } = await watching();
		const woken: string[] = [];
		void clock.sleep(9 * MINUTE, stop.signal).then(
			() => woken.push("nine minutes"),
			() => undefined,
		);
		void clock.sleep(HOUR, stop.signal).catch(() => undefined);

		clock.suspend(10 * MINUTE);
		await clock.advance(10_000);

		expect(log.linesOf("clock").at(-1)).toMatchObject({
			level: "warn",
			msg: "the machine slept for 10m; what has come due meanwhile is done now",
			slept_seconds: 600,
		});
		expect(clock.now()).toBe(clock.outside.now());
		expect(clock.now()).toBe(clock.date());
		expect(woken).toEqual(["nine minutes"]);
	});

	test("is told by any answer of Vault, without being asked", async () => {
		const { clock, vault, answer } = await watching();

		clock.suspend(10 * MINUTE);
		answer();
		await clock.advance(MINUTE);

		expect(clock.now()).toBe(clock.outside.now());
		expect(vault.asked).toEqual([]);
	});

	test("is told twice, when it happens twice", async () => {
		const { clock, log } = await watching();

		for (const ms of [10 * MINUTE, HOUR]) {
			clock.suspend(ms);
			await clock.advance(MINUTE);
		}

		expect(log.linesOf("clock").flatMap((line) => line["slept_seconds"] ?? [])).toEqual([600, 3600]);
		expect(clock.now()).toBe(clock.outside.now());
	});

	test("while its wall clock was set as well catches up with what has passed alone", async () => {
		const { clock } = await watching();

		clock.suspend(10 * MINUTE);
		clock.setWall(DAY);
		await clock.advance(MINUTE);

		const over = clock.now() - clock.outside.now();
		expect(over).toBeGreaterThanOrEqual(0);
		expect(over).toBeLessThanOrEqual(2000); // Vault tells whole seconds
	});

	test("whose wall clock is put right later catches up then", async () => {
		const { clock, answer } = await watching();

		clock.suspend(10 * MINUTE);
		clock.setWall(-10 * MINUTE);
		answer();
		await clock.advance(5 * MINUTE);
		const before = clock.outside.now() - clock.now();
		clock.setWall(10 * MINUTE);
		await clock.advance(MINUTE);

		expect(before).toBe(10 * MINUTE);
		expect(clock.now()).toBe(clock.outside.now());
	});

	test("asks Vault again, less and less often, until there is an answer", async () => {
		const { clock, vault } = await watching();
		vault.isAway = true;

		clock.suspend(10 * MINUTE);
		await clock.advance(HOUR);
		const { length } = vault.asked;
		vault.isAway = false;
		await clock.advance(MINUTE + 10_000);

		expect(length).toBeGreaterThan(60);
		expect(length).toBeLessThan(150);
		expect(clock.now()).toBe(clock.outside.now());
	});
});

test("a server whose clock differs from the last one's, or was set, changes nothing", async () => {
	const { clock, log, vault, answer } = await watching();

	for (const skewMs of [10_000, 0, 10_000, HOUR, -HOUR, 0]) {
		vault.skewMs = skewMs;
		answer();
		await clock.advance(MINUTE);
	}

	expect(log.lines).toEqual([]);
	expect(clock.now()).toBe(START + 7 * MINUTE);
});

test("a process that was stopped says for how long; time has passed all the same", async () => {
	const { clock, log, vault } = await watching();

	clock.stop(5 * MINUTE);
	await clock.advance(MINUTE);

	expect(log.linesOf("clock")).toMatchObject([
		{ level: "warn", msg: "nothing could be done for 5m: the process was stopped, or starved" },
	]);
	expect(vault.asked).toEqual([]);
});
