import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import * as nodeFileSystem from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { Delivery, type FileOrder } from "../../src/render/mod.ts";
import type { Met } from "../fixtures/faults/reader.ts";
import { versionedText } from "../fixtures/faults/versioned-text.ts";
import { FailingFs } from "../support/failing-fs.ts";
import { folder } from "../support/folder.ts";
import { isRoot } from "../support/private-disk.ts";
import { long } from "./long.ts";

const READER = join(import.meta.dirname, "..", "fixtures", "faults", "reader.ts");
const [READS, VERSIONS] = long ? [100_000, 1000] : [10_000, 100];

/** Where a volume in memory is: no reader waits for a disk there, and the writer is as fast as it gets. */
const IN_MEMORY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

const links = { uid: process.getuid?.() ?? 0, allowedRoots: [] };

/** A process that reads so often. */
async function reader(kind: string, paths: readonly string[]): Promise<Met> {
	const child = spawn(process.execPath, [READER, kind, String(READS), String(VERSIONS), ...paths], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	onTestFinished(() => void child.kill("SIGKILL"));
	return JSON.parse(await text(child.stdout)) as Met;
}

test("readers of every kind meet nothing but whole files while generations are delivered as fast as can be", {
	timeout: 240_000,
}, async () => {
	const place = mkdtempSync(join(IN_MEMORY, "keyturn-readers-"));
	onTestFinished(() => rmSync(place, { recursive: true }));
	const paths = ["a.env", "b.env", "c.env"].map((name) => join(place, name));
	const owner = isRoot ? { user: "12345", group: "12346" } : {};
	const orders = (version: number) =>
		paths.map((path): FileOrder => {
			return { path, content: versionedText(version), mode: 0o640, isNotified: true, ...owner };
		});
	const delivery = new Delivery({ fs: nodeFileSystem, links });
	await delivery.deliver(orders(0));
	const kinds = ["whole", "in pieces", "attributes", "in its folder", "all of them"];
	const over = new AbortController();
	const readers = Promise.all(kinds.map((kind) => reader(kind, paths))).finally(() => over.abort());

	let version = 0;
	while (!over.signal.aborted) {
		await delivery.deliver(orders(++version));
		await delivery.settled(paths);
	}

	for (const { reads, faults, versions } of await readers) {
		expect(faults).toEqual([]);
		expect(reads).toBeGreaterThanOrEqual(READS);
		expect(versions).toBeGreaterThanOrEqual(VERSIONS);
	}
	expect(readdirSync(place)).toEqual(["a.env", "b.env", "c.env"]);
});

test("between the first file of a generation that becomes current and the last, nothing else is done", async () => {
	const place = folder();
	const failing = new FailingFs();
	const delivery = new Delivery({ fs: failing.fs, links });
	const orders = (content: string) =>
		Array.from({ length: 10 }, (_, index): FileOrder => {
			return { path: place.at(`${index % 2}/key-${index}`), content, mode: 0o600, isNotified: true };
		});
	await delivery.deliver(orders("old"));
	failing.calls.splice(0);

	await delivery.deliver(orders("new"));

	const isRename = (call: string) => call.startsWith("rename ");
	const from = failing.calls.findIndex(isRename);
	expect(failing.calls.slice(from, from + 10).every(isRename)).toBe(true);
	expect(failing.calls.slice(from + 10).some(isRename)).toBe(false);
});
