// Builds dist/: CommonJS chunks, the licences of what is bundled, and the compile cache.
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { fillCompileCache } from "./compile-cache.ts";
import { licencesOf } from "./licences.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
/** Written beside and swapped in whole: a build that fails leaves the last good one. */
const fresh = join(root, "dist.new");
rmSync(fresh, { recursive: true, force: true });

/**
 * node-vault requires these at its top. Its HTTP is our own transport, its debug output prints credentials, and the
 * others serve its generated commands, of which none is used: the agent speaks paths.
 */
const STUBS: Readonly<Record<string, string>> = {
	axios: "module.exports = { create() { throw new Error('there is no second HTTP client'); } };",
	debug: "module.exports = () => () => {};",
	https: "module.exports = {};",
	processes: "export default {};",
	tv4: "module.exports = { validate: () => true };",
	mustache: "module.exports = {};",
	"./commands.js": "module.exports = {};",
};

const bundle = await rolldown({
	input: join(root, "src", "main.ts"),
	platform: "node",
	tsconfig: false,
	plugins: [
		{
			name: "stubs",
			resolveId: (id, importer) => {
				// For sub-commands that are programs of their own, of which there are none.
				if (id === "node:child_process" && importer?.includes("/commander/")) return "\0stub:processes";
				return importer?.includes("/node-vault/") && Object.hasOwn(STUBS, id) ? `\0stub:${id}` : undefined;
			},
			load: (id) => (id.startsWith("\0stub:") ? STUBS[id.slice("\0stub:".length)] : undefined),
		},
	],
	transform: { target: "node22.22" },
});
const { output } = await bundle.write({
	dir: fresh,
	format: "cjs",
	dynamicImportInCjs: false, // bin/load.cjs knows require alone
	minify: true,
	charset: "ascii", // one wide character, and V8 keeps two bytes of each in the whole file
	sourcemap: false,
	entryFileNames: "main.cjs",
	chunkFileNames: "[name]-[hash].cjs",
});
await bundle.close();

const modules = output.flatMap((part) => (part.type === "chunk" ? Object.keys(part.modules) : []));
writeFileSync(join(fresh, "THIRD-PARTY-LICENCES.txt"), licencesOf(modules));
writeFileSync(join(fresh, "package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);

rmSync(dist, { recursive: true, force: true });
renameSync(fresh, dist);

// What does not work yet is for the tests to say: they need something built.
await fillCompileCache(root).catch((error: unknown) => {
	console.error("dist: the compile cache is not whole,", error);
});
const size = output.reduce((sum, part) => sum + (part.type === "chunk" ? part.code.length : 0), 0);
const main = output.find((part) => part.fileName === "main.cjs");
const mainSize = main?.type === "chunk" ? main.code.length : 0;
console.log(
	`dist: ${output.length} chunks, ${Math.round(size / 1024)} KiB, main ${Math.round(mainSize / 1024)} KiB`,
);
