import { describe, expect, test } from "vitest";
import { agentBench, COMMAND, fileUnit, KEY_FILE, OPENAI } from "../support/agent-bench.ts";

const MINUTE = 60_000;
const RESTART = { kind: "restart" } as const;

/** What a machine says that a test cannot make say so, or only for all of it. */
const FAULTS = [
	["ENOSPC", "the disk is full", "free some space; it is tried again by itself"],
	["EDQUOT", "the quota is used up", "free some space, or raise the quota; it is tried again by itself"],
	["EROFS", "the file system is read-only", "mount a writable volume there, such as a memory emptyDir"],
	["EACCES", "permission denied", "let the agent's user write to that folder"],
	[
		"EIO",
		"the disk reports an I/O error",
		"look at the disk and the kernel's log; it is tried again by itself",
	],
	[
		"ENFILE",
		"the machine has too many files open",
		"find out who holds them, or raise fs.file-max; it is tried again by itself",
	],
	[
		"EMFILE",
		"the agent has too many files open",
		"raise its limit (ulimit -n, LimitNOFILE); it is tried again by itself",
	],
	["ESTALE", "the network file system has lost the folder", "mount it again; it is tried again by itself"],
	["ENOENT", "the folder is not there", "mend the folder; it is tried again by itself"],
	["EWEIRD", "EWEIRD", "mend the folder; it is tried again by itself"],
] as const;

/** A running agent with two files: of one the child is told, of the other a command. */
async function running() {
	const bench = agentBench([
		fileUnit("/out/a", KEY_FILE, { onChange: RESTART }),
		fileUnit("/out/b", KEY_FILE, { onChange: COMMAND }),
	]);
	bench.secrets.put(OPENAI, { api_key: "sk-1" });
	await bench.run();
	expect(bench.memory.hidden).toEqual([]);
	return { ...bench, inodes: () => ["/out/a", "/out/b"].map((path) => bench.memory.inode(path)) };
}

/** What the kernel answers. */
function fail(code: string): never {
	throw Object.assign(new Error(code), { code });
}

describe.each([
	["written", (path: string) => path.endsWith(".keyturn-new") && path.includes(".b.")],
	["put in place", (path: string) => path === "/out/b"],
])("a file that cannot be %s", (_what, isHit) => {
	test.each(FAULTS)("(%s) leaves everything as it was until it can", async (code, words, advice) => {
		const { clock, log, memory, nextPoll, notices, secrets, supervisor, agent, inodes } = await running();
		const told = notices.length;
		memory.onWrite = (path) => (isHit(path) ? fail(code) : undefined);

		secrets.put(OPENAI, { api_key: "sk-2" });
		await nextPoll();

		const [line] = log.linesOf("delivery failed");
		expect(line).toMatchObject({ level: "error", code: "E_DELIVERY", reason: code, do: advice });
		expect(line?.msg).toMatch(
			new RegExp(`^cannot \\w+ /out/b: ${words}; nothing is turned over, trying again in `),
		);
		expect(agent.standing.deliveryFailure).toMatchObject({ code: "E_DELIVERY", remedy: "retry" });
		const kept = { files: memory.files, inodes: inodes(), hidden: memory.hidden };
		expect(kept).toMatchObject({ files: { "/out/a": "sk-1", "/out/b": "sk-1" }, hidden: [] });

		await clock.advance(10 * MINUTE);
		const tries = log.of("delivery failed").length;
		expect(tries).toBeGreaterThan(20);
		expect(tries).toBeLessThan(70);
		expect({ files: memory.files, inodes: inodes(), hidden: memory.hidden }).toEqual(kept);
		expect([supervisor.starts.length, notices.length]).toEqual([1, told]);
		expect(secrets.reads.length).toBeLessThan(55);

		memory.onWrite = () => undefined;
		await clock.advance(31_000);
		expect(memory.files).toEqual({ "/out/a": "sk-2", "/out/b": "sk-2" });
		expect([supervisor.starts.length, notices.length]).toEqual([2, told + 1]);
		expect(memory.hidden).toEqual([]);
		expect(agent.standing.deliveryFailure).toBeUndefined();
	});
});
