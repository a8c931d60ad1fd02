import { expect, test } from "vitest";
import type { LogFields, LogLevel } from "../kernel/mod.ts";
import { logChildEvents } from "./event-log.ts";
import type { ChildEvent } from "./events.ts";
import { startError } from "./start-error.ts";

const who = { pid: 41, generation: 2 };
const failure = startError("gw", Object.assign(new Error("spawn"), { code: "ENOENT" }));

/** What is written for an event: level and sentence. */
function lineFor(event: ChildEvent): string {
	const lines: [LogLevel, string, LogFields][] = [];
	logChildEvents({ write: (level, name, line) => lines.push([level, name, line]) }, "gw")(event);
	return lines.map(([level, name, line]) => `${level} ${name}: ${String(line["msg"])}`).join();
}

test.each<[ChildEvent, string]>([
	[{ kind: "started", ...who }, "info child: gw started, pid 41"],
	[{ kind: "started", ...who, port: 41_873 }, "info child: gw started, pid 41, port 41873"],
	[{ kind: "ready", ...who, afterMs: 5200 }, "info child: pid 41 ready in 5.2 s"],
	[
		{ kind: "not-ready", ...who, afterMs: 60_000, reason: "GET http://127.0.0.1:41873/: answered 503" },
		"error child: pid 41 not ready after 1m: GET http://127.0.0.1:41873/: answered 503",
	],
	[{ kind: "switched", ...who, afterMs: 5200 }, "debug child: connections go to pid 41"],
	[
		{
			kind: "switched",
			...who,
			afterMs: 5200,
			from: { pid: 40, generation: 1, since: 0, open: 3 },
		},
		"debug child: connections go to pid 41, no longer to pid 40",
	],
	[
		{ kind: "drained", ...who, afterMs: 13_000, cut: 0 },
		"info child: pid 41 drained and stopped, 0 connections cut",
	],
	[
		{ kind: "drained", ...who, afterMs: 30_000, cut: 1 },
		"warn child: pid 41 drained and stopped, 1 connection cut",
	],
	[{ kind: "stands", ...who }, "debug child: pid 41 has lived through the start grace"],
	[
		{ kind: "stopping", ...who, why: "replace", signal: "SIGTERM" },
		"info child: stopping pid 41: new values",
	],
	[{ kind: "killed", pid: 41 }, "warn child: pid 41 did not stop in time and was killed"],
	[
		{ kind: "signal-refused", pid: 41, signal: "SIGHUP" },
		"warn child: pid 41 cannot be sent SIGHUP: it runs as another user",
	],
	[
		{ kind: "exited", ...who, exit: { code: 0 }, livedMs: 3100, expected: false },
		"info child: pid 41 ended with 0 after 3.1 s",
	],
	[
		{ kind: "exited", ...who, exit: { code: 3 }, livedMs: 10, expected: false },
		"error child: pid 41 ended with 3 after 10 ms",
	],
	[
		{ kind: "exited", ...who, exit: { code: 143, signal: "SIGTERM" }, livedMs: 10, expected: true },
		"info child: pid 41 was ended by SIGTERM after 10 ms",
	],
	[
		{ kind: "start-failed", generation: 2, error: failure },
		'error child: Cannot start "gw": no such program',
	],
	[{ kind: "put-back", from: 2, to: 1 }, "error child: generation 2 did not live; back to generation 1"],
	[{ kind: "backing-off", delayMs: 1500, attempt: 1 }, "warn child: next start in 1.5 s"],
])("logChildEvents() writes one line for %o", (event, line) => {
	expect(lineFor(event)).toBe(line);
});
