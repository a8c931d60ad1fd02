import { describe, expect, test } from "vitest";
import { systemNotices } from "../../src/cli/serve/notices.ts";
import { AgentError, Redactor, systemClock } from "../../src/kernel/mod.ts";
import { RecordingLog } from "../support/recording-log.ts";

function scene() {
	const log = new RecordingLog();
	const redactor = new Redactor();
	const environmentOf = () => ({ PATH: process.env["PATH"] ?? "" });
	const notices = systemNotices({ environmentOf, redactor, log, clock: systemClock });
	const run = async (command: readonly string[], timeoutMs = 20_000) =>
		await notices.run({ kind: "command", command, timeoutMs }, new AbortController().signal);
	const failure = async (command: readonly string[], timeoutMs?: number) => {
		const error = await run(command, timeoutMs).catch((thrown: unknown) => thrown);
		if (!(error instanceof AgentError)) throw new RangeError("Cannot compare: the command has not failed");
		return error;
	};
	return { log, redactor, run, failure };
}

describe("a command that failed", () => {
	test("is told of with its text and what it said last", async () => {
		const { failure } = scene();
		const text = "echo on its way; echo first >&2; printf 'no such gateway' >&2; exit 4";

		const error = await failure(["sh", "-c", text]);

		expect(error.message).toBe("sh failed: exit 4");
		expect(error.rows).toMatchObject({ run: text, said: "first\nno such gateway" });
	});

	test("has the words of a list with blanks between them", async () => {
		const { failure } = scene();

		const error = await failure(["ls", "/nowhere at all"]);

		expect(error.message).toMatch(/^ls failed: exit \d$/);
		expect(error.rows).toMatchObject({
			run: "ls '/nowhere at all'",
			said: expect.stringContaining("nowhere"),
		});
	});

	test("is told of with its last lines alone, however much it said", async () => {
		const { failure } = scene();
		const text = "i=0; while [ $i -lt 3000 ]; do echo line $i >&2; i=$((i+1)); done; exit 1";

		const { rows } = await failure(["sh", "-c", text]);

		expect(rows["said"]?.split("\n")).toEqual(Array.from({ length: 10 }, (_, at) => `line ${2990 + at}`));
	});

	test("is told of without a secret, were it cut in two by the bound, and without what a terminal acts upon", async () => {
		const { failure, redactor } = scene();
		const secret = "planted-".repeat(400);
		redactor.hide(secret);

		const { rows } = await failure(["sh", "-c", `printf '\\033[2Jkey %s\\n' ${secret} >&2; exit 1`]);

		expect(rows["said"]).toBe("\\u{1b}[2Jkey [redacted]");
	});

	test("is told of without a line that has no end", async () => {
		const { failure } = scene();

		const { rows } = await failure(["sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x >&2; exit 1"]);

		expect(rows["said"]).toBe("[a line of more than 16384 letters]");
	});

	test("is told of when it took too long, and what it has started ends with it", async () => {
		const { failure } = scene();

		const error = await failure(["sh", "-c", "echo waits >&2; sleep 300 & wait"], 500);

		expect(error.message).toMatch(/failed: not done within 500 ms$/);
		expect(error.rows).toMatchObject({ said: "waits" });
	});

	test("that is not there has said nothing", async () => {
		const { failure } = scene();

		const error = await failure(["no-such-program"]);

		expect(error.message).toBe("no-such-program failed: ENOENT");
		expect(error.rows).not.toHaveProperty("said");
	});
});

describe("a command", () => {
	test("has a line of the log for each of its own, for who looks closely", async () => {
		const { log, run } = scene();

		await run(["sh", "-c", "echo out; echo err >&2"]);

		const lines = log.linesOf("command").map(({ level, msg, stream }) => [level, msg, stream]);
		expect(lines).toHaveLength(2);
		expect(lines).toContainEqual(["debug", "sh: out", "stdout"]);
		expect(lines).toContainEqual(["debug", "sh: err", "stderr"]);
	});

	test("is done when it ends, though what it has left behind still holds its output, and lives on", async () => {
		const { run, log } = scene();
		const begun = systemClock.now();

		await run(["sh", "-c", "echo $$; (sleep 5; echo late) & exit 0"], 20_000);

		expect(systemClock.now() - begun).toBeLessThan(4000);
		const group = Number(log.of("command")[0]?.replace("sh: ", ""));
		expect(process.kill(-group, "SIGKILL")).toBe(true);
	});
});
