import { constants } from "node:os";
import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isGroupAlive } from "../../src/child/process-group.ts";
import {
	FAMILY,
	isRunning,
	linesOf,
	noted,
	notes,
	pidNoted,
	RECORDER,
	realSupervisor,
	realValues,
	runAgent,
	until,
} from "../fixtures/child/real.ts";

/** Those that end a process that does nothing about them. */
const FATAL = (
	"SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM " +
	"SIGTERM SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGIO SIGPWR SIGSYS"
).split(" ") as NodeJS.Signals[];

describe("exit code", () => {
	test("of the child, each from 0 to 255", async () => {
		const wrong: string[] = [];
		for (let first = 0; first < 256; first += 8) {
			await Promise.all(
				Array.from({ length: 8 }, async (_, offset) => {
					const code = first + offset;
					const { supervisor } = realSupervisor(["sh", "-c", `exit ${code}`]);
					await supervisor.start(realValues(1));
					const exit = await supervisor.exited;
					if (exit.code !== code || exit.signal !== undefined) wrong.push(`${code}: ${JSON.stringify(exit)}`);
				}),
			);
		}
		expect(wrong).toEqual([]);
	});

	test.each(FATAL)("is 128+n for %s", async (signal) => {
		const number = constants.signals[signal];
		const { supervisor } = realSupervisor(["sh", "-c", `ulimit -c 0; kill -${number} $$; sleep 10`]);
		await supervisor.start(realValues(1));

		expect(await supervisor.exited).toEqual({ code: 128 + number, signal });
	});

	test.each([0, 1, 42, 255])("%i goes through the agent", async (code) => {
		expect(await runAgent(["sh", "-c", `exit ${code}`]).ended).toBe(code);
	});
});

describe("a command that cannot be started", () => {
	test("is 127 when it is not there", async () => {
		const { supervisor } = realSupervisor(["no-such-program-here"]);

		await expect(supervisor.start(realValues(1))).rejects.toMatchObject({
			code: "E_CHILD_START",
			exitCode: 127,
		});
		expect(await supervisor.exited).toEqual({ code: 127 });
	});

	test("is 126 when it may not be executed", async () => {
		const file = notes();
		writeFileSync(file, "#!/bin/sh\n", { mode: 0o600 });
		const { supervisor } = realSupervisor([file]);

		await expect(supervisor.start(realValues(1))).rejects.toMatchObject({ exitCode: 126 });
	});

	test("is 126 when it is a folder", async () => {
		const { supervisor } = realSupervisor(["/tmp"]);

		await expect(supervisor.start(realValues(1))).rejects.toMatchObject({ exitCode: 126 });
	});

	test("is 126 when a value is longer than the kernel takes", async () => {
		const { supervisor } = realSupervisor(["true"]);

		await expect(supervisor.start(realValues(1, { LONG: "x".repeat(200_000) }))).rejects.toMatchObject({
			exitCode: 126,
			message: expect.stringContaining("too long") as string,
		});
	});

	test("goes through the agent", async () => {
		expect(await runAgent(["/no/such/program"]).ended).toBe(127);
	});
});

test("a script without #! is run by the shell, as a shell would", async () => {
	const file = notes();
	writeFileSync(file, "exit 11\n", { mode: 0o700 });
	const { supervisor } = realSupervisor([file]);
	await supervisor.start(realValues(1));

	expect(await supervisor.exited).toEqual({ code: 11 });
});

test("the child's environment is what it was given, and the mark of the watchdog", async () => {
	const file = notes();
	process.env["LEAK"] = "of the agent";
	const { supervisor } = realSupervisor(["sh", "-c", `env >${file}`]);
	await supervisor.start(realValues(7, { KEY: "a'b\"c $d" }));
	await supervisor.exited;
	delete process.env["LEAK"];

	const ofTheShell = new Set(["PWD", "OLDPWD", "SHLVL", "_"]);
	const names = linesOf(file).map((line) => line.split("=")[0] ?? "");
	const given = names.filter((name) => !ofTheShell.has(name));
	expect(new Set(given)).toEqual(new Set(["GENERATION", "KEY", "KEYTURN_CHILD", "PATH"]));
	expect(linesOf(file)).toContain("KEY=a'b\"c $d");
});

test("standard input, output and error are the agent's own", async () => {
	const agent = runAgent(["sh", "-c", "read line; echo out $line; echo err $line >&2; exit 9"]);
	agent.write("hello\n");

	expect(await agent.ended).toBe(9);
	await until(() => agent.stdout() === "out hello\n");
	expect(agent.stderr()).toContain("err hello\n");
});

