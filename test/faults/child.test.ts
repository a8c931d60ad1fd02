import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { CHILD, noted, notesIn, started, startsIn } from "../support/child-notes.ts";
import { isAlive } from "../support/processes.ts";
import { childScene, OPENAI, until } from "./child-scene.ts";

describe("a child that dies in a loop", () => {
	test("is started with growing pauses, shows as crash-loop, and is up again as soon as it can live", async () => {
		const { place, notes, start, status } = await childScene();
		const script = `echo "start $$ $KEY" >>${notes}; test -e ${place.at("go")} || exit 7; exec sleep 1000`;
		const agent = start({ command: ["sh", "-c", script], restart_on_exit: "on-failure" });

		await until("a crash loop", async () => (await status()).child?.state === "crash-loop");
		const during = await status();
		const pauses = agent.log().filter(({ kind }) => kind === "backing-off");
		place.write("go", "");
		await until("the child is up", async () => (await status()).ready);

		expect(during).toMatchObject({ state: "degraded", ready: false });
		expect(startsIn(notes).length).toBeLessThanOrEqual(pauses.length + 2);
		expect(pauses.map(({ attempt }) => attempt)).toEqual(pauses.map((_, index) => index));
	});
});

describe("a child that is being stopped for new values", () => {
	const lingering = (notes: string) =>
		`trap 'echo asked >>${notes}' TERM; echo "start $$ $KEY" >>${notes}; while :; do sleep 0.05; done`;

	test("and killed by somebody else meanwhile is no end of the agent: the next one has the new values", async () => {
		const { notes, start, rotate } = await childScene();
		const agent = start({ command: ["sh", "-c", lingering(notes)], stop_timeout: "30s" });
		const { pid } = await started(notes);
		rotate("sk-2");
		await noted(notes, "asked");

		process.kill(pid, "SIGKILL");

		expect((await started(notes, 2)).key).toBe("sk-2");
		expect(agent.isRunning()).toBe(true);
		expect(agent.log().filter(({ level }) => level === "error")).toEqual([]);
	});

	test("and again for newer ones is followed by one child, with the newest", async () => {
		const { notes, start, rotate } = await childScene();
		const agent = start({ command: ["sh", "-c", lingering(notes)], stop_timeout: "3s" });
		await started(notes);
		rotate("sk-2");
		await noted(notes, "asked");
		rotate("sk-3");
		await agent.logged("rendered", ({ generation }) => generation === 3);

		await started(notes, 2);

		expect(startsIn(notes).map(({ key }) => key)).toEqual(["sk-1", "sk-3"]);
	});
});

test("a child that was stopped by SIGSTOP makes room for new values all the same", async () => {
	const { notes, start, rotate } = await childScene();
	start({ command: ["sh", CHILD, notes], stop_timeout: "30s" });
	const { pid } = await started(notes);
	process.kill(pid, "SIGSTOP");

	rotate("sk-2");

	expect((await started(notes, 2)).key).toBe("sk-2");
	expect(notesIn(notes)).toContain("SIGTERM");
	expect(isAlive(pid)).toBe(false);
});

test("fifty HUPs in a second make one reload, no restart and no signal for the child", async () => {
	const { vault, notes, start, rotate } = await childScene();
	const agent = start({ command: ["sh", CHILD, notes] }, { poll_interval: "1h" });
	await started(notes);
	const before = vault.count(OPENAI);

	for (let n = 0; n < 50; n++) {
		agent.signal("SIGHUP");
		await delay(20);
	}
	const reloads = () => agent.log().filter(({ event }) => event === "reload").length;
	await agent.logged("reload");
	const reads = vault.count(OPENAI) - before;
	rotate("sk-2");
	agent.signal("SIGHUP");
	await started(notes, 2);
	await until("the second answer", () => reloads() >= 2);

	expect(reloads()).toBe(2);
	expect(reads).toBeLessThanOrEqual(1);
	expect(notesIn(notes).filter((line) => line.startsWith("SIG"))).toEqual(["SIGTERM"]);
});
