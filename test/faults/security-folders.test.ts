import {
	chmodSync,
	existsSync,
	lchownSync,
	linkSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	statSync,
	symlinkSync,
	unlinkSync,
} from "node:fs";
import * as nodeFileSystem from "node:fs/promises";
import { getuid } from "node:process";
import { describe, expect, test } from "vitest";
import { Delivery, DeliveryError, type FileOrder } from "../../src/render/mod.ts";
import { FailingFs } from "../support/failing-fs.ts";
import { folder } from "../support/folder.ts";
import { treeOf } from "../support/tree.ts";

const UID = getuid?.() ?? 0;
const isRoot = UID === 0;
const MALLORY = 4321;

/**
 * A folder that somebody else may change, in which a destination's folder lies, beside one that only the agent may write
 * to. At the call with this number, and for so many calls, that somebody has a link in place of the folder.
 */
function swapped({ at, calls }: { readonly at: number; readonly calls: number }) {
	const place = folder();
	for (const name of ["theirs/out", "own"]) mkdirSync(place.at(name), { recursive: true });
	place.write("own/key.env", "of something else");
	place.write("theirs/out/key.env", "old");
	const failing = new FailingFs();
	let count = 0;
	const swap = () => {
		renameSync(place.at("theirs/out"), place.at("theirs/aside"));
		symlinkSync(place.at("own"), place.at("theirs/out"));
		if (isRoot) lchownSync(place.at("theirs/out"), MALLORY, MALLORY);
	};
	const swapBack = () => {
		unlinkSync(place.at("theirs/out"));
		renameSync(place.at("theirs/aside"), place.at("theirs/out"));
	};
	failing.before = () => {
		count++;
		if (count === at) swap();
		if (count === at + calls) swapBack();
	};
	// Not root's own: whose link it is does not help who runs as somebody else.
	const links = { uid: isRoot ? 1234 : UID, allowedRoots: [] };
	const delivery = new Delivery({ fs: failing.fs, links });
	return { place, delivery, calls: () => count };
}

const orders = (place: ReturnType<typeof folder>, content: string | undefined): FileOrder[] => [
	{ path: place.at("theirs/out/key.env"), content, mode: 0o644, isNotified: true },
];

/** Whether it was done; refusals are what somebody who changes folders has to expect. */
async function isDone(work: Promise<unknown>): Promise<boolean> {
	return await work.then(
		() => true,
		(error: unknown) => {
			if (error instanceof DeliveryError) return false;
			throw error;
		},
	);
}

/** Calls of a delivery that nobody disturbs. */
async function undisturbed(content: string | undefined): Promise<number> {
	const { place, delivery, calls } = swapped({ at: Number.POSITIVE_INFINITY, calls: 0 });
	await delivery.deliver(orders(place, content));
	await delivery.settled([place.at("theirs/out/key.env")]);
	return calls();
}

describe.runIf(isRoot && existsSync("/proc/self/fd"))(
	"a folder on the way that is swapped for a link",
	() => {
		test.each([
			["for the rest of the time", Number.POSITIVE_INFINITY],
			["for one call", 1],
			["for two calls", 2],
			["for five calls", 5],
		])("%s, before whichever call, leads nothing astray", async (_how, length) => {
			const outcomes = new Set<boolean>();
			for (const content of ["sk-new", undefined]) {
				const last = await undisturbed(content);
				expect(last).toBeGreaterThan(5);
				for (let at = 1; at <= last; at++) {
					const { place, delivery } = swapped({ at, calls: length });
					const own = treeOf(place.at("own"));

					outcomes.add(await isDone(delivery.deliver(orders(place, content))));
					await isDone(delivery.settled([place.at("theirs/out/key.env")]));
					await isDone(delivery.sweep([place.at("theirs/out/key.env")]));

					expect(treeOf(place.at("own")), `before call ${at}`).toEqual(own);
				}
			}
			expect(outcomes).toContain(true); // late enough the folder is held, and the file is where it belongs
		});

		test("is found out while a new folder is made in it", async () => {
			for (let at = 1; at <= 40; at++) {
				const { place, delivery } = swapped({ at, calls: Number.POSITIVE_INFINITY });
				const own = treeOf(place.at("own"));
				const path = place.at("theirs/out/new/deep/key.env");

				await isDone(delivery.deliver([{ path, content: "sk-new", mode: 0o600, isNotified: false }]));

				expect(treeOf(place.at("own")), `before call ${at}`).toEqual(own);
			}
		});

		test("is found out when a sink is read", async () => {
			for (let at = 1; at <= 12; at++) {
				const { place, delivery } = swapped({ at, calls: Number.POSITIVE_INFINITY });
				const path = place.at("theirs/out/key.env");

				const text = await delivery
					.inFolder(path, async (fs) => await fs.readFile(path, "utf8"))
					.catch(() => "refused");

				expect(["old", "refused"], `before call ${at}`).toContain(text);
			}
		});
	},
);

