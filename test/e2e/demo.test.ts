import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { eventually } from "../support/eventually.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const PATH = [dirname(process.execPath), "/usr/bin", "/bin"];
const MARK = "KEYTURN_DEMO_TEST";
const SECRETS = /^(?:VAULT_ROLE_ID|VAULT_SECRET_ID|OPENAI_API_KEY)=(?<value>.+)$/;

/** What the demo's keys, Vault's tokens and AppRole's ids look like. */
const SECRET_LIKE = /sk-demo|\b(?:hv)?[sb]\.[\w-]{16}|\b[0-9a-f]{8}-[0-9a-f]{4}-/;

/** A process of the demo's and what it was started with. */
interface Found {
	readonly pid: number;
	readonly environment: readonly string[];
}

/** The demo as a process without a terminal; what it starts carries the same mark. */
function startDemo(args: readonly string[], path: readonly string[] = PATH) {
	const mark = `${MARK}=${randomUUID()}`;
	const folder = mkdtempSync(join(tmpdir(), "keyturn-demo-test-"));
	const startedAt = performance.now();
	const child = spawn(process.execPath, [join(ROOT, "dev", "demo", "demo.ts"), ...args], {
		stdio: ["ignore", "pipe", "pipe"],
		env: {
			PATH: path.join(delimiter),
			TMPDIR: folder,
			[MARK]: mark.slice(MARK.length + 1),
		},
	});
	onTestFinished(() => {
		for (const { pid } of marked(mark)) process.kill(pid, "SIGKILL");
		rmSync(folder, { recursive: true, force: true });
	});
	let printed = "";
	for (const stream of [child.stdout, child.stderr]) {
		stream.on("data", (chunk: Buffer) => (printed += chunk.toString()));
	}
	const ended = new Promise<{ code: number; tookMs: number }>((resolve) => {
		child.once("close", (code, signal) => {
			const number = code ?? 128 + constants.signals[signal ?? "SIGKILL"];
			resolve({ code: number, tookMs: performance.now() - startedAt });
		});
	});
	const shows = (text: string) => eventually(() => expect(printed).toContain(text), { withinMs: 25_000 });
	return { child, mark, ended, shows, printed: () => printed, left: () => readdirSync(folder) };
}

/** Every process with the mark. */
function marked(mark: string): Found[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.flatMap((name) => {
			try {
				const environment = readFileSync(`/proc/${name}/environ`, "utf8").split("\0");
				return environment.includes(mark) ? [{ pid: Number(name), environment }] : [];
			} catch {
				return []; // it has ended, or is not ours
			}
		});
}

function secretsOf(processes: readonly Found[]): string[] {
	return processes
		.flatMap(({ environment }) => environment)
		.flatMap((entry) => SECRETS.exec(entry)?.groups?.["value"] ?? []);
}

const TIME_LINE = [
	/^keyturn demo: an LLM gateway gets a new key and never stops answering$/m,
	/^ {2}✔ Vault-compatible server on 127\.0\.0\.1:\d+ \(embedded, for development\)$/m,
	/^ {2}✔ secret\/data\/llm\/openai v1, AppRole "gateway" that may read it$/m,
	/^ {2}✔ agent logged in, gateway serving with key …[0-9a-f]{4}$/m,
	/^ +\d\.\d s {2}the key is rotated in the server$/m,
	/^ +\d\.\d s {2}the agent has seen it$/m,
	/^ +\d\.\d s {2}key …[0-9a-f]{4} is served$/m,
	/^ {2}requests {2}[▁-▇× ]+ {2}\d{3} answered, 0 failed$/m,
	/^ {2}key {7}…[0-9a-f]{4} ─+┤ …[0-9a-f]{4} ─+$/m,
	/└ rotated at \d\.\d s, seen \d\.\d s later,/,
	/served \d\.\d s later$/m,
	/^ {2}rolling hand-over; no request failed, longest time without an answer \d\.\d\d s$/m,
	/^ {2}rotation seen after \d\.\d s, new key served after \d\.\d s$/m,
	/^ {2}\d+ requests to Vault: 1 login, \d+ reads$/m,
];

