import {
	chmodSync,
	chownSync,
	existsSync,
	lchownSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	symlinkSync,
	utimesSync,
} from "node:fs";
import { Worker } from "node:worker_threads";
import { describe, expect, onTestFinished, test } from "vitest";
import { Delivery, DeliveryError, type FileOrder } from "../../src/render/mod.ts";
import { FailingFs } from "../support/failing-fs.ts";
import { folder } from "../support/folder.ts";

const isRoot = process.getuid?.() === 0;
const UID = process.getuid?.() ?? 0;

function order(path: string, content: string | undefined, over: Partial<FileOrder> = {}): FileOrder {
	return { path, content, mode: 0o600, isNotified: false, ...over };
}

/** A folder, a file system that can fail, and a delivery on both. */
function open(links: { uid?: number; allowedRoots?: readonly string[] } = {}) {
	const temp = folder();
	const failing = new FailingFs();
	const delivery = new Delivery({ fs: failing.fs, links: { uid: UID, allowedRoots: [], ...links } });
	return {
		failing,
		delivery,
		path: temp.path,
		at: (name: string) => temp.at(name),
		entries: () => temp.entries(),
		write: (name: string, content: string, mode?: number) => temp.write(name, content, mode),
		text: (name: string) => readFileSync(temp.at(name), "utf8"),
		mode: (name: string) => statSync(temp.at(name)).mode & 0o7777,
	};
}

/** The error of a delivery that must not succeed. */
async function failure(work: Promise<unknown>): Promise<DeliveryError> {
	const error: unknown = await work.then(
		() => new Error("it was delivered"),
		(reason: unknown) => reason,
	);
	if (!(error instanceof DeliveryError)) throw error;
	return error;
}

describe("a delivery", () => {
	test("writes files with their mode, in folders of 0700 where there are none", async () => {
		const { at, delivery, text, mode } = open();

		const changed = await delivery.deliver([
			order(at("a/b/key.env"), "K=1\n"),
			order(at("wide.env"), "W=1", { mode: 0o644 }),
		]);

		expect(changed.toSorted()).toEqual([at("a/b/key.env"), at("wide.env")]);
		expect([text("a/b/key.env"), text("wide.env")]).toEqual(["K=1\n", "W=1"]);
		expect(["a", "a/b", "a/b/key.env", "wide.env"].map(mode)).toEqual([0o700, 0o700, 0o600, 0o644]);
	});

	test("gives mode and owner before the content, and puts file and folder on the disk", async () => {
		const { at, delivery, failing, path } = open();

		await delivery.deliver([order(at("key"), "x", { mode: 0o640, user: String(UID), group: "0" })]);

		const steps = failing.calls
			.filter((call) => !/^(readFile|realpath) /.test(call)) // whether something is mounted there
			.map((call) => call.replace(/\.[0-9a-f]{18}\./, ".*."));
		expect(steps.slice(steps.findIndex((step) => step.includes("keyturn-new")))).toEqual([
			`open ${path}/.key.*.keyturn-new`,
			`file.chown ${path}/.key.*.keyturn-new`,
			`file.chmod ${path}/.key.*.keyturn-new`,
			`file.writeFile ${path}/.key.*.keyturn-new`,
			`file.sync ${path}/.key.*.keyturn-new`,
			expect.stringMatching(/^file\./),
			`rename ${path}/key`,
			`open ${path}`,
			`file.sync ${path}`,
			expect.stringMatching(/^file\./),
			`file.close ${path}`,
		]);
	});

	test("keeps to the mode whatever the umask and the old file's mode were", async () => {
		const { at, delivery, mode, write } = open();
		write("old", "a", 0o644);
		const before = process.umask(0o077);
		onTestFinished(() => void process.umask(before));

		await delivery.deliver([order(at("old"), "b", { mode: 0o600 }), order(at("new"), "b", { mode: 0o666 })]);

		expect([mode("old"), mode("new")]).toEqual([0o600, 0o666]);
	});

	test("leaves a file with equal bytes alone", async () => {
		const { at, delivery, entries } = open();
		await delivery.deliver([order(at("key"), "x")]);
		utimesSync(at("key"), 1000, 1000);
		const before = statSync(at("key"));

		const changed = await delivery.deliver([order(at("key"), "x")]);

		const after = statSync(at("key"));
		expect(changed).toEqual([]);
		expect([after.ino, after.mtimeMs, after.ctimeMs]).toEqual([before.ino, before.mtimeMs, before.ctimeMs]);
		expect(entries()).toEqual(["key"]);
	});

	test("mends mode and owner of a file with equal bytes without writing it anew", async () => {
		const { at, delivery, mode, write } = open();
		write("key", "x", 0o644);
		utimesSync(at("key"), 1000, 1000);
		const before = statSync(at("key"));

		const changed = await delivery.deliver([order(at("key"), "x", { mode: 0o600 })]);

		const after = statSync(at("key"));
		expect(changed).toEqual([]);
		expect(mode("key")).toBe(0o600);
		expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
	});

	test.runIf(isRoot)("gives files to the user and group that are named", async () => {
		const { at, delivery } = open();

		await delivery.deliver([order(at("key"), "x", { user: "nobody", group: "12345" })]);
		const { uid, gid } = statSync(at("key"));
		await delivery.deliver([order(at("key"), "x", { user: "12346" })]);

		expect(uid).toBeGreaterThan(0);
		expect(gid).toBe(12_345);
		expect(statSync(at("key"))).toMatchObject({ uid: 12_346, gid: 12_345 });
	});

	test("replaces a file, or removes it, as ordered", async () => {
		const { at, delivery, entries, text, write } = open();
		write("replaced", "old");
		write("removed", "old");

		const changed = await delivery.deliver([
			order(at("replaced"), "new"),
			order(at("removed"), undefined),
			order(at("never-there"), undefined),
		]);

		expect(changed).toEqual([at("replaced"), at("removed")]);
		expect(entries()).toEqual(["replaced"]);
		expect(text("replaced")).toBe("new");
	});

	test("plan() names what would change, and touches nothing", async () => {
		const { at, delivery, entries, write } = open();
		write("same", "x", 0o644);
		write("other", "x");
		write("removed", "x");
		const orders = [
			order(at("same"), "x"),
			order(at("other"), "y"),
			order(at("new/one"), "y"),
			order(at("removed"), undefined),
			order(at("gone"), undefined),
		];

		const changes = await delivery.plan(orders);

		expect(changes.map(({ path }) => path)).toEqual([at("other"), at("new/one"), at("removed")]);
		expect(entries()).toEqual(["other", "removed", "same"]);
	});
});

