import { spawn } from "node:child_process";
import { readFileSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { runAgent, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { openVault } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const MISSING = `{{#secret "${OPENAI}"}}{{none}}{{/secret}}`;

/** A config that renders one secret, and what else it says. */
async function scene(more: object) {
	const vault = await openVault();
	vault.put(OPENAI, { api_key: "sk-planted-one" });
	const place = folder();
	const config = configIn(place, vault, {
		auto_auth: { method: "approle", config: { role_id: vault.roleId, secret_id: vault.secretId } },
		templates: [
			{ contents: `{{#secret "${OPENAI}"}}K={{api_key}}\n{{/secret}}`, destination: "out/key.env" },
		],
		...more,
	});
	const start = (...flags: readonly string[]) =>
		startAgent(["start", "-c", config, "--log-format", "json", ...flags]);
	return { vault, place, config, start };
}

interface Line {
	readonly event: string;
}

const lastOf = (text: string) => JSON.parse(text.trimEnd().split("\n").at(-1) ?? "") as Line;

const eventsIn = (text: string) =>
	text
		.trimEnd()
		.split("\n")
		.map((line) => (JSON.parse(line) as Line).event);

describe("the file with the process id", () => {
	test("is there while the agent runs, and for its user alone", async () => {
		const { place, start } = await scene({ pid_file: "run/agent.pid" });
		const agent = start();
		await agent.logged("rendered");

		const text = readFileSync(place.at("run/agent.pid"), "utf8");
		const { mode } = statSync(place.at("run/agent.pid"));
		agent.signal("SIGTERM");

		expect([text, mode & 0o7777]).toEqual([`${agent.pid}\n`, 0o600]);
		expect(await agent.ended).toBe(0);
		expect(place.entries("run")).toEqual([]);
	});

	test.each([
		["did its work once", 0, {}],
		["failed", 4, { templates: [{ contents: MISSING, destination: "o.env" }] }],
	])("is gone when the agent %s", async (_, code, more) => {
		const { place, start } = await scene({ pid_file: "run/agent.pid", ...more });
		place.write("run/other", "");

		expect(await start("--exit-after-auth").ended).toBe(code);
		expect(place.entries("run")).toEqual(["other"]);
	});

	test("of an agent that still runs is said, and that of a later one is left to it", async () => {
		const { place, start } = await scene({ pid_file: "agent.pid" });
		const other = spawn("sleep", ["60"]);
		onTestFinished(() => void other.kill());
		place.write("agent.pid", `${other.pid}\n`);
		const agent = start();
		await agent.logged("rendered");

		place.write("agent.pid", `${other.pid}\n`);
		agent.signal("SIGTERM");
		await agent.ended;

		expect(agent.log().find(({ event }) => event === "pid file")).toMatchObject({
			level: "warn",
			pid: other.pid,
		});
		expect(readFileSync(place.at("agent.pid"), "utf8")).toBe(`${other.pid}\n`);
	});

	test("that is left of one that died is replaced without a word", async () => {
		const { place, start } = await scene({ pid_file: "agent.pid" });
		place.write("agent.pid", "4194304\n"); // beyond pid_max
		const agent = start();
		await agent.logged("rendered");

		expect(readFileSync(place.at("agent.pid"), "utf8")).toBe(`${agent.pid}\n`);
		expect(agent.log().filter(({ event }) => event === "pid file")).toEqual([]);
	});

	test("is not written through a link", async () => {
		const { place, config } = await scene({ pid_file: "agent.pid" });
		place.write("elsewhere", "mine\n");
		symlinkSync(place.at("elsewhere"), place.at("agent.pid"));

		const { code, stderr } = await runAgent(["start", "-c", config, "--exit-after-auth"]);

		expect([code, readFileSync(place.at("elsewhere"), "utf8")]).toEqual([6, "mine\n"]);
		expect(stderr).toContain("agent.pid");
	});

	test("is not read through a link, which may lead to what has no end", async () => {
		const { place, config } = await scene({ pid_file: "agent.pid" });
		symlinkSync("/dev/zero", place.at("agent.pid"));

		const { code, stderr } = await runAgent(["start", "-c", config, "--exit-after-auth"]);

		expect(code).toBe(6);
		expect(stderr).toContain("E_DESTINATION");
	});
});

describe("the log's own file", () => {
	test("gets the lines of stderr, one run after the other, and no secret", async () => {
		const { place, config } = await scene({ log: { file: "agent.log", level: "trace" } });

		const first = await runAgent(["start", "-c", config, "--exit-after-auth", "--log-format", "json"]);
		const second = await runAgent(["start", "-c", config, "--exit-after-auth", "--log-format", "json"]);

		const text = readFileSync(place.at("agent.log"), "utf8");
		expect(text).toBe(first.stderr + second.stderr);
		expect(eventsIn(text)).toContain("rendered");
		expect(text).not.toContain("sk-planted-one");
		expect(statSync(place.at("agent.log")).mode & 0o7777).toBe(0o600);
	});

	test("ends with what the agent has failed for", async () => {
		const { place, config, vault } = await scene({ log: { file: "agent.log" } });
		await vault.send("DELETE", OPENAI);

		const { code, stderr } = await runAgent(["start", "-c", config, "--exit-after-auth"]);

		const last = lastOf(readFileSync(place.at("agent.log"), "utf8"));
		expect(last).toMatchObject({ level: "error", event: "failed", exit: code });
		expect({ ...last, time: "" }).toEqual({ ...lastOf(stderr), time: "" });
	});

	test("has the date where lines are for people", async () => {
		const { place, config } = await scene({ log: { file: "agent.log", format: "pretty" } });

		await runAgent(["start", "-c", config, "--exit-after-auth"]);

		const lines = readFileSync(place.at("agent.log"), "utf8").trimEnd().split("\n");
		expect(lines.find((line) => line.includes("rendered"))).toMatch(
			/^\d{4}-\d\d-\d\dT[\d:.]+Z info {2}rendered {5}generation 1: /,
		);
	});

	test("is opened again at SIGHUP, where a folder alone is given too", async () => {
		const { place, start } = await scene({ log: { file: "logs/" } });
		place.write("logs/notes", "");
		const agent = start();
		await agent.logged("rendered");
		renameSync(place.at("logs/agent.log"), place.at("logs/agent.log.1"));

		agent.signal("SIGHUP");
		await agent.logged("reload");
		agent.signal("SIGHUP");

		await eventually(() =>
			expect(eventsIn(readFileSync(place.at("logs/agent.log"), "utf8"))).toContain("reload"),
		);
		expect(eventsIn(readFileSync(place.at("logs/agent.log.1"), "utf8"))).toContain("rendered");
	});

	test("that cannot be written is said once, and the agent goes on", async () => {
		const { place, config } = await scene({ log: { file: "none/agent.log" } });

		const { code, log } = await runAgent([
			"start",
			"-c",
			config,
			"--exit-after-auth",
			"--log-format",
			"json",
		]);

		const said = log.filter(({ event }) => event === "log file");
		expect(code).toBe(0);
		expect(said.map(({ level, reason }) => [level, reason])).toEqual([["warn", "ENOENT"]]);
		rmSync(place.at("out"), { recursive: true });
	});

	test("changes with the config", async () => {
		const { place, start, config } = await scene({ log: { file: "one.log" } });
		const agent = start();
		await agent.logged("rendered");

		const text = readFileSync(config, "utf8").replace("one.log", "two.log");
		place.write("agent.yaml", text);
		agent.signal("SIGHUP");

		await eventually(() => expect(eventsIn(readFileSync(place.at("two.log"), "utf8"))).toContain("reload"));
	});
});
