import type { ListenerConfig } from "./config.ts";
import { type Context, milliseconds } from "./context.ts";
import type { ExecConfig, RollingConfig } from "./exec-config.ts";
import { isSameAddress, listenAddress } from "./listen-address.ts";
import type { FileConfig } from "./schema/file.ts";

type FileExec = NonNullable<FileConfig["exec"]>;

/** Keys of `exec` that have a meaning with rolling alone. */
const ROLLING_KEYS = ["listen", "drain_timeout", "pass", "idle_timeout", "proxy_protocol"] as const;

const DEFAULT_DRAIN_MS = 30_000;
const DEFAULT_IDLE_MS = 10_000;

/** What stands before the child, with `on_change: rolling`; otherwise what belongs to it is refused. */
export function rolling(exec: FileExec, context: Context): RollingConfig | undefined {
	const report = (key: string, message: string) => {
		const path = ["exec", key];
		const name = context.places.isNamed(path) ? "" : `exec.${key}: `;
		context.problems.push({ place: context.places.of(path), message: `${name}${message}` });
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
	const isFlag = context.places.isNamed(["exec", "on_change"]);
	for (const message of lacking(exec, isFlag)) report("on_change", message);
	const pass = exec.pass ?? (exec.ready?.http === undefined ? "tcp" : "http");
	if (exec.idle_timeout !== undefined && pass === "http") {
		const why = exec.pass === undefined ? ", which follows from ready.http," : "";
		report(
			"idle_timeout",
			`with pass: http${why} connections move between two requests; leave it out, or write pass: tcp`,
		);
	}
	if (exec.listen === undefined) return undefined;
	return {
		listen: listenAddress(exec.listen, ["exec", "listen"], context),
		pass,
		drainTimeoutMs: exec.drain_timeout === undefined ? DEFAULT_DRAIN_MS : milliseconds(exec.drain_timeout),
		idleTimeoutMs: exec.idle_timeout === undefined ? DEFAULT_IDLE_MS : milliseconds(exec.idle_timeout),
		proxyProtocol: exec.proxy_protocol ?? "none",
	};
}

/** What rolling cannot do without. @param isFlag whoever says it by a flag has no file to write the rest in */
function lacking({ listen, ready }: FileExec, isFlag: boolean): readonly string[] {
	const forListen = isFlag ? "add --exec-listen 0.0.0.0:4000" : "write listen: 0.0.0.0:4000";
	const forReady = isFlag
		? "add --exec-ready /health, or tcp"
		: "write ready: { http: /health }, or { tcp: true }";
	return [
		...(listen === undefined
			? [`rolling needs listen, the public address that the agent owns and hands over; ${forListen}`]
			: []),
		...(ready === undefined
			? [`rolling needs ready: without it nobody knows when the new child can take requests; ${forReady}`]
			: []),
	];
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
