import { expect, test } from "vitest";
import { agentBench, COMMAND, fileUnit, KEY_FILE, OPENAI } from "../../test/support/agent-bench.ts";
import { noSpace } from "../../test/support/memory-fs.ts";
import { AgentError } from "../kernel/mod.ts";
import { createTally, type Tally } from "../status/mod.ts";
import { countChildEvent } from "./mod.ts";

/** `name{labels} value`, one line each, in the order of the first time. */
function counted(tally: Tally): string[] {
	return tally
		.counts()
		.map(({ name, labels, value }) => `${name} ${Object.values(labels).join(" ")} ${value}`);
}

test("an agent counts what it renders, delivers and passes on, and each change", async () => {
	const { secrets, run, nextPoll, clock, tally, faults } = agentBench([
		fileUnit("/out/openai", KEY_FILE, { onChange: COMMAND }),
	]);
	secrets.put(OPENAI, { api_key: "sk-1" });
	await run();
	await clock.advance(1);

	faults.set("reload", new AgentError("exit 1", { code: "E_NOT_NOTIFIED", remedy: "retry" }));
	secrets.put(OPENAI, { api_key: "sk-2" });
	await nextPoll();
	secrets.put(OPENAI, { other: "sk-3" });
	await nextPoll();

	const lines = counted(tally);
	expect(lines).toContain("keyturn_secret_changes_total secret/data/llm/openai 2");
	expect(lines).toContain("keyturn_renders_total /out/openai done 2");
	expect(lines).toContain("keyturn_renders_total /out/openai failed 1");
	expect(lines).toContain("keyturn_deliveries_total done 2");
	expect(lines).toContain("keyturn_notifications_total command done 1");
	expect(lines.some((line) => line.startsWith("keyturn_notifications_total command failed"))).toBe(true);
});

test("a delivery that fails is counted each time", async () => {
	const { secrets, run, nextPoll, memory, tally } = agentBench([fileUnit("/out/openai", KEY_FILE)]);
	secrets.put(OPENAI, { api_key: "sk-1" });
	await run();

	memory.onWrite = noSpace;
	secrets.put(OPENAI, { api_key: "sk-2" });
	await nextPoll();

	expect(counted(tally).some((line) => line.startsWith("keyturn_deliveries_total failed"))).toBe(true);
});

test("what happens to the child is counted", () => {
	const tally = createTally();
	const exit = { code: 143, signal: "SIGTERM" } as const;

	countChildEvent({ kind: "started", generation: 1, pid: 7 }, tally);
	countChildEvent({ kind: "exited", generation: 1, pid: 7, exit, livedMs: 5, expected: true }, tally);
	countChildEvent({ kind: "put-back", from: 2, to: 1 }, tally);
	countChildEvent({ kind: "stands", generation: 1, pid: 7 }, tally);

	expect(counted(tally)).toEqual([
		"keyturn_child_starts_total  1",
		"keyturn_child_exits_total 143 true 1",
		"keyturn_child_put_backs_total  1",
	]);
});