describe("a destination is refused", () => {
	test("when it is a link, and what it points to stays as it was", async () => {
		const { at, delivery, text, write, entries } = open();
		write("target", "untouched");
		symlinkSync(at("target"), at("link"));
		symlinkSync("/nowhere", at("dangling"));

		for (const name of ["link", "dangling"]) {
			const error = await failure(delivery.deliver([order(at(name), "secret")]));
			expect(error).toMatchObject({ code: "E_DESTINATION", exitCode: 6 });
			expect(error.message).toBe(`${at(name)} is a link to elsewhere`);
		}
		expect(text("target")).toBe("untouched");
		expect(entries()).toEqual(["dangling", "link", "target"]);
	});

	test("when it is a folder", async () => {
		const { at, delivery } = open();
		mkdirSync(at("folder"));

		expect((await failure(delivery.deliver([order(at("folder"), "x")]))).message).toContain("is a folder");
	});

	test("when a part of its path is a file", async () => {
		const { at, delivery, write } = open();
		write("file", "x");

		expect((await failure(delivery.deliver([order(at("file/key"), "x")]))).message).toContain(
			`is to be put into ${at("file")}, which is no folder`,
		);
	});

	test.runIf(isRoot)("when a link of another user leads there", async () => {
		const { at, delivery } = open();
		mkdirSync(at("real"));
		symlinkSync(at("real"), at("planted"));
		lchownSync(at("planted"), 12_345, 12_345);

		const error = await failure(delivery.deliver([order(at("planted/key"), "x")]));

		expect(error.message).toContain(
			`through the link ${at("planted")}, which belongs to another user (uid 12345)`,
		);
		expect(readdirSync(at("real"))).toEqual([]);
	});

	test("never because of a link of its own user, such as a volume's ..data", async () => {
		const { at, delivery, text } = open();
		mkdirSync(at("..2026"));
		symlinkSync("..2026", at("..data"));

		await delivery.deliver([order(at("..data/key"), "x")]);

		expect(text("..2026/key")).toBe("x");
	});

	test.each(["outside/key", "rooted", "root/../outside/key"])(
		"when it lies outside of the roots: %s",
		async (name) => {
			const temp = folder();
			const delivery = new Delivery({
				fs: new FailingFs().fs,
				links: { uid: UID, allowedRoots: [temp.at("root")] },
			});

			const error = await failure(delivery.deliver([order(`${temp.path}/${name}`, "x")]));

			expect(error.message).toContain(`lies outside of ${temp.at("root")}`);
			expect(temp.entries()).toEqual([]);
			await expect(delivery.deliver([order(temp.at("root/key"), "x")])).resolves.toHaveLength(1);
		},
	);

	test("when a link below a root leads outside of all roots, but not when a root itself is a link", async () => {
		const temp = folder();
		mkdirSync(temp.at("outside"));
		mkdirSync(temp.at("real-root"));
		symlinkSync(temp.at("real-root"), temp.at("root"));
		symlinkSync(temp.at("outside"), temp.at("real-root/leak"));
		const links = { uid: UID, allowedRoots: ["/nowhere", temp.at("root")] };
		const delivery = new Delivery({ fs: new FailingFs().fs, links });

		const error = await failure(delivery.deliver([order(temp.at("root/leak/new/key"), "x")]));

		expect(error.message).toContain("lies outside of");
		expect(temp.entries("outside")).toEqual([]);
		await expect(delivery.deliver([order(temp.at("root/new/key"), "x")])).resolves.toHaveLength(1);
	});

	test.each([
		["user", { user: "nobody-of-this-name" }],
		["group", { group: "nobody-of-this-name" }],
	])("when its %s is unknown, before anything is written", async (what, owner) => {
		const { at, delivery, entries } = open();

		const error = await failure(delivery.deliver([order(at("a"), "x"), order(at("b"), "x", owner)]));

		expect(error.message).toBe(`${at("b")} cannot be given to ${what} "nobody-of-this-name": there is none`);
		expect(entries()).toEqual([]);
	});
});

