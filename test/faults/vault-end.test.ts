import { createSocket } from "node:dgram";
import { copyFileSync, rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { type AgentOptions, type AgentProcess, SOON_MS, startAgent } from "../support/agent-process.ts";
import { askingFor, canMount } from "../support/constrained.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { openVault, type Vault } from "../support/vault.ts";
import { openWire } from "../support/wire.ts";

const OPENAI = "secret/data/llm/openai";
const KEY_FILE = { contents: `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`, destination: "key.env" };
const WITHOUT_DATA = {
	contents: '{{#secret "secret/llm/openai"}}K={{api_key}}{{/secret}}',
	destination: "key.env",
};

/** How long it took to end after SIGTERM, in milliseconds. */
async function endMs(agent: AgentProcess): Promise<number> {
	const from = performance.now();
	agent.signal("SIGTERM");
	expect(await agent.ended).toBe(0);
	return Math.round(performance.now() - from);
}

interface Phase {
	readonly phase: string;
	/** What never gets an answer. */
	readonly path: string;
	/** Whether that begins before the agent. */
	readonly isStart: boolean;
	readonly role?: object;
	readonly settings?: object;
	readonly before?: (vault: Vault) => Promise<unknown>;
}

test.for<Phase>([
	{ phase: "logs in", path: "auth/approle/login", isStart: true },
	{
		phase: "asks about a mount",
		path: "sys/internal/ui/mounts*",
		isStart: true,
		settings: { templates: [WITHOUT_DATA] },
	},
	{ phase: "reads for the first time", path: OPENAI, isStart: true },
	{ phase: "is in the middle of a round", path: OPENAI, isStart: false },
	{ phase: "renews its token", path: "auth/token/renew-self", isStart: false, role: { token_ttl: "5s" } },
	{
		phase: "asks about a refused token",
		path: "auth/token/lookup-self",
		isStart: false,
		before: async (vault) =>
			vault.server.seed({ policies: { reader: 'path "nothing" { capabilities = ["read"] }' } }),
	},
])("SIGTERM ends at once an agent that $phase, although Vault never answers", async (row, { annotate }) => {
	const { path, isStart, role = {}, settings = {}, before } = row;
	const vault = await openVault();
	const place = folder();
	vault.put(OPENAI, { api_key: "sk-1" });
	await vault.send("POST", "auth/approle/role/gateway", { token_policies: ["reader"], ...role });
	const stall = () => vault.server.faults.add({ kind: "stall" }, { path });
	if (isStart) stall();
	const config = configIn(place, vault, { templates: [KEY_FILE], ...settings });
	const agent = startAgent(["start", "-c", config], { env: vault.env });
	if (!isStart) {
		await agent.logged("rendered");
		stall();
		await before?.(vault);
	}
	const stalled = path.replace("*", "");
	await eventually(() => expect(vault.server.requests.entries.some(isUnanswered)).toBe(true));

	const ms = await endMs(agent);

	await annotate(`ended after ${ms} ms`);
	expect(ms).toBeLessThan(SOON_MS);

	function isUnanswered(entry: { readonly path: string; readonly status: number }): boolean {
		return entry.status === 0 && entry.path.startsWith(stalled);
	}
});

test("SIGTERM ends at once an agent whose server takes connections and says nothing", async ({
	annotate,
}) => {
	const vault = await openVault();
	const wire = await openWire(vault.address);
	await wire.turn("frozen");
	const place = folder();
	const config = configIn(place, vault, { vault: { address: wire.address }, templates: [KEY_FILE] });
	const agent = startAgent(["start", "-c", config], { env: { ...vault.env, VAULT_ADDR: wire.address } });
	await eventually(() => expect(wire.connections).toBe(1));

	const ms = await endMs(agent);

	await annotate(`ended after ${ms} ms`);
	expect(ms).toBeLessThan(SOON_MS);
});

const NAMESERVER = "127.0.9.53";
const silentNames = canMount ? await silentNameServer() : undefined;

/** An agent that waits for the address of its server. */
async function startUnanswered(options: AgentOptions): Promise<AgentProcess> {
	const vault = await openVault();
	const settings = { vault: { address: "http://vault.keyturn-test.example:8200" }, templates: [KEY_FILE] };
	const env = { VAULT_ROLE_ID: vault.roleId, VAULT_SECRET_ID: vault.secretId };
	const asked = silentNames?.() ?? 0;
	const agent = startAgent(["start", "-c", configIn(folder(), vault, settings)], {
		env,
		through: askingFor(NAMESERVER),
		...options,
	});
	await eventually(() => expect(silentNames?.()).toBeGreaterThan(asked));
	return agent;
}

describe.runIf(silentNames)("SIGTERM ends at once an agent whose name server says nothing", () => {
	test("and which waits for it", async ({ annotate }) => {
		const agent = await startUnanswered({});

		const ms = await endMs(agent);

		await annotate(`ended after ${ms} ms`);
		expect(ms).toBeLessThan(SOON_MS);
	});

	test("also when the Node that it runs by has been replaced meanwhile", async () => {
		const node = folder().at("node");
		copyFileSync(process.execPath, node);
		const agent = await startUnanswered({ node });
		rmSync(node);

		const ms = await endMs(agent);

		expect(ms).toBeLessThan(SOON_MS);
		expect(agent.stderr()).not.toMatch(/execve|Warning/);
	});
});

/** Takes questions for names and answers none. @returns how many have come; nothing where it may not listen */
async function silentNameServer(): Promise<(() => number) | undefined> {
	const socket = createSocket("udp4");
	let asked = 0;
	socket.on("message", () => void asked++);
	return await new Promise((resolve) => {
		socket.once("error", () => resolve(undefined));
		socket.bind(53, NAMESERVER, () => {
			socket.unref();
			resolve(() => asked);
		});
	});
}
