import { commandLine } from "./command-line.ts";
import { type Context, milliseconds } from "./context.ts";
import type { ReadyConfig } from "./exec-config.ts";
import type { FileConfig } from "./schema/file.ts";

type FileExec = NonNullable<FileConfig["exec"]>;
type FileReady = NonNullable<FileExec["ready"]>;

/** How a new child is asked whether it is up. Rolling goes by the child's private port, everything else by whole targets. */
export function ready(exec: FileExec, context: Context): ReadyConfig | undefined {
	const { ready: file } = exec;
	if (file === undefined) return undefined;
	const fault = targetFault(file, exec.on_change === "rolling");
	if (fault !== undefined) {
		const path = ["exec", "ready", fault.key];
		const { places, problems } = context;
		const message = places.isNamed(path)
			? `${fault.fault}; write ${fault.inFlag}`
			: `exec.ready.${fault.key}: ${fault.fault}; write ${fault.inFile}`;
		problems.push({ place: places.of(path), message });
	}
	const timeoutMs = milliseconds(file.timeout);
	const intervalMs = milliseconds(file.interval);
	if (intervalMs > timeoutMs) {
		const place = context.places.of(["exec", "ready", "interval"]);
		context.problems.push({ place, message: "exec.ready.interval: expected no more than timeout" });
	}
	return { probe: probeOf(file, commandLine(exec, ["ready", "command"], context)), timeoutMs, intervalMs };
}

/** What is wrong with the target, and what to write in the file or with `--exec-ready`. */
interface TargetFault {
	readonly key: "http" | "tcp";
	readonly fault: string;
	readonly inFile: string;
	readonly inFlag: string;
}

function targetFault({ http, tcp }: FileReady, isRolling: boolean): TargetFault | undefined {
	const isPath = http?.startsWith("/") === true;
	if (isRolling && http !== undefined && !isPath) {
		const advice = "the path alone, such as /health";
		return { key: "http", fault: `a whole address ${OTHERS}`, inFile: advice, inFlag: advice };
	}
	if (isRolling && typeof tcp === "string")
		return { key: "tcp", fault: `an address ${OTHERS}`, inFile: "tcp: true", inFlag: "tcp alone" };
	if (!isRolling && isPath) {
		const advice = "the whole address, such as http://127.0.0.1:4000/health";
		return { key: "http", fault: `a path alone ${NO_TARGET}`, inFile: advice, inFlag: advice };
	}
	if (!isRolling && tcp === true) {
		const inFile = "host:port, such as 127.0.0.1:4000";
		return { key: "tcp", fault: `true ${NO_TARGET}`, inFile, inFlag: "tcp:127.0.0.1:4000" };
	}
	return undefined;
}

const OTHERS = "asks whoever listens there, be it the old child";

const NO_TARGET = "has no target: only with on_change: rolling does the agent know the child's port";

function probeOf({ http, tcp }: FileReady, words: readonly string[]): ReadyConfig["probe"] {
	if (http !== undefined)
		return http.startsWith("/") ? { kind: "http-path", path: http } : { kind: "http", url: http };
	if (typeof tcp === "string") {
		const colon = tcp.lastIndexOf(":");
		const host = tcp.slice(0, colon).replaceAll(/[[\]]/g, "");
		return { kind: "tcp", host, port: Number(tcp.slice(colon + 1)) };
	}
	const [program, ...others] = words;
	return program === undefined ? { kind: "tcp-private" } : { kind: "command", command: [program, ...others] };
}
