import { execFileSync, spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/command-list.ts";
import { runAgent } from "../support/agent-process.ts";
import { folder } from "../support/folder.ts";

const has = (shell: string) => spawnSync(shell, ["-c", "exit 0"]).error === undefined;
const NAMES = COMMANDS.map(({ name }) => name);

async function scriptFor(shell: string): Promise<string> {
	const { code, stdout, stderr } = await runAgent(["completion", shell]);
	expect([code, stderr]).toEqual([0, ""]);
	return folder().write("completion", stdout);
}

/** What bash offers for the last word. */
async function inBash(...words: string[]): Promise<string[]> {
	const script = await scriptFor("bash");
	const ask = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _keyturn; printf '%s\\n' "\${COMPREPLY[@]}"`;
	const said = execFileSync("bash", ["--norc", "-c", ask, script, ...words], { encoding: "utf8" });
	return said.split("\n").filter(Boolean);
}

/** What fish offers for the last word of a line. */
async function inFish(line: string): Promise<string[]> {
	const script = await scriptFor("fish");
	const ask = "source $argv[1]; complete -C $argv[2]";
	const said = execFileSync("fish", ["-N", "-c", ask, script, line], { encoding: "utf8" });
	return said
		.split("\n")
		.filter(Boolean)
		.map((offered) => offered.split("\t")[0] ?? "");
}

test.skipIf(!has("bash"))("bash takes the script for both names, and leaves files to readline", async () => {
	const script = await scriptFor("bash");

	const said = execFileSync("bash", ["--norc", "-c", 'source "$0"; complete -p agent keyturn', script], {
		encoding: "utf8",
	});

	expect(said).toBe(
		["agent", "keyturn"].map((name) => `complete -o bashdefault -o default -F _keyturn ${name}\n`).join(""),
	);
});

test.skipIf(!has("bash"))("bash completes commands, flags and choices", async () => {
	expect(await inBash("agent", "")).toEqual(expect.arrayContaining([...NAMES, "--version", "--help"]));
	expect(await inBash("agent", "star")).toEqual(["start"]);
	expect(await inBash("keyturn", "start", "--exit")).toEqual(["--exit-after-auth"]);
	expect(await inBash("agent", "start", "--log-level", "de")).toEqual(["debug"]);
	expect(await inBash("agent", "start", "--log-level", "=", "de")).toEqual(["debug"]);
	expect(await inBash("agent", "run", "--log-format", "=")).toEqual(["json", "pretty"]);
	expect(await inBash("agent", "completion", "z")).toEqual(["zsh"]);
});

test.skipIf(!has("bash"))(
	"bash completes the wrapped command itself after --, and no flags of ours",
	async () => {
		expect(await inBash("agent", "run", "--", "print")).toContain("printf");
		expect(await inBash("agent", "run", "--", "printf", "--")).toEqual([]);
		expect(await inBash("agent", "start", "-c", "")).toEqual([]);
	},
);

test.skipIf(!has("fish"))("fish completes commands, flags, choices and files", async () => {
	expect(await inFish("agent ")).toEqual(expect.arrayContaining(NAMES));
	expect(await inFish("keyturn start --exit")).toEqual(["--exit-after-auth"]);
	expect(await inFish("agent start --log-level d")).toEqual(["debug"]);
	expect(await inFish("agent start -c /et")).toEqual(["/etc/"]);
});

test.skipIf(!has("zsh"))("zsh takes the script for both names", async () => {
	const script = await scriptFor("zsh");
	const ask = "autoload -U compinit; compinit -u -D; source $1; print $_comps[agent] $_comps[keyturn]";

	const said = execFileSync("zsh", ["-f", "-c", ask, "zsh", script], { encoding: "utf8" });

	expect(said).toBe("_keyturn _keyturn\n");
});
