import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { FORWARDED_SIGNALS } from "../../src/child/mod.ts";
import {
	isRunning,
	linesOf,
	noted,
	notes,
	pidNoted,
	RECORDER,
	runAgent,
	runAgentOnTerminal,
	stateOf,
	until,
} from "../fixtures/child/real.ts";

const hasPython = spawnSync("python3", ["-c", "import pty"]).status === 0;

const count = (file: string, word: string) => linesOf(file).filter((line) => line === word).length;

describe("without a terminal", () => {
	test.each(FORWARDED_SIGNALS.filter((name) => !["SIGTERM", "SIGTSTP"].includes(name)))(
		"%s reaches the child exactly once, and starts no debugger",
		async (name) => {
			const file = notes();
			const agent = runAgent([process.execPath, RECORDER, file]);
			await noted(file, "ready");

			process.kill(agent.pid, name);
			await noted(file, name);
			agent.write("exit 0\n");

			expect(await agent.ended).toBe(0);
			expect(count(file, name)).toBe(1);
			expect(agent.stderr()).not.toContain("Debugger");
		},
	);

	test("SIGINT ends agent and child alike when the child does nothing about it", async () => {
		const agent = runAgent(["sleep", "1000"], { options: { restartOnExit: "always" } });
		await until(() => agent.stderr().includes("started"));

		process.kill(agent.pid, "SIGINT");

		expect(await agent.ended).toBe(130);
	});

	test("SIGTSTP stops the child, then the agent; SIGCONT wakes both", async () => {
		const file = notes();
		const agent = runAgent([process.execPath, RECORDER, file]);
		const child = await pidNoted(file, "ready");

		process.kill(agent.pid, "SIGTSTP");
		await until(() => stateOf(agent.pid) === "T" && stateOf(child) === "T");
		process.kill(agent.pid, "SIGCONT");

		await until(() => count(file, "SIGCONT") === 1);
		agent.write("exit 4\n");
		expect(await agent.ended).toBe(4);
	});
});

describe.skipIf(!hasPython)("on a terminal", () => {
	test("the child reads lines from it", async () => {
		const [file, log] = [notes(), notes()];
		const terminal = runAgentOnTerminal([process.execPath, RECORDER, file], { log });
		expect(await noted(file, "ready")).toMatch(/ tty$/);

		terminal.write("type hello\\n\n");

		await noted(file, "line hello");
		terminal.write("type exit 5\\n\n");
		await until(() => terminal.stderr() === "exit 5\n");
	});

	test("Ctrl-C reaches the child exactly once", async () => {
		const [file, log] = [notes(), notes()];
		const terminal = runAgentOnTerminal([process.execPath, RECORDER, file], { log });
		await noted(file, "ready");

		terminal.write("type \\x03\n");
		await noted(file, "SIGINT");
		terminal.write("type exit 6\\n\n");

		await until(() => terminal.stderr() === "exit 6\n");
		expect(count(file, "SIGINT")).toBe(1);
	});

	test("Ctrl-C ends a child that does nothing about it, and the agent with 130", async () => {
		const log = notes();
		const terminal = runAgentOnTerminal(["sleep", "1000"], { log });
		await until(() => linesOf(log).some((line) => line.includes("started")));

		terminal.write("type \\x03\n");

		await until(() => terminal.stderr() !== "");
		expect(terminal.stderr()).toBe("exit 130\n");
	});

	test("Ctrl-\\ reaches the child exactly once", async () => {
		const [file, log] = [notes(), notes()];
		const terminal = runAgentOnTerminal([process.execPath, RECORDER, file], { log });
		await noted(file, "ready");

		terminal.write("type \\x1c\n");
		await noted(file, "SIGQUIT");
		terminal.write("type exit 0\\n\n");

		await until(() => terminal.stderr() === "exit 0\n");
		expect(count(file, "SIGQUIT")).toBe(1);
	});

	test("a change of the window's size arrives", async () => {
		const [file, log] = [notes(), notes()];
		const terminal = runAgentOnTerminal([process.execPath, RECORDER, file], { log });
		await noted(file, "ready");

		terminal.write("size 51 123\n");

		expect(await noted(file, "size")).toBe("51x123");
	});

	test("Ctrl-Z stops both and the child goes on reading afterwards", async () => {
		const [file, log] = [notes(), notes()];
		const terminal = runAgentOnTerminal([process.execPath, RECORDER, file], { log });
		const child = await pidNoted(file, "ready");

		terminal.write("type \\x1a\n");
		await until(() => terminal.stderr() === "stopped\n" && stateOf(child) === "T");
		terminal.write("continue\n");
		await noted(file, "SIGCONT");
		terminal.write("type exit 8\\n\n");

		await until(() => terminal.stderr().includes("exit"));
		expect(terminal.stderr()).toBe("stopped\nexit 8\n");
	});

	test("a hang-up ends the child in its own way", async () => {
		const [file, log] = [notes(), notes()];
		const terminal = runAgentOnTerminal([process.execPath, RECORDER, file], { log });
		const child = await pidNoted(file, "ready");

		terminal.write("hangup\n");

		await until(() => !isRunning(child));
		expect(linesOf(file)).toContain("SIGTERM");
		await until(() => terminal.stderr() === "exit 0\n");
	});
});
