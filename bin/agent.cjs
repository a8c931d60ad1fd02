#!/usr/bin/env node
"use strict";
// Old syntax only: this file has to load on any Node to say that it is too old.
var parts = process.versions.node.split(".").map(Number);
if (parts[0] < 22 || (parts[0] === 22 && parts[1] < 22)) {
	process.stderr.write("keyturn needs Node 22.22 or newer; this is Node " + process.versions.node + ".\n");
	process.exit(2);
}
// With it Node itself prints whatever goes over a socket, tokens included, and nothing can stop that once it runs.
if (process.env.NODE_DEBUG) {
	delete process.env.NODE_DEBUG;
	process.execve(
		process.execPath,
		[process.execPath].concat(process.execArgv, process.argv.slice(1)),
		process.env,
	);
}
// Without a handler this signal opens Node's inspector, through which anybody on the machine reads every secret.
process.on("SIGUSR1", function () {});
// One that came before the handler opens it a little later, and no earlier than the first turn of the loop looks.
function closeInspector() {
	var inspector = require("node:inspector");
	if (inspector.url() !== undefined) inspector.close();
}
setImmediate(closeInspector);
setTimeout(closeInspector, 50).unref();
// A service is told to read its config again, which must not end one that has only just begun: the signal is put off
// until somebody listens. With a terminal it may be a hang-up, and keeps its meaning.
function putOff() {
	if (process.listenerCount("SIGHUP") > 1) return;
	setTimeout(function () {
		process.emit("SIGHUP", "SIGHUP");
	}, 20).unref();
}
function hasTerminal() {
	var fs = require("node:fs");
	try {
		fs.closeSync(fs.openSync("/dev/tty", "r"));
		return true;
	} catch (error) {
		return error.code !== "ENXIO" && error.code !== "ENOENT";
	}
}
// Commands that stay, of ours and of the programs whose place this one takes; a flag in their place is Vault Agent's.
function stays() {
	var name = /([^/]*?)(\.cjs)?$/.exec(process.argv[1])[1];
	return (
		/^(start|run|agent|consul-template|envconsul)$|^-/.test(process.argv[2]) ||
		/^(consul-template|envconsul)$/.test(name)
	);
}
if (stays() && !hasTerminal()) process.on("SIGHUP", putOff);
// A crash report would show the environment.
process.report.excludeEnv = true;
require("./load.cjs").load("main.cjs");
