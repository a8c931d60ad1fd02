import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawn, spawnSync } from "node:child_process";
import { describe, expect, onTestFinished, test } from "vitest";
import { SHELL_SCRIPT } from "../../src/child/watchdog-script.ts";
import { isGroupAlive } from "../../src/child/process-group.ts";
import {
	FAMILY,
	isRunning,
	linesOf,
	noted,
	notes,
	pidNoted,
	RECORDER,
	runAgent,
	until,
	watchdogsOf,
} from "../fixtures/child/real.ts";

const SECRET = "hvs.planted-and-not-to-be-seen";
const options = { stopTimeoutMs: 300 };
const DIES_AT_ONCE = join(import.meta.dirname, "../fixtures/child/dies-at-once.ts");

describe("kill -9 of the agent", () => {
	test("ends child and grandchild, the one that ignores SIGTERM too", async () => {
		const file = notes();
		const agent = runAgent([FAMILY, file], { options });
		const [leader, grandchild] = [await pidNoted(file, "leader"), await pidNoted(file, "grandchild")];

		process.kill(agent.pid, "SIGKILL");

		expect(await agent.ended).toBe(137);
		await until(() => !isRunning(leader) && !isRunning(grandchild));
	});

	test("lets the child end in its own way first", async () => {
		const file = notes();
		const agent = runAgent([process.execPath, RECORDER, file]);
		const child = await pidNoted(file, "ready");

		process.kill(agent.pid, "SIGKILL");

		await until(() => !isRunning(child));
		expect(linesOf(file)).toContain("SIGTERM");
	});

	test("ends the child that runs after a turn-over", async () => {
		const [file, values] = [notes(), notes()];
		writeFileSync(values, "one");
		const agent = runAgent([process.execPath, RECORDER, file], { options, env: { VALUES_FILE: values } });
		const first = await pidNoted(file, "ready");
		writeFileSync(values, "two");
		await until(() => linesOf(file).filter((line) => line.startsWith("ready")).length === 2);
		const second = await pidNoted(file, "ready");
		expect(isRunning(first)).toBe(false);

		process.kill(agent.pid, "SIGKILL");

		await until(() => !isRunning(second));
	});

	test("ends the child also when the watchdog had been killed before", async () => {
		const file = notes();
		const agent = runAgent([FAMILY, file], { options });
		const grandchild = await pidNoted(file, "grandchild");
		const [watchdog = 0] = watchdogsOf(agent.pid);
		process.kill(watchdog, "SIGKILL");
		await until(() => watchdogsOf(agent.pid).some((pid) => pid !== watchdog));

		process.kill(agent.pid, "SIGKILL");

		expect(await agent.ended).toBe(137);
		await until(() => !isRunning(grandchild));
	});

	test.each([
		{ which: 0, name: "shell" },
		{ which: 1, name: "Node" },
	])("leaves no gap after the start of the child ($name)", async ({ which }) => {
		for (let round = 0; round < 5; round++) {
			const file = notes();

			const { signal } = spawnSync(process.execPath, [DIES_AT_ONCE, String(which), file], {
				stdio: "ignore",
			});

			expect(signal).toBe("SIGKILL");
			const leader = await pidNoted(file, "started");
			await until(() => !isGroupAlive(leader));
		}
	});
});

/** Those that images have as /bin/sh. */
const SHELLS = ["/bin/sh", "dash", "busybox sh", "bash"];

describe.each(SHELLS)("the watchdog's script in %s", (shell) => {
	const [program = "", ...args] = shell.split(" ");
	const isHere = spawnSync(program, [...args, "-c", "exit 0"]).status === 0;

	test.skipIf(!isHere)("ends the groups it was told of, and not those it was told to forget", async () => {
		const file = notes();
		const told = spawn(FAMILY, [file], { detached: true, stdio: "ignore" }).pid ?? 0;
		const forgotten = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" }).pid ?? 0;
		onTestFinished(() => void process.kill(-forgotten, "SIGKILL"));
		const grandchild = await pidNoted(file, "grandchild");
		const watchdog = spawn(program, [...args, "-c", SHELL_SCRIPT], { stdio: ["pipe", "ignore", "ignore"] });

		watchdog.stdin.end(`+ ${forgotten} TERM 2\n+ ${told} TERM 2\n- ${forgotten}\n`);

		await until(() => !isRunning(told) && !isRunning(grandchild));
		await until(() => !isRunning(watchdog.pid ?? 0));
		expect(isRunning(forgotten)).toBe(true);
	});
});

describe("watchdog", () => {
	test("ends with an agent that ends", async () => {
		const file = notes();
		const agent = runAgent([process.execPath, RECORDER, file]);
		await noted(file, "ready");
		const [watchdog = 0] = watchdogsOf(agent.pid);
		expect(isRunning(watchdog)).toBe(true);

		agent.write("exit 0\n");

		expect(await agent.ended).toBe(0);
		await until(() => !isRunning(watchdog));
	});

	test("gets no secret, no terminal, and none of the child's pipes", async () => {
		const file = notes();
		const agent = runAgent([process.execPath, RECORDER, file], { env: { VAULT_TOKEN: SECRET } });
		await noted(file, "ready");
		const [watchdog = 0] = watchdogsOf(agent.pid);

		const [environ, cmdline, stat] = ["environ", "cmdline", "stat"].map((name) =>
			readFileSync(`/proc/${watchdog}/${name}`, "latin1"),
		);

		expect(environ?.split("\0").filter((entry) => entry !== "")).toEqual([`PATH=${process.env["PATH"]}`]);
		expect(cmdline).not.toContain(SECRET);
		const session = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[3];
		expect(Number(session)).toBe(watchdog);
		process.kill(agent.pid, "SIGTERM");
		expect(await agent.ended).toBe(0);
		await until(() => agent.process.stdout?.closed === true);
	});

	test("is not ended by what may hit the agent's neighbours", async () => {
		const file = notes();
		const agent = runAgent([process.execPath, RECORDER, file]);
		const child = await pidNoted(file, "ready");
		const [watchdog = 0] = watchdogsOf(agent.pid);

		for (const name of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) process.kill(watchdog, name);
		process.kill(agent.pid, "SIGKILL");

		await until(() => !isRunning(child) && !isRunning(watchdog));
		expect(linesOf(file)).toContain("SIGTERM");
	});
});