describe("a generation of which one file cannot be written", () => {
	const setting = () => {
		const opened = open();
		opened.write("one", "old one");
		opened.write("three", "old three", 0o640);
		const orders = ["one", "two", "three"].map((name) => order(opened.at(name), `new ${name}`));
		const standing = () => Object.fromEntries(opened.entries().map((name) => [name, opened.text(name)]));
		return { ...opened, orders, standing, old: { one: "old one", three: "old three" } };
	};

	test.each([
		["open", "EROFS", "cannot write", "the file system is read-only"],
		["open", "EACCES", "cannot write", "permission denied"],
		["file.chown", "EPERM", "cannot write", "not permitted"],
		["file.writeFile", "ENOSPC", "cannot write", "the disk is full"],
		["file.writeFile", "EDQUOT", "cannot write", "the quota is used up"],
		["file.sync", "EIO", "cannot write", "the disk reports an I/O error"],
	] as const)("(%s, %s) leaves all as it was", async (...[operation, code, doing, words]) => {
		const { at, delivery, failing, orders, standing, old } = setting();
		failing.fail(operation, code, { path: /\.three\..*keyturn-new$/ });
		const owned = orders.map((one) => ({ ...one, user: String(UID) }));

		const error = await failure(delivery.deliver(owned));

		expect(error).toMatchObject({ code: "E_DELIVERY", remedy: "retry", exitCode: 6 });
		expect(error.message).toBe(`${doing} ${at("three")}: ${words}`);
		expect(standing()).toEqual(old);
	});

	test.each([
		["EBUSY", "it is a mount point of its own"],
		["EXDEV", "it is on another file system than its folder"],
	])("(rename, %s) puts back what was current already", async (code, words) => {
		const { at, delivery, failing, orders, standing, old, mode } = setting();
		failing.fail("rename", code, { path: /\/three$/ });

		const error = await failure(delivery.deliver(orders));

		expect(error.message).toBe(`cannot replace ${at("three")}: ${words}`);
		expect(error.rows["do"]).toContain("mount the folder");
		expect(standing()).toEqual(old);
		expect(mode("one")).toBe(0o600);
	});

	test("changes no mode either", async () => {
		const { at, delivery, failing, mode, write } = setting();
		write("wide", "same", 0o644);
		failing.fail("file.writeFile", "ENOSPC");

		await failure(delivery.deliver([order(at("wide"), "same"), order(at("two"), "x")]));

		expect(mode("wide")).toBe(0o644);
	});

	test("is read-only in whole: the fault is told, not that of clearing up", async () => {
		const { delivery, failing, orders, standing, old } = setting();
		failing.fail("open", "EROFS", { path: /keyturn-new$/ });
		failing.fail("unlink", "EROFS");

		expect((await failure(delivery.deliver(orders))).message).toMatch(
			/^cannot write \S+(one|two|three): the file system is read-only$/,
		);
		expect(standing()).toEqual(old);
	});

	test.each([0, 3, 17, 39])("leaves no scratch file behind, whichever of many it is (%i)", async (bad) => {
		const { at, delivery, failing, entries } = open();
		failing.fail("file.writeFile", "ENOSPC", { path: new RegExp(`\\.key-${bad}\\.`) });
		const orders = Array.from({ length: 40 }, (_, n) => order(at(`key-${n}`), String(n)));

		await failure(delivery.deliver(orders));

		expect(entries()).toEqual([]);
	});

	test("is delivered whole once the fault is over", async () => {
		const { delivery, failing, orders, standing } = setting();
		failing.fail("file.writeFile", "ENOSPC");
		await failure(delivery.deliver(orders));
		await failure(delivery.deliver(orders));
		failing.heal();

		const changed = await delivery.deliver(orders);

		expect(changed).toHaveLength(3);
		expect(standing()).toEqual({ one: "new one", two: "new two", three: "new three" });
	});

	test("is told of as changed by the next delivery, where it was current already", async () => {
		const { at, delivery, failing, orders, path } = setting();
		failing.fail("file.sync", "EIO", { path: new RegExp(`^${path}$`), times: 1 });
		await failure(delivery.deliver(orders));

		const changed = await delivery.deliver(orders);

		expect(changed.toSorted()).toEqual([at("one"), at("three"), at("two")]);
		expect(await delivery.deliver(orders)).toEqual([]);
	});
});

