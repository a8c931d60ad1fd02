import type { ListenerConfig } from "./config.ts";
import { type Context, milliseconds } from "./context.ts";
import type { ExecConfig, RollingConfig } from "./exec-config.ts";
import { isSameAddress, parseListenAddress } from "./listen-address.ts";
import type { FileConfig } from "./schema/file.ts";

type FileExec = NonNullable<FileConfig["exec"]>;

/** Keys of `exec` that have a meaning with rolling alone. */
const ROLLING_KEYS = ["listen", "drain_timeout", "pass", "idle_timeout", "proxy_protocol"] as const;

const DEFAULT_DRAIN_MS = 30_000;
const DEFAULT_IDLE_MS = 10_000;

/** What stands before the child, with `on_change: rolling`; otherwise what belongs to it is refused. */
export function rolling(exec: FileExec, context: Context): RollingConfig | undefined {
	const report = (key: string, message: string) => {
		context.problems.push({ place: context.places.of(["exec", key]), message: `exec.${key}: ${message}` });
	};
	if (exec.on_change !== "rolling") {
		for (const key of ROLLING_KEYS) {
			if (exec[key] !== undefined)
				report(
					key,
					"only with on_change: rolling does the agent stand before the child; leave one of them out",
				);
		}
		return undefined;
	}
	if (exec.listen === undefined) {
		report(
			"on_change",
			"rolling needs listen, the public address that the agent owns and hands over; write listen: 0.0.0.0:4000",
		);
	}
	if (exec.ready === undefined) {
		report(
			"on_change",
			"rolling needs ready: without it nobody knows when the new child can take requests; write ready: { http: /health }, or { tcp: true }",
		);
	}
	const pass = exec.pass ?? (exec.ready?.http === undefined ? "tcp" : "http");
	if (exec.idle_timeout !== undefined && pass === "http")
		report("idle_timeout", "with pass: http connections move between two requests; it belongs to pass: tcp");
	if (exec.listen === undefined) return undefined;
	return {
		listen: parseListenAddress(exec.listen),
		pass,
		drainTimeoutMs: exec.drain_timeout === undefined ? DEFAULT_DRAIN_MS : milliseconds(exec.drain_timeout),
		idleTimeoutMs: exec.idle_timeout === undefined ? DEFAULT_IDLE_MS : milliseconds(exec.idle_timeout),
		proxyProtocol: exec.proxy_protocol ?? "none",
	};
}

/** The child's clients and those who ask after the agent cannot have one address. */
export function refuseSharedAddress(
	exec: ExecConfig | undefined,
	listener: ListenerConfig | undefined,
	context: Context,
): void {
	if (exec?.rolling === undefined || listener === undefined) return;
	if (!isSameAddress(exec.rolling.listen, listener.address)) return;
	context.problems.push({
		place: context.places.of(["exec", "listen"]),
		message:
			"exec.listen: listener.address is the same; the agent's own answers need an address of their own",
	});
}
