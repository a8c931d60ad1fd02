import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { textReader } from "../../src/cli/read-text.ts";
import { type Clock, systemClock } from "../../src/kernel/mod.ts";
import { folder } from "../support/folder.ts";

const readText = textReader(systemClock);

function pipe(): string {
	const path = folder().at("pipe");
	execFileSync("mkfifo", [path]);
	return path;
}

test("a file is read whole, and what cannot be read is named by its code", async () => {
	const place = folder();
	const path = place.write("text", "é\n".repeat(100_000));

	expect(await readText(path)).toBe("é\n".repeat(100_000));
	expect(await readText("/dev/null")).toBe("");
	await expect(readText(place.at("none"))).rejects.toMatchObject({ code: "ENOENT" });
	await expect(readText(place.path)).rejects.toMatchObject({ code: "EISDIR" });
});

test("a pipe is read to its end, however slowly its writer writes", async () => {
	const path = pipe();
	const reading = readText(path);
	const writer = await open(path, "w");

	await writer.write("first, ");
	appendFileSync(path, "then second");
	await writer.close();

	expect(await reading).toBe("first, then second");
});

test("a pipe into which nobody writes is given up, and holds nothing of the process", async () => {
	let now = 0;
	const clock: Clock = {
		now: () => now,
		date: () => now,
		sleep: async (ms) => {
			now += ms;
			await turn();
		},
	};

	await expect(textReader(clock)(pipe())).rejects.toMatchObject({ code: "ETIMEDOUT" });

	expect(now).toBe(10_000);
});
