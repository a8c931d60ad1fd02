import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/command-list.ts";

const PAGE = join(import.meta.dirname, "../../docs/agent.1");
const has = (program: string) => spawnSync(program, ["--version"]).error === undefined;

test.skipIf(!has("mandoc"))("the manual page is sound roff", () => {
	const { status, stdout } = spawnSync("mandoc", ["-Tlint", "-Wwarning", PAGE], { encoding: "utf8" });

	// The date is left out on purpose: a page that is made of the source would change with every day.
	expect(stdout.replaceAll(/^.*missing date.*\n/gm, "")).toBe("");
	expect(status).toBeLessThanOrEqual(2);
});

test.skipIf(!has("man"))("man shows every command with its example as it is typed", () => {
	const env = { ...process.env, MANWIDTH: "300", LC_ALL: "C.UTF-8" };

	const { status, stdout } = spawnSync("man", ["-l", PAGE], { encoding: "utf8", env });

	expect(status).toBe(0);
	for (const { name, example } of COMMANDS) {
		expect(stdout).toContain(`   agent ${name}\n`);
		expect(stdout).toContain(`    ${example}\n`);
	}
});

test("the manual page tells every flag", () => {
	const text = readFileSync(PAGE, "utf8").replaceAll("\\-", "-");

	for (const { flags } of COMMANDS.flatMap((command) => command.flags))
		expect(text).toContain(`.B ${flags}\n`);
});
