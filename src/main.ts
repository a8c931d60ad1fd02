import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as fileSystem from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { basename, join } from "node:path";
import { leaveMemoryOut } from "./cli/core-dump.ts";
import { errorText } from "./cli/error-text.ts";
import { runCli } from "./cli/program.ts";
import { readFileWithin } from "./cli/read-file-sync.ts";
import { READ_AT_ONCE, textReader } from "./cli/read-text.ts";
import { terminalText } from "./cli/terminal-text.ts";
import type { Output, World } from "./cli/world.ts";
import { AgentError, errorCode, Redactor, systemClock } from "./kernel/mod.ts";
import { version } from "./version.ts";

// The composition root: the one place where the program meets the real world.

const coreDumpFilter = leaveMemoryOut(); // before there is anything in it

const redactor = new Redactor();

function outputOf(stream: NodeJS.WriteStream): Output {
	stream.on("error", () => undefined); // a terminal that has gone, a pipe that was closed: nobody is left to be told
	const isTerminal = stream.isTTY ?? false;
	const hasColor = isTerminal && !process.env["NO_COLOR"];
	return { write: (text) => void stream.write(terminalText(text, hasColor)), isTerminal, hasColor };
}

const stderr = outputOf(process.stderr);
const startedAt = systemClock.date() / 1000 - process.uptime();

/** A process of another user runs too, though no signal may be sent to it. */
function isRunning(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch (error) {
		return errorCode(error) === "EPERM";
	}
}

const world: World = {
	programName: basename(process.argv[1] ?? "", ".cjs"),
	argv: process.argv.slice(2),
	env: process.env,
	cwd: process.cwd(),
	uid: process.getuid?.() ?? -1,
	self: { pid: process.pid, isRunning },
	version,
	platform: {
		node: process.versions.node,
		v8: process.versions.v8,
		platform: process.platform,
		arch: process.arch,
	},
	stdout: outputOf(process.stdout),
	stderr,
	clock: systemClock,
	random: Math.random,
	fs: fileSystem,
	readText: textReader(systemClock),
	readFileSync: readFileWithin,
	readPackageFile: (path) => readFileSync(join(import.meta.dirname, "..", path), "utf8"), // src/ or dist/
	tlsFiles: {
		readFile: (path) => readFileSync(path, { flag: READ_AT_ONCE }),
		readDirectory: (path) => readdirSync(path),
	},
	redactor,
	async makeLog(level, format, copy) {
		if (format === "json") {
			const { pinoLog } = await import("./cli/pino-log.ts");
			return pinoLog(level, redactor, copy);
		}
		const { prettyLog } = await import("./cli/pretty-log.ts");
		return prettyLog(level, { output: stderr, redactor, clock: systemClock, ...(copy && { copy }) });
	},
	async makeProcesses(log) {
		const { systemProcesses } = await import("./child/mod.ts");
		const path = process.env["PATH"] ?? "/usr/bin:/bin";
		return systemProcesses({ clock: systemClock, random: Math.random, log, path, coreDumpFilter });
	},
	systemd: {
		notify: async (words) =>
			await (await import("./cli/serve/systemd-notify.ts")).systemdNotify(words, process.env),
		monotonicUsec: () => process.hrtime.bigint() / 1000n,
	},
	// Its type allows for names without addresses, which it never gives.
	networkInterfaces: () => networkInterfaces() as ReturnType<World["networkInterfaces"]>,
	usage: () => {
		const { user, system } = process.cpuUsage();
		return {
			residentBytes: process.memoryUsage.rss(),
			cpuSeconds: (user + system) / 1e6,
			startedAt,
		};
	},
	loadHeap: () => import("./heap.ts"),
	loadMachine: async () => (await import("./cli/doctor/machine.ts")).machine,
	loadFileWatch: async () => (await import("./cli/serve/file-watch.ts")).watchFiles,
	loadDevFiles: async () => (await import("./cli/dev/client-files.ts")).openDevFiles,
	onSignal(name, handler) {
		process.on(name, handler);
		return () => void process.off(name, handler);
	},
};

/** A fault of the program itself. Its stack names places of the program, and is cleaned like everything else. */
function crash(fault: unknown): void {
	const stack = fault instanceof Error ? (fault.stack ?? fault.message) : "no error object";
	const error = new AgentError("the agent met a fault of its own and ends", {
		code: "E_INTERNAL",
		rows: { at: stack, do: "please report this, with these lines" },
	});
	stderr.write(redactor.clean(errorText(error)));
	leave(error.exitCode);
}

/**
 * Ends the process. A look-up of a name cannot be called back, and Node waits for it before it ends: ten seconds and
 * more where the name service is silent. Another program in place of this one does not wait.
 */
function leave(code: number): void {
	// The first is this Node also when its file has been replaced; an `execve` that fails would be an abort, no error.
	const node = ["/proc/self/exe", process.execPath].find((path) => existsSync(path));
	if (node !== undefined && process.getActiveResourcesInfo().includes("GetAddrInfoReqWrap"))
		process.execve?.(node, [node, "-e", `process.exit(${code})`], {});
	process.exit(code);
}

process.on("uncaughtException", crash);
process.on("unhandledRejection", crash);
runCli(world).then(leave, crash);
