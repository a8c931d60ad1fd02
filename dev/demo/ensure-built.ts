// Builds dist/ when it is missing or older than what it is made of, so that the demo needs one command on a fresh clone.
import { execFileSync } from "node:child_process";
import { existsSync, globSync, statSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const built = join(root, "dist", "main.cjs");
const sources = ["src/**/*.ts", "bin/*.cjs", "dev/*.ts", "package.json", "package-lock.json"];

/** Folders count as well: a file that was removed leaves no other trace. */
function newestSource(): number {
	const files = globSync([...sources, "src/**/"], { cwd: root }).filter((file) => !file.endsWith(".test.ts"));
	return Math.max(...files.map((file) => statSync(join(root, file)).mtimeMs));
}

if (!existsSync(built) || statSync(built).mtimeMs < newestSource()) {
	console.log("building dist/ first");
	execFileSync(process.execPath, [join(root, "dev", "build.ts")], { cwd: root, stdio: "inherit" });
}
