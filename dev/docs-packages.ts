/** Versions, licences and tree sizes in the tables of docs/dependencies.md, from package-lock.json. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface LockEntry {
	readonly version?: string;
	readonly license?: string;
	/** Of a link: the folder that it leads to. */
	readonly resolved?: string;
	readonly link?: boolean;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
	readonly devDependencies?: Readonly<Record<string, string>>;
	/** What it is installed on; everything when absent. */
	readonly os?: unknown;
	readonly cpu?: unknown;
}

type Lock = Readonly<Record<string, LockEntry>>;

const TABLE = /(?<=<!-- packages -->\n\|.*\n\|.*\n)[^]*?(?=<!-- \/packages -->)/g;
const ROW = /^\| `(?<name>[^`]+)` \|[^|]*\|[^|]*\|[^|]*\|(?<rest>.*)\|$/;

/**
 * Fills the columns after the name, and keeps the others as they are written.
 *
 * @throws RangeError when a package of package.json has no row, or a row no package
 */
export function withPackages(page: string): string {
	const text = readFileSync(join(import.meta.dirname, "../package-lock.json"), "utf8");
	const { packages } = JSON.parse(text) as { packages: Lock };
	const wanted = new Set(Object.keys(packages[""]?.devDependencies ?? {}));
	const written = page.replaceAll(TABLE, (rows) =>
		rows.replaceAll(/^.+$/gm, (line) => {
			const { name = "", rest = "" } = ROW.exec(line)?.groups ?? {};
			if (!wanted.delete(name)) throw new RangeError(`docs/dependencies.md: no package for ${line}`);
			return `| \`${name}\` | ${factsOf(name, packages).join(" | ")} |${rest}|`;
		}),
	);
	if (wanted.size > 0) throw new RangeError(`docs/dependencies.md has no row for ${[...wanted].join(", ")}`);
	return written;
}

function factsOf(name: string, packages: Lock): string[] {
	const path = `node_modules/${name}`;
	const entry = packages[path];
	const real = entry?.link ? (packages[entry.resolved ?? ""] ?? entry) : entry;
	const tree = closure(entry?.link ? (entry.resolved ?? path) : path, packages, new Set());
	return [real?.version ?? "?", real?.license ?? "Apache-2.0", String(tree.size)];
}

/** The package and all that it needs; of those that exist once for each platform none is counted. */
function closure(path: string, packages: Lock, seen: Set<string>): Set<string> {
	const entry = packages[path];
	if (entry === undefined || (entry.os ?? entry.cpu) !== undefined || seen.has(path)) return seen;
	seen.add(path);
	for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) {
		closure(resolve(path, name, packages), packages, seen);
	}
	return seen;
}

/** Where a package finds another: in its own folder, or in one further up. */
function resolve(from: string, name: string, packages: Lock): string {
	for (let folder = from; folder !== ""; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
		const candidate = `${folder}/node_modules/${name}`;
		if (packages[candidate] !== undefined) return candidate;
	}
	return `node_modules/${name}`;
}
