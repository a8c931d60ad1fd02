import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** All that is in a folder, by path: what it is, its mode, its content or target. For comparing before and after. */
export function treeOf(folder: string): Readonly<Record<string, string>> {
	const entries = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
	return Object.fromEntries(entries.map((name) => [name, describe(join(folder, name))]));
}

function describe(path: string): string {
	const stat = lstatSync(path);
	const mode = (stat.mode & 0o7777).toString(8);
	if (stat.isSymbolicLink()) return `link to ${readlinkSync(path)}`;
	if (stat.isDirectory()) return `folder ${mode}`;
	return `file ${mode} inode ${stat.ino} ${readFileSync(path, "latin1")}`;
}
