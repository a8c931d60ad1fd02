import { formatDuration, type Log, type LogFields, type LogLevel } from "../kernel/mod.ts";
import type { ChildEvent, ChildId, StopReason } from "./events.ts";
import type { ChildExit } from "./ports.ts";

type Line = readonly [level: LogLevel, msg: string, fields: LogFields];
type EventOf<K extends ChildEvent["kind"]> = Extract<ChildEvent, { kind: K }>;

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
			return describeStart(event, program);
		case "ready":
			return ["info", `pid ${event.pid} ready in ${formatDuration(event.afterMs)}`, timeOf(event)];
		case "not-ready":
			return describeLateness(event);
		case "switched":
			return describeSwitch(event);
		case "drained":
			return describeDrain(event);
		case "stands":
			return ["debug", `pid ${event.pid} has lived through the start grace`, idOf(event)];
		case "stopping":
			return describeStop(event);
		case "killed":
			return ["warn", `pid ${event.pid} did not stop in time and was killed`, { pid: event.pid }];
		case "signal-refused":
			return describeRefusal(event);
		case "exited":
			return describeExit(event);
		case "start-failed":
			return describeFailure(event);
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

function describeStart(event: EventOf<"started">, program: string): Line {
	const { pid, port } = event;
	const msg = `${program} started, pid ${pid}`;
	return port === undefined
		? ["info", msg, idOf(event)]
		: ["info", `${msg}, port ${port}`, { ...idOf(event), port }];
}

function describeLateness(event: EventOf<"not-ready">): Line {
	const { pid, afterMs, reason } = event;
	const msg = `pid ${pid} not ready after ${formatDuration(afterMs)}: ${reason}`;
	return ["error", msg, { ...timeOf(event), reason }];
}

/** For who looks closely: the turn-over is told of by whoever asked for it. */
function describeSwitch(event: EventOf<"switched">): Line {
	const { pid, from } = event;
	const msg = `connections go to pid ${pid}`;
	if (from === undefined) return ["debug", msg, timeOf(event)];
	return [
		"debug",
		`${msg}, no longer to pid ${from.pid}`,
		{ ...timeOf(event), from: from.pid, open: from.open },
	];
}

function describeDrain(event: EventOf<"drained">): Line {
	const { pid, cut } = event;
	const msg = `pid ${pid} drained and stopped, ${cut} ${cut === 1 ? "connection" : "connections"} cut`;
	return [cut === 0 ? "info" : "warn", msg, { ...timeOf(event), cut }];
}

const STOP_REASON: Readonly<Record<StopReason, string>> = {
	replace: "new values",
	stop: "the agent ends",
	leftovers: "its group outlived it",
	drained: "its successor serves",
	"not-ready": "it was not ready in time",
};

function describeStop(event: EventOf<"stopping">): Line {
	const { pid, why, signal } = event;
	return ["info", `stopping pid ${pid}: ${STOP_REASON[why]}`, { ...idOf(event), why, signal }];
}

function describeRefusal({ pid, signal }: EventOf<"signal-refused">): Line {
	return ["warn", `pid ${pid} cannot be sent ${signal}: it runs as another user`, { pid, signal }];
}

function describeExit(event: EventOf<"exited">): Line {
	const { pid, exit, livedMs, expected } = event;
	const level = expected || exit.code === 0 ? "info" : "error";
	const msg = `pid ${pid} ${endOf(exit)} after ${formatDuration(livedMs)}`;
	return [level, msg, { ...idOf(event), ...exit, lived_ms: livedMs, expected }];
}

function describeFailure({ generation, error }: EventOf<"start-failed">): Line {
	const { code, facts, message } = error;
	return ["error", message, { generation, code, ...facts }];
}

function endOf({ code, signal }: ChildExit): string {
	return signal === undefined ? `ended with ${code}` : `was ended by ${signal}`;
}

function timeOf(event: ChildId & { readonly afterMs: number }): LogFields {
	return { ...idOf(event), after_ms: event.afterMs };
}

function idOf({ pid, generation }: ChildId): LogFields {
	return { pid, generation };
}
