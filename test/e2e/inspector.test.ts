import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type AgentOptions, type AgentProcess, startAgent } from "../support/agent-process.ts";
import { CHILD, noted, started } from "../support/child-notes.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { listeningPorts } from "../support/sockets.ts";
import { openVault, type Vault } from "../support/vault.ts";

const RUN = ["run", "--env", "KEY=secret/data/llm/openai#api_key", "--"];
const STARTS = 30;

async function vaultWithKey(): Promise<Vault> {
	const vault = await openVault();
	vault.put("secret/data/llm/openai", { api_key: "sk-1" });
	return vault;
}

/** Starts the agent and signals it after so many milliseconds; waits until it supervises, or has died of it. */
async function signalledEarly(
	vault: Vault,
	afterMs: number,
	options: AgentOptions = {},
): Promise<AgentProcess> {
	const agent = startAgent([...RUN, "sleep", "60"], { env: vault.env, ...options });
	const end = performance.now() + afterMs;
	while (performance.now() < end); // a timer is too coarse here
	agent.signal("SIGUSR1");
	await eventually(() => {
		const stands = !agent.isRunning() || agent.log().some(({ kind }) => kind === "started");
		if (!stands) throw new Error(`neither up nor ended: ${agent.stderr()}`);
	});
	return agent;
}

test("SIGUSR1 in the first milliseconds leaves no inspector open", async () => {
	const vault = await vaultWithKey();
	const open: string[] = [];

	for (let start = 0; start < STARTS; start++) {
		const afterMs = start * 2;
		const agent = await signalledEarly(vault, afterMs);
		// One that died before Node listened to signals has opened nothing.
		const ports = agent.isRunning() ? listeningPorts(agent.pid) : [];
		if (ports.length > 0) open.push(`${afterMs} ms: ${ports.join(", ")}`);
		agent.signal("SIGKILL");
		await agent.ended;
	}

	expect(open).toEqual([]);
});

test("with --disable-sigusr1 it is not even opened for a moment", async () => {
	const vault = await vaultWithKey();
	const opened: number[] = [];

	for (let afterMs = 0; afterMs < 60; afterMs += 5) {
		const agent = await signalledEarly(vault, afterMs, { nodeFlags: ["--disable-sigusr1"] });
		agent.signal("SIGKILL");
		await agent.ended;
		if (agent.stderr().includes("Debugger listening")) opened.push(afterMs);
	}

	expect(opened).toEqual([]);
});

test("SIGUSR1 later on is the child's, and opens nothing", async () => {
	const vault = await vaultWithKey();
	const notes = folder().at("notes");
	const agent = startAgent([...RUN, "sh", CHILD, notes], { env: vault.env });
	await started(notes);

	for (let i = 0; i < 5; i++) agent.signal("SIGUSR1");

	await noted(notes, "SIGUSR1");
	expect(listeningPorts(agent.pid)).toEqual([]);
	expect(agent.stderr()).not.toContain("Debugger");
});

test("SIGUSR1 to an agent without a child does nothing", async () => {
	const vault = await vaultWithKey();
	const place = folder();
	const contents = '{{#secret "secret/data/llm/openai"}}{{api_key}}{{/secret}}';
	const config = place.write(
		"agent.yaml",
		JSON.stringify({ templates: [{ contents, destination: "a.txt" }] }),
	);
	const agent = startAgent(["start", "-c", config], { env: vault.env });
	await agent.logged("rendered");

	agent.signal("SIGUSR1");
	vault.put("secret/data/llm/openai", { api_key: "sk-2" });
	agent.signal("SIGHUP");

	await eventually(() => expect(readFileSync(place.at("a.txt"), "utf8")).toBe("sk-2"));
	expect(listeningPorts(agent.pid)).toEqual([]);
	expect(agent.isRunning()).toBe(true);
});

test("an inspector that NODE_OPTIONS asks for is closed before anything is read", async () => {
	const vault = await vaultWithKey();
	const notes = folder().at("notes");
	const env = { ...vault.env, NODE_OPTIONS: "--inspect=127.0.0.1:0" };

	const agent = startAgent([...RUN, "sh", CHILD, notes], { env });
	await started(notes);

	expect(listeningPorts(agent.pid)).toEqual([]);
});
