// `npm run e2e:litellm`: rotations of a real LiteLLM. It is got from the Python registry, once, into node_modules/.cache;
// KEYTURN_LITELLM names another. Not a part of `npm test`: 700 MB, and some minutes.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const VENV = join(import.meta.dirname, "..", "node_modules", ".cache", "litellm");

const program = process.env["KEYTURN_LITELLM"] ?? install();
run("vitest", ["run", "--project", "e2e", "test/e2e/litellm.test.ts"], { KEYTURN_LITELLM: program });

function install(): string {
	const found = join(VENV, "bin", "litellm");
	if (existsSync(found)) return found;
	run("python3", ["-m", "venv", VENV]);
	run(join(VENV, "bin", "pip"), ["install", "--quiet", "litellm[proxy]"]);
	return found;
}

/** Ends the program when the other does not end well. */
function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
	const { status } = spawnSync(command, args, { stdio: "inherit", env: { ...process.env, ...env } });
	if (status !== 0) process.exit(status ?? 1);
}