describe("stopping", () => {
	test("a child that ignores the stop signal is killed after the timeout", async () => {
		const file = notes();
		const { supervisor, pids } = realSupervisor([process.execPath, RECORDER, file, "stubborn"], {
			stopTimeoutMs: 400,
		});
		await supervisor.start(realValues(1));
		await noted(file, "ready");

		const exit = await supervisor.stop();

		expect(exit).toEqual({ code: 137, signal: "SIGKILL" });
		expect(linesOf(file)).toContain("SIGTERM");
		expect(pids().some((pid) => isGroupAlive(pid))).toBe(false);
	});

	test("a grandchild that ignores the stop signal is killed with its group", async () => {
		const file = notes();
		const { supervisor } = realSupervisor([FAMILY, file], { stopTimeoutMs: 400 });
		await supervisor.start(realValues(1));
		const grandchild = await pidNoted(file, "grandchild");

		const exit = await supervisor.stop();

		expect(exit).toEqual({ code: 143, signal: "SIGTERM" });
		expect(isRunning(grandchild)).toBe(false);
	});

	test("a child that ends by itself takes its stubborn grandchild with it, before the agent ends", async () => {
		const file = notes();
		const { supervisor } = realSupervisor([FAMILY, file, "leave"], { stopTimeoutMs: 400 });
		await supervisor.start(realValues(1));

		expect(await supervisor.exited).toEqual({ code: 3 });
		expect(isRunning(await pidNoted(file, "grandchild"))).toBe(false);
	});

	test("a child that stands still heeds the stop signal", async () => {
		const file = notes();
		const { supervisor, pids } = realSupervisor([process.execPath, RECORDER, file]);
		await supervisor.start(realValues(1));
		await noted(file, "ready");
		process.kill(pids()[0] ?? 0, "SIGSTOP");

		expect(await supervisor.stop()).toEqual({ code: 0 });
	});

	test("the agent's SIGTERM ends the child, and the agent outlives it", async () => {
		const file = notes();
		const agent = runAgent([process.execPath, RECORDER, file]);
		const child = await pidNoted(file, "ready");

		process.kill(agent.pid, "SIGTERM");

		expect(await agent.ended).toBe(0);
		expect(isRunning(child)).toBe(false);
		expect(linesOf(file).filter((line) => line === "SIGTERM")).toHaveLength(1);
	});
});

describe("replacing", () => {
	const remember = (file: string) => ["sh", "-c", `echo $GENERATION >>${file}; exec sleep 1000`] as const;

	test("100 times in a row without waiting ends on the newest values, in few restarts", async () => {
		const file = notes();
		const { supervisor, pids } = realSupervisor(remember(file));
		await supervisor.start(realValues(1));

		const outcomes = Array.from({ length: 100 }, (_, index) => supervisor.replace(realValues(index + 2)));

		expect((await Promise.all(outcomes)).at(-1)).toBe("turned-over");
		expect(linesOf(file).at(-1)).toBe("101");
		expect(pids().length).toBeLessThanOrEqual(3);
		expect(pids().filter((pid) => isGroupAlive(pid))).toHaveLength(1);
	});

	test("100 times one after the other leaves nobody behind", async () => {
		const file = notes();
		const { supervisor, pids } = realSupervisor(remember(file));
		await supervisor.start(realValues(1));

		for (let generation = 2; generation <= 101; generation++) {
			void supervisor.replace(realValues(generation));
			await until(() => pids().length === generation);
		}

		expect(pids().filter((pid) => isGroupAlive(pid))).toEqual(pids().slice(-1));
		await until(() => linesOf(file).at(-1) === "101");
	});

	test("puts a child that dies at once back to the values before", async () => {
		const file = notes();
		const script = `echo $GENERATION >>${file}; [ $GENERATION = 2 ] && exit 1; exec sleep 1000`;
		const { supervisor } = realSupervisor(["sh", "-c", script], { startGraceMs: 10_000 });
		await supervisor.start(realValues(1));
		await until(() => linesOf(file).length === 1);

		expect(await supervisor.replace(realValues(2))).toBe("put-back");

		await until(() => linesOf(file).join() === "1,2,1");
		expect(supervisor.state).toMatchObject({ kind: "running", generation: 1 });
	});

	test("waits for a stubborn grandchild of the old child", async () => {
		const file = notes();
		const { supervisor, pids } = realSupervisor([FAMILY, file], { stopTimeoutMs: 300 });
		await supervisor.start(realValues(1));
		const grandchild = await pidNoted(file, "grandchild");

		void supervisor.replace(realValues(2));
		await until(() => pids().length === 2);

		expect(isRunning(grandchild)).toBe(false);
	});
});

test("a child that keeps dying is started again with pauses, and with the newest values once they come", async () => {
	const file = notes();
	const script = `echo $GENERATION >>${file}; [ $GENERATION = 1 ] && exit 1; exec sleep 1000`;
	const { supervisor, events } = realSupervisor(["sh", "-c", script], { restartOnExit: "on-failure" });
	await supervisor.start(realValues(1));
	await until(() => linesOf(file).length >= 3);

	expect(await supervisor.replace(realValues(2))).toBe("turned-over");

	const pauses = events.filter((event) => event.kind === "backing-off").length;
	expect(linesOf(file).filter((line) => line === "1").length).toBeLessThanOrEqual(pauses + 1);
});
