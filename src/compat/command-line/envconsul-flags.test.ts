import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { ENVCONSUL_FLAGS, envconsulSettings } from "./envconsul-flags.ts";
import { parseFlags } from "./parse-flags.ts";

const settingsOf = (...words: string[]) => envconsulSettings(parseFlags(words, ENVCONSUL_FLAGS, "envconsul"));

test.each([
	[["printenv"], "printenv"],
	[["echo $KEY | cat"], "echo $KEY | cat"],
	[
		["node", "server.js", "--port=4000"],
		["node", "server.js", "--port=4000"],
	],
	[["echo", "$KEY"], "echo $KEY"],
	[["sh", "-c", 'echo "$KEY"'], `sh -c 'echo "$KEY"'`],
	[["printf", "it's", ""], `printf 'it'\\''s' ''`],
])("envconsul … %j", (words, command) => {
	expect(settingsOf(...words)).toEqual([{ name: "the command", settings: { exec: { command } } }]);
});

test("a word of a command line that a shell takes apart stays one", () => {
	const [said] = settingsOf("printf", "%s,", "two words", "it's", "", "$HOME");
	const { exec } = (said ?? { settings: {} }).settings as { exec: { command: string } };

	expect(execFileSync("sh", ["-c", exec.command], { env: { HOME: "/home/x" } }).toString()).toBe(
		"two words,it's,,/home/x,",
	);
});

test("-no-prefix is for every secret of the command line, and -exec comes before the words", () => {
	const words = ["-secret=a", "-no-prefix", "-secret=b", "-exec=first", "second"];

	const secret = [
		{ path: "a", no_prefix: true },
		{ path: "b", no_prefix: true },
	];
	// The last one counts.
	expect(settingsOf(...words)).toEqual([
		{ name: "the command", settings: { exec: { command: "second" } } },
		{ name: "-secret", settings: { secret } },
		{ name: "-exec", settings: { exec: { command: "first" } } },
	]);
});

test("nothing said is nothing", () => {
	expect(settingsOf()).toEqual([]);
});
