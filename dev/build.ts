// Builds dist/: CommonJS chunks, the licences of what is bundled, and the compile cache.
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
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
	minify: true,
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

// The cache is filled by running what every start runs, and kept when the process ends.
mkdirSync(join(dist, "compile-cache"), { recursive: true });
for (const args of [
	["--version"],
	["start", "--exit-after-auth", "--log-format", "json"],
	["run", "--", "true"],
]) {
	try {
		execFileSync(process.execPath, [join(root, "bin", "agent.cjs"), ...args], {
			stdio: "ignore",
			env: { PATH: process.env["PATH"] },
		});
	} catch {
		// These end with an error for want of a server; what they loaded is in the cache all the same.
	}
}
const size = output.reduce((sum, part) => sum + (part.type === "chunk" ? part.code.length : 0), 0);
const main = output.find((part) => part.fileName === "main.cjs");
const mainSize = main?.type === "chunk" ? main.code.length : 0;
console.log(
	`dist: ${output.length} chunks, ${Math.round(size / 1024)} KiB, main ${Math.round(mainSize / 1024)} KiB`,
);