describe("a link on the way", () => {
	function linked(mode: number) {
		const place = folder();
		mkdirSync(place.at("shared"));
		mkdirSync(place.at("real"));
		symlinkSync(place.at("real"), place.at("shared/link"));
		chmodSync(place.at("shared"), mode);
		const delivery = new Delivery({ fs: nodeFileSystem, links: { uid: UID, allowedRoots: [] } });
		const order = { path: place.at("shared/link/key.env"), content: "x", mode: 0o600, isNotified: false };
		return { place, deliver: () => delivery.deliver([order]) };
	}

	test.each([0o700, 0o755, 0o1777])(
		"in a folder where nobody else can replace it is followed (%o)",
		async (mode) => {
			const { place, deliver } = linked(mode);

			await deliver();

			expect(readFileSync(place.at("real/key.env"), "utf8")).toBe("x");
		},
	);

	test("in a folder where others can replace it is refused", async () => {
		const { place, deliver } = linked(0o777);

		await expect(deliver()).rejects.toMatchObject({
			code: "E_DESTINATION",
			message: `${place.at("shared/link/key.env")} is reached through the link ${place.at("shared/link")}, which others can replace: they may write to its folder`,
		});
		expect(place.entries("real")).toEqual([]);
	});

	test("to itself is refused", async () => {
		const place = folder();
		symlinkSync(place.at("b"), place.at("a"));
		symlinkSync(place.at("a"), place.at("b"));
		const delivery = new Delivery({ fs: nodeFileSystem, links: { uid: UID, allowedRoots: [] } });
		const order = { path: place.at("a/key.env"), content: "x", mode: 0o600, isNotified: false };

		await expect(delivery.deliver([order])).rejects.toMatchObject({ code: "E_DESTINATION" });
	});
});

test("a file that is swapped for a hard link to another keeps neither less nor more than its mode", async () => {
	const place = folder();
	const victim = place.write("victim", "of somebody else", 0o600);
	const path = place.write("out/key.env", "sk-1", 0o600);
	const failing = new FailingFs();
	const delivery = new Delivery({ fs: failing.fs, links: { uid: UID, allowedRoots: [] } });
	let opened = 0;
	failing.before = (operation, at) => {
		// Opened first to be compared, then to be given its mode.
		if (operation !== "open" || at !== path || ++opened !== 2) return;
		unlinkSync(path);
		linkSync(victim, path);
	};

	const done = delivery.deliver([{ path, content: "sk-1", mode: 0o644, isNotified: false }]);

	await expect(done).rejects.toMatchObject({
		code: "E_DELIVERY",
		message: `cannot set mode and owner of ${path}: somebody has replaced it a moment ago`,
		remedy: "retry",
		rows: { do: "find out who else writes there; it is tried again by itself" },
	});
	expect(statSync(victim).mode & 0o777).toBe(0o600);
});

test("no folder stays open after a delivery, whether it could be done or not", async () => {
	const place = folder();
	const delivery = new Delivery({ fs: nodeFileSystem, links: { uid: UID, allowedRoots: [] } });
	const deliver = async (n: number) => {
		const names = ["a/k", "b/k", `new-${n}/deep/k`, ...(n % 2 === 0 ? [] : ["a/k/no-folder"])];
		await isDone(
			delivery.deliver(
				names.map((name) => ({ path: place.at(name), content: `${n}`, mode: 0o600, isNotified: true })),
			),
		);
	};
	await deliver(0);
	const open = () => readdirSync("/proc/self/fd").length;
	const before = open();

	for (let n = 1; n <= 30; n++) await deliver(n);

	expect(open()).toBe(before);
});
