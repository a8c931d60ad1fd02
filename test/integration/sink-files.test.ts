import { execFileSync } from "node:child_process";
import { chownSync, lchownSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import * as nodeFileSystem from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { sinkFiles } from "../../src/cli/link/sink-files.ts";
import { Secret } from "../../src/kernel/mod.ts";
import { Delivery } from "../../src/render/mod.ts";
import { folder } from "../support/folder.ts";

const uid = process.getuid?.() ?? 0;
const isRoot = uid === 0;
const TOKEN = new Secret("hvs.canary");

function open(allowedRoots: readonly string[] = []) {
	const place = folder();
	const delivery = new Delivery({ fs: nodeFileSystem, links: { uid, allowedRoots } });
	return { place, files: sinkFiles(delivery, { fs: nodeFileSystem, uid }) };
}

describe("a sink on disk", () => {
	test("is written whole, for its owner alone, and read again", async () => {
		const { place, files } = open();
		const path = place.at("run/token");

		await files.write({ path, mode: 0o600 }, TOKEN);

		expect(readFileSync(path, "utf8")).toBe("hvs.canary");
		expect(statSync(path).mode & 0o7777).toBe(0o600);
		expect(place.entries("run")).toEqual(["token"]);
		expect(await files.read(path)).toMatchObject({ kind: "text" });
	});

	test("loses what a run that died has left beside it", async () => {
		const { place, files } = open();
		place.write("run/.token.0123456789abcdef01.keyturn-new", "hvs.stray");

		await files.write({ path: place.at("run/token"), mode: 0o600 }, TOKEN);

		expect(place.entries("run")).toEqual(["token"]);
	});

	test("is not written through a link, nor outside of the allowed roots", async () => {
		const { place, files } = open();
		symlinkSync(place.at("elsewhere"), place.at("token"));

		await expect(files.write({ path: place.at("token"), mode: 0o600 }, TOKEN)).rejects.toMatchObject({
			code: "E_DESTINATION",
		});
		const other = open(["/nowhere"]);
		await expect(
			other.files.write({ path: other.place.at("token"), mode: 0o600 }, TOKEN),
		).rejects.toMatchObject({ code: "E_DESTINATION" });
	});

	test("is gone once it has been removed, and removing it again is fine", async () => {
		const { place, files } = open();
		const path = place.write("token", "hvs.canary");

		await files.remove(path);
		await files.remove(path);

		expect(await files.read(path)).toEqual({ kind: "absent" });
	});

	test.each([
		["others can read", 0o604, "can be read or changed by others"],
		["its group can change", 0o620, "can be read or changed by others"],
	])("that %s is not trusted", async (_, mode, reason) => {
		const { place, files } = open();
		const path = place.at("token");
		await files.write({ path, mode }, TOKEN);

		expect(await files.read(path)).toEqual({ kind: "unsafe", reason });
	});

	test("that its group can read is trusted", async () => {
		const { place, files } = open();
		const path = place.at("token");
		await files.write({ path, mode: 0o640 }, TOKEN);

		expect(await files.read(path)).toMatchObject({ kind: "text" });
	});

	test("that is a link is not trusted", async () => {
		const { place, files } = open();
		symlinkSync(place.write("real", "hvs.planted"), place.at("token"));

		expect(await files.read(place.at("token"))).toEqual({ kind: "unsafe", reason: "is a link" });
	});

	test.runIf(isRoot)("that belongs to somebody else is not trusted", async () => {
		const { place, files } = open();
		const path = place.write("token", "hvs.planted");
		chownSync(path, 4321, 4321);

		expect(await files.read(path)).toEqual({
			kind: "unsafe",
			reason: "belongs to another user (uid 4321)",
		});
	});

	test.runIf(isRoot)("that is reached through somebody else's link is not trusted", async () => {
		const { place, files } = open();
		place.write("elsewhere/token", "hvs.planted");
		symlinkSync(place.at("elsewhere"), place.at("sinks"));
		lchownSync(place.at("sinks"), 4321, 4321);

		expect(await files.read(place.at("sinks/token"))).toEqual({
			kind: "unsafe",
			reason: `is not read: ${place.at("sinks/token")} is reached through the link ${place.at("sinks")}, which belongs to another user (uid 4321)`,
		});
	});

	test("is as good as absent when it is empty, or when its folder is not there or none", async () => {
		const { place, files } = open();

		expect(await files.read(place.write("token", "\n"))).toEqual({ kind: "absent" });
		expect(await files.read(place.at("none/token"))).toEqual({ kind: "absent" });
		expect(await files.read(place.at("token/below"))).toEqual({ kind: "absent" });
	});
});

describe("the key of a reader", () => {
	test("is read through the links of a volume", async () => {
		const { place, files } = open();
		place.write("..data/key.json", "{}");
		symlinkSync("..data/key.json", place.at("key.json"));

		expect(await files.readPublic(place.at("key.json"))).toBe("{}");
	});

	test.each([
		["leads to what has no end", (path: string) => symlinkSync("/dev/zero", path)],
		["is larger than any key", (path: string) => writeFileSync(path, "x".repeat(5000))],
		["is a pipe into which nobody writes", (path: string) => execFileSync("mkfifo", [path])],
	])("that %s is refused at once", async (_what, make) => {
		const { place, files } = open();
		make(place.at("key.json"));

		await expect(files.readPublic(place.at("key.json"))).rejects.toMatchObject({
			code: "no ordinary file of that size",
		});
	});
});
