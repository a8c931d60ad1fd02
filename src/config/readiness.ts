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
		const place = context.places.of(["exec", "ready", fault.key]);
		context.problems.push({ place, message: `exec.ready.${fault.key}: ${fault.message}` });
	}
	const timeoutMs = milliseconds(file.timeout);
	const intervalMs = milliseconds(file.interval);
	if (intervalMs > timeoutMs) {
		const place = context.places.of(["exec", "ready", "interval"]);
		context.problems.push({ place, message: "exec.ready.interval: expected no more than timeout" });
	}
	return { probe: probeOf(file, commandLine(exec, ["ready", "command"], context)), timeoutMs, intervalMs };
}

function targetFault({ http, tcp }: FileReady, isRolling: boolean) {
	const isPath = http?.startsWith("/") === true;
	if (isRolling && http !== undefined && !isPath) {
		const message =
			"a whole address asks whoever listens there, be it the old child; write the path alone, such as /health";
		return { key: "http", message };
	}
	if (isRolling && typeof tcp === "string") {
		return {
			key: "tcp",
			message: "an address asks whoever listens there, be it the old child; write tcp: true",
		};
	}
	if (!isRolling && isPath) {
		const message =
			"a path alone has no target: only with on_change: rolling does the agent know the child's port; write the whole address, such as http://127.0.0.1:4000/health";
		return { key: "http", message };
	}
	if (!isRolling && tcp === true) {
		const message =
			"true has no target: only with on_change: rolling does the agent know the child's port; write host:port, such as 127.0.0.1:4000";
		return { key: "tcp", message };
	}
	return undefined;
}

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
