import { readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { type AgentOptions, runAgent, SOON_MS, startAgent } from "../support/agent-process.ts";
import { CHILD, noted, notesIn, started } from "../support/child-notes.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { environOf, isAlive, processes, processesWith } from "../support/processes.ts";
import { openVault } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const ENV = ["--env", `KEY=${OPENAI}#api_key`];

async function scene() {
	const vault = await openVault();
	vault.put(OPENAI, { api_key: "sk-planted-key" });
	const place = folder();
	const notes = place.at("notes");
	const run = (command: readonly string[], options: AgentOptions = {}) =>
		startAgent(["run", ...ENV, "--", ...command], { ...options, env: { ...vault.env, ...options.env } });
	return { vault, place, notes, run };
}

/** Waits until nothing is left that has the word on its command line, and no watchdog of the agent. */
async function nothingLeft(word: string, agent: number, withinMs = 10_000): Promise<void> {
	const probe = () => {
		const left = [...processesWith(word), ...processes().filter(({ parent }) => parent === agent)];
		expect(left.map(({ command }) => command)).toEqual([]);
	};
	await eventually(probe, { withinMs });
}

test.each([0, 1, 2, 7, 126, 255])("the child's exit code %i is the agent's", async (code) => {
	const { run } = await scene();

	expect(await run(["sh", "-c", `exit ${code}`]).ended).toBe(code);
});

test.each([
	["TERM", 143],
	["KILL", 137],
	["SEGV", 139],
	["USR1", 138],
])("a child ended by SIG%s makes it %i", async (name, code) => {
	const { run } = await scene();

	expect(await run(["sh", "-c", `ulimit -c 0; kill -${name} $$; sleep 9`]).ended).toBe(code);
});

test.each([
	["SIGTERM", 0],
	["SIGINT", 0],
] as const)(
	"%s reaches the child exactly once, and the agent ends with the child's code",
	async (name, code) => {
		const { notes, run } = await scene();
		const agent = run(["sh", CHILD, notes]);
		await started(notes);

		agent.signal(name);

		expect(await agent.ended).toBe(code);
		expect(notesIn(notes).slice(1)).toEqual([name]);
	},
);

test("SIGUSR1, SIGUSR2 and SIGQUIT are the child's", async () => {
	const { notes, run } = await scene();
	const agent = run(["sh", CHILD, notes]);
	await started(notes);

	for (const name of ["SIGUSR1", "SIGUSR2", "SIGQUIT"] as const) {
		agent.signal(name);
		await noted(notes, name);
	}

	expect(notesIn(notes).slice(1)).toEqual(["SIGUSR1", "SIGUSR2", "SIGQUIT"]);
	expect(agent.isRunning()).toBe(true);
});

test("a child that ignores SIGTERM is killed after stop_timeout, its grandchildren with it", async () => {
	const { vault, place, run } = await scene();
	const notes = place.at("notes");
	const config = place.write("agent.yaml", '{"exec": {"stop_timeout": "300ms"}}');
	const stubborn = `trap "" TERM; (trap "" TERM; while :; do sleep 0.1; done) & echo "start $$ x" >>${notes}; wait`;
	const agent = run(["sh", "-c", stubborn], { env: { ...vault.env, AGENT_CONFIG: config } });
	await started(notes);

	agent.signal("SIGTERM");

	expect(await agent.ended).toBe(137);
	await nothingLeft(place.path, agent.pid);
});

test("kill -9 of the agent leaves no child, no grandchild and no watchdog", async () => {
	const { place, notes, run } = await scene();
	const agent = run(["sh", "-c", `sh ${CHILD} ${notes} & wait`]);
	const { pid } = await started(notes);
	const watchdogs = processes().filter(
		({ parent, command }) => parent === agent.pid && command.includes("keyturn-watchdog"),
	);
	expect(watchdogs.length).toBe(1);

	agent.signal("SIGKILL");
	await nothingLeft(place.path, agent.pid);

	expect(isAlive(pid)).toBe(false);
	await eventually(() => expect(watchdogs.filter((watchdog) => isAlive(watchdog.pid))).toEqual([]));
});

test("kill -9 just after the child's start leaves none either", async () => {
	const { place, run } = await scene();
	const left: string[] = [];

	for (let attempt = 0; attempt < 10; attempt++) {
		const notes = place.at(`notes-${attempt}`);
		const agent = run(["sh", CHILD, notes]);
		await new Promise<void>((resolve) => {
			const looking = setInterval(() => {
				if (notesIn(notes).length === 0) return;
				clearInterval(looking);
				agent.signal("SIGKILL");
				resolve();
			}, 1);
		});
		// The watchdog asks nicely at once; the fixture ends at once.
		await nothingLeft(notes, agent.pid, 1500).catch(() => left.push(`attempt ${attempt}`));
	}

	expect(left).toEqual([]);
});

test("the agent's end leaves no process, whatever the child has left behind", async () => {
	const { place, run } = await scene();
	const left = `while test -d ${place.path}; do sleep 0.05; done`;

	const agent = run(["sh", "-c", `(trap "" HUP; ${left}) >/dev/null 2>&1 & sleep 0.2; exit 3`]);
	const mine = await eventually(() => {
		const found = processes().filter(({ parent }) => parent === agent.pid);
		expect(found.length).toBe(2); // child and watchdog
		return found;
	});

	expect(await agent.ended).toBe(3);
	await nothingLeft(place.path, agent.pid);
	await eventually(() => expect(mine.filter(({ pid }) => isAlive(pid))).toEqual([]));
});

test("neither token nor secret id are in the environment of the child, of its watchdog or on any command line", async () => {
	const { vault, notes, run } = await scene();
	const agent = run(["sh", CHILD, notes], { env: { VAULT_TOKEN: vault.server.rootToken, PASSED: "on" } });
	const { pid } = await started(notes);

	const environs = processes()
		.filter(({ parent }) => parent === agent.pid)
		.map((entry) => environOf(entry.pid));
	expect(environs.length).toBe(2);
	const secrets = [vault.secretId, vault.roleId, vault.server.rootToken, "VAULT_TOKEN", "VAULT_SECRET_ID"];
	for (const text of [...environs, ...processes().map(({ command }) => command)]) {
		for (const secret of secrets) expect(text).not.toContain(secret);
	}
	expect(environOf(pid)).toContain("PASSED=on");
	expect(environOf(pid)).toContain("KEY=sk-planted-key");
	expect(environOf(pid)).toContain("VAULT_ADDR=");
});

test("inherit_env as a list passes these names alone, and a credential when it is named", async () => {
	const { vault, place, notes } = await scene();
	const config = place.write(
		"agent.yaml",
		JSON.stringify({
			exec: { command: ["sh", CHILD, notes], inherit_env: ["PATH", "VAULT_SECRET_ID"] },
			env: { KEY: `${OPENAI}#api_key` },
		}),
	);
	startAgent(["start", "-c", config], { env: { ...vault.env, OTHER: "x" } });
	const { pid } = await started(notes);

	const names = environOf(pid)
		.split("\0")
		.map((entry) => entry.split("=")[0]);
	expect(new Set(names.filter(Boolean))).toEqual(
		new Set(["KEY", "KEYTURN_CHILD", "PATH", "VAULT_SECRET_ID"]),
	);
});

test("standard input, output and error are the child's own", async () => {
	const { run } = await scene();

	const agent = run(["sh", "-c", "echo out; echo err >&2"]);

	expect(await agent.ended).toBe(0);
	expect(agent.stdout()).toBe("out\n");
	expect(agent.stderr().split("\n")).toContain("err");
});

test.each([
	["no-such-program-here", 127, "no such program"],
	["/etc/passwd", 126, "permission denied"],
	["/tmp", 126, "permission denied"],
])("%s cannot be started: %i, with a remedy", async (program, code, reason) => {
	const { run } = await scene();

	const agent = run([program]);

	expect(await agent.ended).toBe(code);
	expect(agent.log().at(-1)).toMatchObject({
		event: "failed",
		msg: `Cannot start "${program}": ${reason}`,
		code: "E_CHILD_START",
		exit: code,
		in: "exec.command",
		do: expect.any(String) as string,
	});
});

test("restart_on_exit starts a child again that failed", async () => {
	const { vault, place, notes } = await scene();
	const command = ["sh", "-c", `echo "start $$ $KEY" >>${notes}; test -e ${place.at("go")} || exit 4`];
	const config = place.write(
		"agent.yaml",
		JSON.stringify({ exec: { command, restart_on_exit: "on-failure", start_grace: "10ms" } }),
	);

	const agent = startAgent(["start", "-c", config], { env: vault.env });
	await started(notes, 2);
	place.write("go", "");

	expect(await agent.ended).toBe(0);
	expect(agent.log().some(({ kind }) => kind === "backing-off")).toBe(true);
});

test("a child that ends at once leaves no scratch file and no notice beside its files", async () => {
	const { vault, place } = await scene();
	place.write("key.hbs", `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`);
	const names = Array.from({ length: 8 }, (_, index) => `${index}.env`);
	const templates = names.flatMap((name) => ["--template", `key.hbs:out/${name}`]);

	const { code } = await runAgent(["run", ...templates, "--", "true"], { env: vault.env, cwd: place.path });

	expect(code).toBe(0);
	expect(place.entries("out")).toEqual(names);
});

test("the child does not start before every required secret stands", async () => {
	const { vault, notes } = await scene();
	const lift = vault.server.faults.add({ kind: "delay", ms: 400 }, { path: "secret/data/llm/late" });
	onTestFinished(lift);
	vault.put("secret/data/llm/late", { key: "late" });
	const args = [
		...ENV,
		"--env",
		"LATE=secret/data/llm/late#key",
		"--",
		"sh",
		"-c",
		`echo "start $$ $KEY $LATE" >${notes}`,
	];

	const { code } = await runAgent(["run", ...args], { env: vault.env });

	expect(code).toBe(0);
	expect(readFileSync(notes, "utf8")).toMatch(/^start \d+ sk-planted-key late\n$/);
});

test.each(["SIGTERM", "SIGINT"] as const)(
	"%s ends an agent at once while its server takes requests and answers nothing",
	async (name) => {
		const { vault, notes, run } = await scene();
		vault.server.faults.add({ kind: "stall" });
		const agent = run(["sh", CHILD, notes]);
		await eventually(() => expect(vault.count("auth/approle/login")).toBe(1));
		const asked = performance.now();

		agent.signal(name);
		await agent.ended;

		expect(performance.now() - asked).toBeLessThan(SOON_MS);
		expect(notesIn(notes)).toEqual([]);
	},
);

test("SIGTERM ends a supervising agent at once while a read hangs", async () => {
	const { vault, notes } = await scene();
	const agent = startAgent(["run", "--poll-interval", "1s", ...ENV, "--", "sh", CHILD, notes], {
		env: vault.env,
	});
	await started(notes);
	vault.server.faults.add({ kind: "stall" });
	const seen = vault.count(OPENAI);
	await eventually(() => expect(vault.count(OPENAI)).toBeGreaterThan(seen));
	const asked = performance.now();

	agent.signal("SIGTERM");

	expect(await agent.ended).toBe(0);
	expect(performance.now() - asked).toBeLessThan(SOON_MS);
});