describe("the file before", () => {
	const kept = (path: string, content: string) => order(path, content, { hasBackup: true });

	test("stays beside the new one, with its mode, and is one alone", async () => {
		const { at, delivery, text, mode, write, entries } = open();
		write("key", "K=1", 0o640);

		await delivery.deliver([kept(at("key"), "K=2")]);
		await delivery.deliver([kept(at("key"), "K=3")]);
		await delivery.deliver([kept(at("key"), "K=3")]);

		expect(text("key")).toBe("K=3");
		expect(text("key.bak")).toBe("K=2");
		expect(mode("key.bak")).toBe(0o600);
		expect(entries().toSorted()).toEqual(["key", "key.bak"]);
	});

	test("is none where nothing stood", async () => {
		const { at, delivery, entries } = open();

		await delivery.deliver([kept(at("key"), "K=1")]);

		expect(entries()).toEqual(["key"]);
	});

	test.runIf(isRoot)("keeps its owner", async () => {
		const { at, delivery, write } = open();
		write("key", "K=1");
		chownSync(at("key"), 4711, 4712);

		await delivery.deliver([kept(at("key"), "K=2")]);

		expect(statSync(at("key.bak"))).toMatchObject({ uid: 4711, gid: 4712 });
	});

	test("is not put through a link, and nothing is replaced then", async () => {
		const { at, delivery, text, write } = open();
		write("elsewhere", "mine");
		write("key", "K=1");
		symlinkSync(at("elsewhere"), at("key.bak"));

		const orders = [kept(at("key"), "K=2")];
		const early = await failure(delivery.preflight(orders));
		const late = await failure(delivery.deliver(orders));

		expect(early.message).toBe(`${at("key.bak")} is a link to elsewhere`);
		expect(late.message).toBe(early.message);
		expect([text("elsewhere"), text("key")]).toEqual(["mine", "K=1"]);
	});

	test("is put back with the rest when a file after it cannot be replaced", async () => {
		const { at, delivery, text, write, failing, entries } = open();
		write("a", "1");
		write("a.bak", "0");
		write("b", "1");
		failing.fail("rename", "EIO", { path: /\/b$/ });

		await failure(delivery.deliver([kept(at("a"), "2"), order(at("b"), "2")]));

		expect([text("a"), text("a.bak"), text("b")]).toEqual(["1", "0", "1"]);
		expect(entries().toSorted()).toEqual(["a", "a.bak", "b"]);
	});

	test("leaves no scratch file of a crash behind", async () => {
		const { at, delivery, entries, write } = open();
		write(`.key.bak.${"0a".repeat(9)}.keyturn-new`, "K=1");

		await delivery.sweep([at("key")]);

		expect(entries()).toEqual([]);
	});
});

