import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { LogFile } from "../../src/cli/serve/log-file.ts";
import type { LogFileConfig } from "../../src/config/mod.ts";
import { FailingFs } from "../support/failing-fs.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { folder } from "../support/folder.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function open(over: Partial<LogFileConfig> = {}) {
	const place = folder();
	mkdirSync(place.at("log"));
	const path = place.at("log/agent.log");
	const clock = new FakeClock(Date.now());
	const failing = new FailingFs();
	const said: string[] = [];
	const make = () =>
		new LogFile(
			{ path, rotateMs: DAY, ...over },
			{
				fs: failing.fs,
				clock,
				failed: (reason) => void said.push(reason),
				recovered: () => void said.push("again"),
			},
		);
	let log = make();
	/** Writes lines, and waits until they are done with. */
	const write = async (...lines: readonly string[]) => {
		for (const line of lines) log.write(`${line}\n`);
		await log.close();
	};
	return {
		place,
		path,
		clock,
		failing,
		said,
		write,
		reopen: () => log.reopen(),
		startAnew: () => {
			log = make();
		},
		text: () => readFileSync(path, "utf8"),
		/** Texts of the files that were put aside, from the first one on. */
		aside: () =>
			place
				.entries("log")
				.filter((name) => name !== "agent.log")
				.map((name) => readFileSync(place.at(`log/${name}`), "utf8")),
	};
}

describe("a log file", () => {
	test("gets every line in order, for its owner alone", async () => {
		const { write, text, path, said } = open();

		await write("one", "two");
		await write("three");

		expect(text()).toBe("one\ntwo\nthree\n");
		expect(statSync(path).mode & 0o7777).toBe(0o600);
		expect(said).toEqual([]);
	});

	test("is added to by the next agent", async () => {
		const { write, startAnew, text } = open();
		await write("one");

		startAnew();
		await write("two");

		expect(text()).toBe("one\ntwo\n");
	});

	test("that somebody has put aside is begun anew when told so", async () => {
		const { write, reopen, path, text } = open();
		await write("one");
		renameSync(path, `${path}.1`);

		reopen();
		await write("two");

		expect([readFileSync(`${path}.1`, "utf8"), text()]).toEqual(["one\n", "two\n"]);
	});
});

describe("a log file is put aside", () => {
	test("before it would grow beyond its size", async () => {
		const { write, aside, text } = open({ rotateBytes: 10 });

		await write("12345", "678", "a", "bcdefghijklmno", "p");

		expect(aside()).toEqual(["12345\n678\n", "a\n", "bcdefghijklmno\n"]);
		expect(text()).toBe("p\n");
	});

	test("under a name that tells when", async () => {
		const { write, place, clock } = open({ rotateBytes: 1 });
		const stamp = new Date(clock.date()).toISOString().replaceAll(":", "-");

		await write("one", "two");

		expect(place.entries("log")).toEqual([`agent-${stamp}.log`, "agent.log"]);
	});

	test("when it is too old, though an agent has started since", async () => {
		const { write, startAnew, clock, aside, text } = open();
		await write("one");
		await clock.advance(13 * HOUR);
		startAnew();
		await write("two");
		await clock.advance(13 * HOUR);

		await write("three");

		expect([aside(), text()]).toEqual([["one\ntwo\n"], "three\n"]);
	});

	test.each([
		[undefined, ["1\n", "2\n", "3\n", "4\n"]],
		[2, ["3\n", "4\n"]],
		[0, []],
	])("and of those %s are kept", async (mostRotated, kept) => {
		const { write, aside, text, place } = open({
			rotateBytes: 1,
			...(mostRotated !== undefined && { mostRotated }),
		});
		place.write("log/agent-notes.log", "somebody else's\n");

		await write("1", "2", "3", "4", "5");

		expect([aside(), text()]).toEqual([[...kept, "somebody else's\n"], "5\n"]);
	});
});

describe("a log file that cannot be written", () => {
	test("is said once, and gets lines again when it can be", async () => {
		const { write, failing, said, text, clock } = open();
		failing.fail("file.appendFile", "ENOSPC");
		await write("one", "two");
		await clock.advance(5000);
		await write("three");

		failing.heal();
		await clock.advance(5000);
		await write("four");

		expect([said, text()]).toEqual([["ENOSPC", "again"], "four\n"]);
	});

	test("for its folder has gone holds nobody up", async () => {
		const { write, said, place, clock, text } = open();
		rmSync(place.at("log"), { recursive: true });
		await write("one");

		mkdirSync(place.at("log"));
		await clock.advance(5000);
		await write("two");

		expect([said, text()]).toEqual([["ENOENT", "again"], "two\n"]);
	});

	test.each([
		["is a link", "ELOOP", (path: string) => symlinkSync("/dev/null", path)],
		["is a folder", "EISDIR", (path: string) => mkdirSync(path)],
		["is a pipe that nobody reads", "ENXIO", (path: string) => void execFileSync("mkfifo", [path])],
	])("for it %s is left alone", async (_, code, plant) => {
		const { write, said, path } = open();
		plant(path);

		await write("one");

		expect(said).toEqual([code]);
	});

	test("that cannot be put aside goes on as soon as it can", async () => {
		const { write, failing, said, aside, text, clock } = open({ rotateBytes: 1 });
		await write("one");
		failing.fail("rename", "EACCES");
		await write("two");

		failing.heal();
		await clock.advance(5000);
		await write("three");

		expect([said, aside(), text()]).toEqual([["EACCES", "again"], ["one\n"], "three\n"]);
	});
});