test("the demo shows a rotation, ends by itself with 0, leaks nothing and leaves nothing behind", async () => {
	const demo = startDemo([]);
	await demo.shows("requests flow");
	const secrets = new Set(secretsOf(marked(demo.mark)));
	await demo.shows("is served");
	for (const secret of secretsOf(marked(demo.mark))) secrets.add(secret);
	const { code, tookMs } = await demo.ended;

	expect({ code, printed: demo.printed() }).toMatchObject({ code: 0 });
	expect(tookMs).toBeLessThan(30_000);
	for (const line of TIME_LINE) expect(demo.printed()).toMatch(line);
	expect(secrets.size).toBe(4); // role id, secret id and both keys
	for (const secret of secrets) expect(demo.printed()).not.toContain(secret);
	expect(demo.printed()).not.toMatch(SECRET_LIKE);
	expect(demo.printed()).not.toContain("\x1b");
	await eventually(() => expect(marked(demo.mark)).toEqual([]), { withinMs: 1000 });
	expect(demo.left()).toEqual([]);
});

test("the demo stays up with --keep, for a rotation by hand with the commands it prints", async () => {
	const demo = startDemo(["--keep"]);
	await demo.shows("Ctrl-C ends it");
	const commands = demo
		.printed()
		.split("\n")
		.filter((line) => /^ +(?:\. |curl |-d )/.test(line));

	const answer = execFileSync("sh", ["-ec", commands.join("\n")], { encoding: "utf8", stdio: "pipe" });
	await demo.shows("v2 → v3");
	demo.child.kill("SIGINT");

	expect(JSON.parse(answer)).toMatchObject({ data: { version: 3 } });
	expect((await demo.ended).code).toBe(0);
	expect(demo.printed()).not.toMatch(SECRET_LIKE);
	await eventually(() => expect(marked(demo.mark)).toEqual([]), { withinMs: 1000 });
	expect(demo.left()).toEqual([]);
});

test("the demo takes everything along when it is interrupted", async () => {
	const demo = startDemo([]);
	await demo.shows("requests flow");
	expect(marked(demo.mark).length).toBeGreaterThanOrEqual(3); // itself, the agent and the gateway

	demo.child.kill("SIGINT");

	expect((await demo.ended).code).toBe(130);
	await eventually(() => expect(marked(demo.mark)).toEqual([]), { withinMs: 1000 });
	expect(demo.left()).toEqual([]);
});

test("the demo ends with 1 and the reason when the agent dies in the middle of it", async () => {
	const demo = startDemo([]);
	await demo.shows("requests flow");
	const agent = marked(demo.mark).find((found) => secretsOf([found]).length === 2);

	process.kill(agent?.pid ?? 0, "SIGKILL");

	expect((await demo.ended).code).toBe(1);
	expect(demo.printed()).toMatch(/✘ the agent was ended by SIGKILL in the middle of it$/m);
	await eventually(() => expect(marked(demo.mark)).toEqual([]));
});

test("the demo says when the server it shall use is not there", async () => {
	const demo = startDemo(["--server", "vault"], ["/nonexistent"]);

	expect((await demo.ended).code).toBe(1);
	expect(demo.printed()).toContain("✘ there is no vault on PATH; install it, or leave --server out");
	expect(demo.left()).toEqual([]);
});

test("the demo prints its flags, and ends with 2 for one that it does not know", async () => {
	const help = startDemo(["--help"]);
	expect((await help.ended).code).toBe(0);
	expect(help.printed()).toContain("--keep");

	const wrong = startDemo(["--keeps"]);
	expect((await wrong.ended).code).toBe(2);
	expect(wrong.printed()).toContain("error: Unknown option '--keeps'");
});