describe("a mode that is kept", () => {
	test("is that of the file which is there, or the one that was said", async () => {
		const { at, delivery, mode, write } = open();
		write("old", "K=1", 0o640);

		await delivery.deliver([
			order(at("old"), "K=2", { mode: 0o644, keepsMode: true }),
			order(at("new"), "K=2", { mode: 0o644, keepsMode: true }),
		]);

		expect([mode("old"), mode("new")]).toEqual([0o640, 0o644]);
	});

	test.runIf(isRoot)("opens nothing where somebody else has put the file there", async () => {
		const { at, delivery, mode, write } = open();
		write("planted", "", 0o666);
		chownSync(at("planted"), 4711, 4711);

		await delivery.deliver([order(at("planted"), "K=2", { mode: 0o640, keepsMode: true })]);

		expect(mode("planted")).toBe(0o640);
	});
});

describe("folders on the way", () => {
	test("are made with the mode that was said, whatever the umask", async () => {
		const { at, delivery, mode } = open();
		const umask = process.umask(0o077);
		onTestFinished(() => void process.umask(umask));

		await delivery.deliver([order(at("a/b/key"), "K=1", { folderMode: 0o755 })]);

		expect([mode("a"), mode("a/b")]).toEqual([0o755, 0o755]);
	});

	test("are not made for a file that needs one, which the first look says", async () => {
		const { at, delivery, entries } = open();
		const orders = [order(at("a/key"), "K=1", { needsFolder: true })];

		const early = await failure(delivery.preflight(orders));
		const late = await failure(delivery.deliver(orders));

		expect(early.message).toBe(`cannot write ${at("a/key")}: the folder is not there`);
		expect(early.rows["do"]).toContain("have it made with create_dest_dirs: true");
		expect(late.message).toBe(early.message);
		expect(entries()).toEqual([]);
	});
});

test("a reader never meets a missing or a torn file in a thousand replacements", async () => {
	const { at, delivery, failing } = open();
	failing.isSyncSkipped = true; // this is about what others see, not about power cuts
	const content = (n: number) => `${n} `.repeat(2000) + `end of ${n}`;
	await delivery.deliver([order(at("key"), content(0))]);
	const flags = new Int32Array(new SharedArrayBuffer(12));
	const worker = new Worker(
		`const { readFileSync } = require("node:fs");
		const { workerData: { path, flags } } = require("node:worker_threads");
		while (Atomics.load(flags, 0) === 0) {
			try {
				const text = readFileSync(path, "utf8");
				const [n] = text.split(" ", 1);
				if (text !== (n + " ").repeat(2000) + "end of " + n) Atomics.add(flags, 2, 1);
			} catch { Atomics.add(flags, 2, 1); }
			Atomics.add(flags, 1, 1);
		}`,
		{ eval: true, workerData: { path: at("key"), flags } },
	);
	const ended = new Promise((resolve) => worker.once("exit", resolve));

	for (let n = 1; n <= 1000; n++) await delivery.deliver([order(at("key"), content(n))]);
	Atomics.store(flags, 0, 1);
	await ended;

	expect(Atomics.load(flags, 1)).toBeGreaterThan(100);
	expect(Atomics.load(flags, 2)).toBe(0);
	expect(readFileSync(at("key"), "utf8")).toBe(content(1000));
});

