"use strict";
// Loads the program from dist/ with what V8 has compiled of it ahead.
//
// Node's own compile cache holds what is compiled when a file is loaded. A function is compiled at its first call, so
// most of what a start runs is not in it; and it is good for one user and one kind of processor. Scripts of our own can
// be stored after they have run. V8 itself refuses what is of another V8, of other flags or of a text of another length,
// and compiles anew; that a text is the one which was stored is for the build to see to, which makes both anew.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

/** Of this Node; made by dev/compile-cache.ts. */
const cache = join(
	__dirname,
	"..",
	"dist",
	"compile-cache",
	`${process.version}-${process.platform}-${process.arch}`,
);

/** What has been loaded, by the name of its file. */
const scripts = new Map();
const modules = new Map();

/** @returns what a file of dist/ exports */
function load(name) {
	const loaded = modules.get(name);
	if (loaded !== undefined) return loaded.exports;
	const folder = join(__dirname, "..", "dist");
	const filename = join(folder, name);
	const text = readFileSync(filename, "utf8");
	const script = new Script(`(function (exports, require, module, __filename, __dirname) {${text}\n})`, {
		filename,
		cachedData: cached(name),
	});
	scripts.set(name, script);
	const module = { exports: {} };
	modules.set(name, module); // before it is run: files may require each other
	const resolve = (id) => (id.startsWith("./") ? load(id.slice(2)) : require(id));
	script.runInThisContext().call(module.exports, module.exports, resolve, module, filename, folder);
	return module.exports;
}

function cached(name) {
	try {
		return readFileSync(join(cache, name));
	} catch {
		return undefined; // another Node, or a program that has just been built
	}
}

module.exports = { cache, load, scripts };
