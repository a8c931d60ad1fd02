import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Licences under which bundled packages may come. */
const ALLOWED = new Set([
	"MIT",
	"ISC",
	"BSD-2-Clause",
	"BSD-3-Clause",
	"Apache-2.0",
	"0BSD",
	"BlueOak-1.0.0",
]);

interface Manifest {
	readonly name: string;
	readonly version: string;
	readonly license?: string | { readonly type?: string };
	readonly licenses?: readonly { readonly type?: string }[];
}

/**
 * The licence texts of every package that went into the bundle.
 *
 * @param modules file names of the bundled modules
 * @throws Error for a package whose licence is not one of the allowed ones
 */
export function licencesOf(modules: readonly string[]): string {
	const folders = new Set(modules.flatMap((module) => packageFolder(module) ?? []));
	const parts = [...folders].toSorted().map((folder) => {
		const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
		const declared = typeof manifest.license === "string" ? manifest.license : manifest.license?.type;
		const licence = declared ?? manifest.licenses?.[0]?.type ?? "none";
		if (!ALLOWED.has(licence)) throw new Error(`Cannot bundle ${manifest.name}: its licence is ${licence}`);
		const [file] = globSync("{LICEN[CS]E,licen[cs]e}*", { cwd: folder });
		const text = file === undefined ? `Licence: ${licence}` : readFileSync(join(folder, file), "utf8").trim();
		return `${manifest.name} ${manifest.version} (${licence})\n\n${text}\n`;
	});
	return parts.join(`\n${"-".repeat(80)}\n\n`);
}

/** The folder of the package that a module is part of; folders inside of it may have a `package.json` without a name. */
function packageFolder(module: string): string | undefined {
	if (!module.includes("/node_modules/")) return undefined;
	let folder = dirname(module);
	while (!isPackage(folder)) folder = dirname(folder);
	return folder;
}

function isPackage(folder: string): boolean {
	const manifest = join(folder, "package.json");
	return existsSync(manifest) && "name" in (JSON.parse(readFileSync(manifest, "utf8")) as object);
}
