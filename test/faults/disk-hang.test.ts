import { constants, readFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { Delivery, type FileOrder } from "../../src/render/mod.ts";
import { SOON_MS } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { FailingFs } from "../support/failing-fs.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { folder } from "../support/folder.ts";
import { isAlive } from "../support/processes.ts";
import { canFreeze, frozenDisk } from "../support/private-disk.ts";
import { diskScene } from "./disk-scene.ts";
import { long } from "./long.ts";

const LIMIT_MS = 30_000;
const HANGING = {
	code: "E_DELIVERY",
	exitCode: 6,
	remedy: "retry",
	rows: { do: "look at the volume and, for a network file system, its server; it goes on by itself" },
};

/** A delivery of five files in a folder that hangs as long as it is asked to. */
function open() {
	const place = folder();
	const { promise: mended, resolve: mend } = Promise.withResolvers<void>();
	const failing = new FailingFs();
	let waiting = 0;
	const fs = new Proxy(failing.fs, {
		get: (target, name: keyof typeof failing.fs) => {
			const call = target[name] as (...args: unknown[]) => Promise<unknown>;
			if (!["open", "readdir", "unlink", "lstat"].includes(name)) return call;
			return async (...args: unknown[]) => {
				const isNotice = String(args[0]).endsWith("-notify");
				// The folder, and what is in it, is known to the kernel already.
				const isKnown = name === "lstat" ? !isNotice : (Number(args[1]) & constants.O_DIRECTORY) !== 0;
				if (isKnown) return await call(...args);
				waiting++;
				await mended;
				return await call(...args);
			};
		},
	});
	onTestFinished(() => mend());
	const clock = new FakeClock();
	const delivery = new Delivery({ fs, clock, links: { uid: process.getuid?.() ?? 0, allowedRoots: [] } });
	const orders = (content: string) =>
		Array.from({ length: 5 }, (_, index): FileOrder => {
			return { path: place.at(`key-${index}`), content, mode: 0o600, isNotified: false };
		});
	return {
		clock,
		mend,
		/** Calls that the disk has been asked for, each of which holds a thread. */
		waiting: () => waiting,
		delivery,
		deliver: (content: string) => delivery.deliver(orders(content)),
		paths: orders("").map(({ path }) => path),
		text: (index: number) => readFileSync(place.at(`key-${index}`), "utf8"),
	};
}

describe("a disk that does not answer", () => {
	test("is not waited for without end, and a file that it holds up is named", async () => {
		const { clock, deliver, paths } = open();

		const failed = expect(deliver("new")).rejects.toMatchObject({
			...HANGING,
			message: `cannot write ${paths[0]}: the disk has not answered for 30 s`,
		});
		await eventually(async () => {
			await clock.advance(0);
			expect(clock.sleeps).toEqual([LIMIT_MS]);
		});
		await clock.advance(LIMIT_MS);
		await failed;
	});

	test.each(["sweep", "settled", "unnotified"] as const)(
		"holds up no other work on it either (%s)",
		async (work) => {
			const { clock, delivery, mend, paths } = open();

			const failed = expect(delivery[work](paths)).rejects.toMatchObject(HANGING);
			await eventually(async () => {
				await clock.advance(0);
				expect(clock.sleeps).toEqual([LIMIT_MS]);
			});
			await clock.advance(LIMIT_MS);
			await failed;
			mend();
		},
	);

	test("is asked nothing more by the tries that follow, and leaves a thread for others", async () => {
		const { clock, deliver, paths, waiting } = open();
		const failed = expect(deliver("new")).rejects.toMatchObject(HANGING);
		await eventually(() => expect(waiting()).toBe(3));
		await clock.advance(LIMIT_MS);
		await failed;
		await clock.advance(150_000);

		// Not waited for again: whoever tries has other things to do.
		const again = expect(deliver("newer")).rejects.toMatchObject({
			...HANGING,
			message: `cannot write ${paths[0]}: the disk has not answered for 3m`,
		});
		await clock.advance(0);
		await again;
		expect(waiting()).toBe(3);
	});

	test("gets what is newest once it answers, and no change of its files goes unreported", async () => {
		const { clock, deliver, mend, paths, text, waiting } = open();
		const late = expect(deliver("late")).rejects.toMatchObject(HANGING);
		await eventually(() => expect(waiting()).toBe(3));
		await clock.advance(LIMIT_MS);
		await late;

		mend();
		await eventually(() => expect(text(4)).toBe("late"));

		expect(await deliver("late")).toEqual(paths);
		expect(await deliver("new")).toEqual(paths);
		expect(await deliver("new")).toEqual([]);
		expect(text(0)).toBe("new");
	});
});

describe.runIf(canFreeze)("an agent whose disk is frozen", () => {
	test.runIf(long)(
		"says so, goes on asking Vault, and delivers as soon as the disk thaws",
		{
			timeout: 120_000,
		},
		async () => {
			let disk: Awaited<ReturnType<typeof frozenDisk>> | undefined;
			const scene = await diskScene(async (path) => (disk = await frozenDisk(path)));
			const { agent, placed } = scene;

			disk?.freeze();
			scene.rotate("sk-2");
			const line = await eventually(() => agent.logged("delivery failed"), { withinMs: 2 * LIMIT_MS });

			expect(placed(line.msg)).toMatch(
				/^cannot write \{out\}\/key\.env: the disk has not answered for 30 s; /,
			);
			const before = scene.reads();
			await eventually(() => expect(scene.reads()).toBeGreaterThan(before + 2));
			expect(await scene.status()).toMatchObject({
				state: "degraded",
				delivery_error: { code: "E_DELIVERY" },
			});
			expect([scene.starts(), scene.told()]).toEqual([["sk-1"], ["K=sk-1"]]);

			disk?.thaw();
			await eventually(() => expect(scene.starts()).toEqual(["sk-1", "sk-2"]), { withinMs: 60_000 });
			expect(scene.texts()).toEqual(["K=sk-2", "K=sk-2", "K=sk-2"]);
			expect(scene.told()).toEqual(["K=sk-1", "K=sk-2"]);
			expect(await scene.status()).toMatchObject({ ready: true });
		},
	);

	test("ends its child at once when it is told to", { timeout: 120_000 }, async () => {
		let disk: Awaited<ReturnType<typeof frozenDisk>> | undefined;
		const scene = await diskScene(async (path) => (disk = await frozenDisk(path)));
		const child = await scene.agent.logged("child", ({ kind }) => kind === "started");
		disk?.freeze();
		scene.rotate("sk-2");
		await scene.agent.logged("rotation");

		scene.agent.signal("SIGTERM");
		await eventually(() => expect(isAlive(Number(child["pid"]))).toBe(false), { withinMs: SOON_MS });

		disk?.thaw();
		expect(await scene.agent.ended).toBe(0);
		expect(new Set(scene.texts()).size).toBe(1);
	});
});