describe("at the start", () => {
	test("scratch files of a crash are removed, and nothing else is", async () => {
		const { at, delivery, entries, write } = open();
		const scratch = ".key.0123456789abcdef01.keyturn-new";
		const others = [
			"key",
			".key",
			".key.keyturn-notify",
			".key.0123456789abcdef01.keyturn-old",
			".key.0123456789abcdef0.keyturn-new",
			".key.0123456789ABCDEF01.keyturn-new",
			".other.0123456789abcdef01.keyturn-new",
			"xkey.0123456789abcdef01.keyturn-new",
			".key.0123456789abcdef01.keyturn-new.bak",
		];
		for (const name of [scratch, ...others]) write(name, "x");

		await delivery.sweep([at("key"), at("nowhere/key")]);

		expect(entries()).toEqual(others.toSorted());
	});

	test("a crash between writing and renaming is cleared up, the old file being whole", async () => {
		const { at, delivery, entries, failing, text, write } = open();
		write("key", "old");
		failing.fail("rename", "EIO");
		failing.fail("unlink", "EIO");
		await failure(delivery.deliver([order(at("key"), "new")]));
		failing.heal();
		expect(entries()).toHaveLength(2);

		await delivery.sweep([at("key")]);

		expect(entries()).toEqual(["key"]);
		expect(text("key")).toBe("old");
	});
});

describe("a notice", () => {
	test("stands from before the change until it has been told, and holds nothing", async () => {
		const { at, delivery, entries, text, mode } = open();
		const told = order(at("told"), "x", { isNotified: true });

		await delivery.deliver([told, order(at("silent"), "x")]);

		expect(entries()).toEqual([".told.keyturn-notify", "silent", "told"]);
		expect([text(".told.keyturn-notify"), mode(".told.keyturn-notify")]).toEqual(["", 0o600]);
		expect(await delivery.unnotified([at("told"), at("silent")])).toEqual([at("told")]);

		await delivery.settled([at("told"), at("silent")]);
		expect(entries()).toEqual(["silent", "told"]);
		expect(await delivery.unnotified([at("told")])).toEqual([]);
	});

	test("outlives the agent", async () => {
		const { at, delivery } = open();
		await delivery.deliver([order(at("key"), "x", { isNotified: true })]);

		const next = new Delivery({ fs: new FailingFs().fs, links: { uid: UID, allowedRoots: [] } });
		expect(await next.deliver([order(at("key"), "x", { isNotified: true })])).toEqual([]);
		expect(await next.unnotified([at("key")])).toEqual([at("key")]);
	});

	test("that cannot be written leaves the old file", async () => {
		const { at, delivery, failing, entries, text, write } = open();
		write("key", "old");
		failing.fail("open", "ENOSPC", { path: /keyturn-notify$/ });

		await failure(delivery.deliver([order(at("key"), "new", { isNotified: true })]));

		expect(entries()).toEqual(["key"]);
		expect(text("key")).toBe("old");
	});

	test("is set for a file that is removed as well", async () => {
		const { at, delivery, entries, write } = open();
		write("key", "old");

		await delivery.deliver([order(at("key"), undefined, { isNotified: true })]);

		expect(entries()).toEqual([".key.keyturn-notify"]);
		expect(existsSync(at("key"))).toBe(false);
	});
});

test.runIf(isRoot)("a file that the agent may not read is replaced, not judged", async () => {
	const { at, delivery, failing, write, text } = open();
	write("key", "of somebody else", 0o600);
	chownSync(at("key"), 12_345, 12_345);
	chmodSync(at("key"), 0o000);
	failing.fail("open", "EACCES", { path: /\/key$/ });

	expect(await delivery.deliver([order(at("key"), "x")])).toEqual([at("key")]);
	expect(text("key")).toBe("x");
	expect(lstatSync(at("key")).uid).toBe(UID);
});

test("a link that is planted under a scratch file's name is not followed", async () => {
	const { at, delivery, failing, text, write } = open();
	write("target", "untouched");
	failing.before = (operation, path) => {
		if (operation === "open" && path.endsWith("keyturn-new")) symlinkSync(at("target"), path);
	};

	await expect(delivery.deliver([order(at("key"), "secret")])).rejects.toThrow(DeliveryError);

	expect(text("target")).toBe("untouched");
	expect(existsSync(at("key"))).toBe(false);
});

test("no name of a scratch file can be guessed", async () => {
	const { at, delivery, failing } = open();
	for (let n = 0; n < 50; n++) await delivery.deliver([order(at("key"), String(n))]);

	const names = failing.calls.filter((call) => /^open .*keyturn-new$/.test(call));
	expect(new Set(names).size).toBe(50);
});
