import { formatDuration, type Log, type LogFields, type LogLevel } from "../kernel/mod.ts";
import type { ChildEvent } from "./events.ts";
import type { ChildExit } from "./ports.ts";

type Line = readonly [level: LogLevel, msg: string, fields: LogFields];

/** An observer that writes one `child` line for each thing that happens to the child. */
export function logChildEvents(log: Log, program: string): (event: ChildEvent) => void {
	return (event) => {
		const [level, msg, fields] = describe(event, program);
		log.write(level, "child", { msg, kind: event.kind, ...fields });
	};
}

function describe(event: ChildEvent, program: string): Line {
	switch (event.kind) {
		case "started":
			return ["info", `${program} started, pid ${event.pid}`, idOf(event)];
		case "ready":
			return ["info", `pid ${event.pid} ready in ${formatDuration(event.afterMs)}`, timeOf(event)];
		case "not-ready": {
			const { pid, afterMs, reason } = event;
			const msg = `pid ${pid} not ready after ${formatDuration(afterMs)}: ${reason}`;
			return ["error", msg, { ...timeOf(event), reason }];
		}
		case "switched":
			return describeSwitch(event);
		case "drained": {
			const { pid, cut } = event;
			const msg = `pid ${pid} drained and stopped, ${cut} ${cut === 1 ? "connection" : "connections"} cut`;
			return [cut === 0 ? "info" : "warn", msg, { ...timeOf(event), cut }];
		}
		case "stands":
			return ["debug", `pid ${event.pid} has lived through the start grace`, idOf(event)];
		case "stopping": {
			const reason = {
				replace: "new values",
				stop: "the agent ends",
				leftovers: "its group outlived it",
				drained: "its successor serves",
				"not-ready": "it was not ready in time",
			};
			const { why, signal } = event;
			return ["info", `stopping pid ${event.pid}: ${reason[why]}`, { ...idOf(event), why, signal }];
		}
		case "killed":
			return ["warn", `pid ${event.pid} did not stop in time and was killed`, { pid: event.pid }];
		case "signal-refused":
			return [
				"warn",
				`pid ${event.pid} cannot be sent ${event.signal}: it runs as another user`,
				{ pid: event.pid, signal: event.signal },
			];
		case "exited":
			return describeExit(event);
		case "start-failed": {
			const { code, facts, message } = event.error;
			return ["error", message, { generation: event.generation, code, ...facts }];
		}
		case "put-back": {
			const { from, to } = event;
			return ["error", `generation ${from} did not live; back to generation ${to}`, { from, to }];
		}
		case "backing-off": {
			const { attempt, delayMs } = event;
			const msg = `next start in ${formatDuration(delayMs)}`;
			return ["warn", msg, { attempt, delay_ms: delayMs }];
		}
		default:
			return event satisfies never;
	}
}

function describeSwitch(event: Extract<ChildEvent, { kind: "switched" }>): Line {
	const { generation, pid, afterMs, from } = event;
	const ready = `pid ${pid} ready in ${formatDuration(afterMs)}`;
	if (from === undefined) return ["debug", `connections go to pid ${pid}`, timeOf(event)];
	const rest = `pid ${from.pid} draining (${from.open} open)`;
	return [
		"info",
		`generation ${generation} rolling: ${ready}, ${rest}`,
		{ ...timeOf(event), from: from.pid, open: from.open },
	];
}

function describeExit(event: Extract<ChildEvent, { kind: "exited" }>): Line {
	const { pid, exit, livedMs, expected } = event;
	const level = expected || exit.code === 0 ? "info" : "error";
	const msg = `pid ${pid} ${endOf(exit)} after ${formatDuration(livedMs)}`;
	return [level, msg, { ...idOf(event), ...exit, lived_ms: livedMs, expected }];
}

function endOf({ code, signal }: ChildExit): string {
	return signal === undefined ? `ended with ${code}` : `was ended by ${signal}`;
}

function timeOf(event: {
	readonly pid: number;
	readonly generation: number;
	readonly afterMs: number;
}): LogFields {
	return { ...idOf(event), after_ms: event.afterMs };
}

function idOf({ pid, generation }: { readonly pid: number; readonly generation: number }): LogFields {
	return { pid, generation };
}
