import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { type AgentProcess, runAgent, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { type Folder, folder } from "../support/folder.ts";
import { openVault, ROLE_ID, SECRET_ID, type Vault } from "../support/vault.ts";
import { long } from "./long.ts";

const CREDS = "database/creds/app";
const OPENAI = "secret/data/llm/openai";
const POLICY = `
path "${CREDS}" { capabilities = ["read"] }
path "secret/data/llm/*" { capabilities = ["read"] }
path "sys/leases/revoke" { capabilities = ["update"] }
`;
const DATABASE = { contents: `{{#secret "${CREDS}"}}{{username}}{{/secret}}`, destination: "out/db" };
const KEY = { contents: `{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`, destination: "out/key" };
const ONCE = ["--exit-after-auth", "--timeout", "1s"];

/** What a server that has to take something back may cost, in milliseconds, and what a busy machine adds to that. */
const BOUND_MS = 2000;
const SLACK_MS = 1500;

/** A server that lends credentials to a login that may give them back. */
async function open() {
	const vault = await openVault();
	vault.server.seed({
		policies: { app: POLICY },
		database: { roles: { app: { default_ttl: "1h", max_ttl: "24h" } } },
	});
	await vault.send("POST", "auth/approle/role/gateway", { token_policies: ["app"] });
	vault.put(OPENAI, { api_key: "sk-1" });
	const place = folder();
	const settings = {
		auto_auth: {
			method: "approle",
			config: { role_id: ROLE_ID, secret_id: SECRET_ID },
			sinks: [{ path: "sink" }],
			revoke_on_shutdown: true,
		},
		templates: [DATABASE, KEY],
		log: { format: "json" },
	};
	return { vault, place, settings };
}

type Scene = Awaited<ReturnType<typeof open>>;

async function leasesOf(vault: Vault): Promise<number> {
	const { keys } = await vault.send("LIST", `sys/leases/lookup/${CREDS}`).catch(() => ({ keys: [] }));
	return (keys as readonly string[]).length;
}

const issued = ({ server }: Vault) =>
	server.requests.entries.filter(({ path, status }) => path === CREDS && status === 200).length;

interface Exit {
	readonly name: string;
	/** Over the config. */
	readonly settings?: (place: Folder) => object;
	readonly args?: readonly string[];
	/** What goes wrong before the start. */
	readonly fault?: (vault: Vault) => unknown;
	/** What is done when it has its credential: an agent that is not told to end does so by itself. */
	readonly meanwhile?: (agent: AgentProcess, place: Folder) => unknown;
	readonly code: number;
	/** What it takes by itself to end, in milliseconds. */
	readonly ownMs?: number;
	/** Stands for others like it where each would take two seconds. */
	readonly isTypical?: boolean;
}

const signal = (name: NodeJS.Signals) => async (agent: AgentProcess) => {
	await agent.logged("rendered");
	agent.signal(name);
};
const running =
	(...command: readonly string[]) =>
	() => ({ exec: { command, stop_timeout: "500ms" } });
const rendering =
	(...templates: readonly object[]) =>
	() => ({ templates });
const MISSING = { ...KEY, contents: `{{#secret "${OPENAI}"}}{{nope}}{{/secret}}` };
const STUBBORN = 'trap "" TERM; echo up; while :; do sleep 0.05; done';
const lateKey = ({ server }: Vault) => server.faults.add({ kind: "delay", ms: 500 }, { path: OPENAI });

const EXITS: readonly Exit[] = [
	{ name: "an init container that is done", args: ONCE, code: 0, isTypical: true },
	{
		name: "an init container with a field that is missing",
		settings: rendering(DATABASE, MISSING),
		args: ONCE,
		code: 4,
	},
	{
		name: "an init container whose time is over",
		args: ONCE,
		fault: ({ server }) => server.faults.add({ kind: "status", status: 503 }, { path: OPENAI }),
		code: 5,
		ownMs: 1000,
		isTypical: true,
	},
	{
		name: "an init container whose file cannot be written",
		args: ONCE,
		fault: lateKey,
		meanwhile: (_, place) => mkdirSync(place.at("out/key"), { recursive: true }),
		code: 6,
		ownMs: 1000,
	},
	{
		name: "an init container whose file has become a link",
		args: ONCE,
		fault: lateKey,
		meanwhile: (_, place) => symlinkSync(place.write("elsewhere", ""), place.at("out/key")),
		code: 6,
		ownMs: 500,
	},
	{
		name: "an init container whose command fails",
		settings: rendering({ ...DATABASE, on_change: { command: ["false"] } }),
		args: ONCE,
		code: 6,
		ownMs: 1000,
	},
	{
		name: "an init container that is told to end while it waits",
		args: ["--exit-after-auth"],
		fault: ({ server }) => server.faults.add({ kind: "stall" }, { path: OPENAI }),
		meanwhile: (agent) => agent.signal("SIGTERM"),
		code: 143,
	},
	{ name: "a sidecar that cannot begin", settings: rendering(DATABASE, MISSING), code: 4 },
	{ name: "a sidecar by SIGTERM", meanwhile: signal("SIGTERM"), code: 0, isTypical: true },
	{ name: "a sidecar by SIGINT", meanwhile: signal("SIGINT"), code: 0 },
	{ name: "a sidecar by SIGQUIT", meanwhile: signal("SIGQUIT"), code: 0 },
	{
		name: "a sidecar by POST /v1/quit",
		settings: (place) => ({ listener: { address: `unix:${place.at("socket")}`, quit: true } }),
		meanwhile: async (agent, place) => {
			await agent.logged("rendered");
			await post(place.at("socket"), "/v1/quit");
		},
		code: 0,
	},
	{ name: "a child that ends with 0", settings: running("sleep", "0.3"), code: 0, ownMs: 300 },
	{
		name: "a child that ends with 7",
		settings: running("sh", "-c", "sleep 0.3; exit 7"),
		code: 7,
		ownMs: 300,
		isTypical: true,
	},
	{
		name: "a child that is killed",
		settings: running("sh", "-c", "sleep 0.3; kill -9 $$"),
		code: 137,
		ownMs: 300,
	},
	{ name: "a child that cannot be started", settings: running("/nowhere/gateway"), code: 127 },
	{
		name: "a child that is told to end",
		settings: running("sleep", "60"),
		meanwhile: signal("SIGTERM"),
		code: 143,
	},
	{
		name: "a child that has to be killed",
		settings: running("sh", "-c", STUBBORN),
		meanwhile: async (agent) => {
			await eventually(() => expect(agent.stdout()).toContain("up"));
			agent.signal("SIGTERM");
		},
		code: 137,
		ownMs: 500,
	},
];

async function post(socketPath: string, path: string): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		request({ socketPath, path, method: "POST", agent: false }, (reply) => resolve(void reply.resume()))
			.on("error", reject)
			.end();
	});
}

/** Starts an agent, lets it have its credential, and brings its end about. @returns how that went */
async function ended({ vault, place, settings }: Scene, exit: Exit) {
	exit.fault?.(vault);
	const config = configIn(place, vault, { ...settings, ...exit.settings?.(place) });
	const agent = startAgent(["start", "-c", config, ...(exit.args ?? [])], { cwd: place.path });
	await eventually(() => expect(issued(vault)).toBe(1));
	const from = performance.now();
	await exit.meanwhile?.(agent, place);
	const code = await agent.ended;
	return { code, tookMs: performance.now() - from, agent };
}

describe("revoke_on_shutdown", () => {
	test.each(EXITS)("takes back token and credential at the end of $name", async (exit) => {
		const scene = await open();
		const { vault, place } = scene;

		const { code, tookMs, agent } = await ended(scene, exit);

		expect(code, agent.stderr()).toBe(exit.code);
		expect(tookMs).toBeLessThan(BOUND_MS + SLACK_MS + (exit.ownMs ?? 0));
		expect(vault.count("auth/token/revoke-self")).toBe(1);
		expect([issued(vault), await leasesOf(vault), existsSync(place.at("sink"))]).toEqual([1, 0, false]);
	});

	test.each(EXITS.filter(({ isTypical = false }) => isTypical || long))(
		"holds up the end of $name for two seconds when the server has frozen, and no longer",
		async (exit) => {
			const scene = await open();
			const { vault } = scene;
			vault.server.faults.add({ kind: "stall" }, { path: "auth/token/revoke-self" });

			const { code, tookMs, agent } = await ended(scene, exit);

			expect(code, agent.stderr()).toBe(exit.code);
			expect(tookMs).toBeGreaterThan(0.9 * BOUND_MS);
			expect(tookMs).toBeLessThan(BOUND_MS + SLACK_MS + (exit.ownMs ?? 0));
			expect(await leasesOf(vault)).toBe(1);
			expect(agent.log().find(({ event }) => event === "revoked")?.msg).toBe(
				"the token could not be revoked (the server takes too long); it ends by itself",
			);
		},
	);
});

describe("revoke_on_shutdown with a token that stays", () => {
	const given = async ({ vault, place, settings }: Scene) => {
		const headers = { "X-Vault-Token": vault.server.rootToken };
		const body = JSON.stringify({ policies: ["app"] });
		const made = await fetch(`${vault.address}/v1/auth/token/create`, { method: "POST", headers, body });
		const { auth } = (await made.json()) as { auth: { client_token: string } };
		place.write("token", auth.client_token);
		const login = { method: "token", config: { token_file_path: "token" }, revoke_on_shutdown: true };
		return { ...settings, auto_auth: login };
	};
	const batch = async ({ vault, settings }: Scene) => {
		await vault.send("POST", "auth/approle/role/gateway", { token_type: "batch", token_ttl: "1h" });
		return settings;
	};

	test.each([
		["one that was given to the agent", given],
		["a batch token", batch],
	])("takes back the credentials of %s", async (_, login) => {
		const scene = await open();
		const { vault, place } = scene;
		const agent = startAgent(["start", "-c", configIn(place, vault, await login(scene))], {
			cwd: place.path,
		});
		await agent.logged("rendered");
		expect(await leasesOf(vault)).toBe(1);

		agent.signal("SIGTERM");

		expect([await agent.ended, await leasesOf(vault)]).toEqual([0, 0]);
		expect(vault.count("auth/token/revoke-self")).toBe(0);
		await agent.logged("lease", ({ msg }) => msg === `the lease of ${CREDS} is revoked`);
	});

	test("says so where the policy does not let it, and ends all the same", async () => {
		const scene = await open();
		const { vault, place } = scene;
		vault.server.seed({ policies: { app: POLICY.replace(/.*sys.*/, "") } });
		const agent = startAgent(["start", "-c", configIn(place, vault, await given(scene))], {
			cwd: place.path,
		});
		await agent.logged("rendered");

		agent.signal("SIGTERM");

		expect([await agent.ended, await leasesOf(vault)]).toEqual([0, 1]);
		const { msg } = await agent.logged("lease");
		expect(msg).toContain(`the lease of ${CREDS} could not be revoked: permission denied`);
	});

	test("waits two seconds for a server that has frozen, and no longer", async () => {
		const scene = await open();
		const { vault, place } = scene;
		const agent = startAgent(["start", "-c", configIn(place, vault, await given(scene))], {
			cwd: place.path,
		});
		await agent.logged("rendered");
		vault.server.faults.add({ kind: "stall" }, { path: "sys/leases/revoke" });
		const from = performance.now();

		agent.signal("SIGTERM");

		expect(await agent.ended).toBe(0);
		expect(performance.now() - from).toBeLessThan(BOUND_MS + SLACK_MS);
		expect((await agent.logged("revoked")).msg).toContain(
			"could not be given back (the server takes too long)",
		);
	});
});

const TERMINAL = join(import.meta.dirname, "..", "fixtures", "child", "terminal.py");
const hasPython = spawnSync("python3", ["-c", "import pty"]).status === 0;

describe.skipIf(!hasPython)("a terminal that goes, and the log with it,", () => {
	test.each([
		["a sidecar", "json", {}],
		["a sidecar", "pretty", {}],
		["a child", "json", running("sleep", "60")()],
	])("takes back token and credential of %s (%s)", async (_, format, more) => {
		const { vault, place, settings } = await open();
		const config = configIn(place, vault, { ...settings, log: { format }, ...more });
		const terminal = startAgent(["start", "-c", config], { cwd: place.path, through: ["python3", TERMINAL] });
		await eventually(() => expect(terminal.stdout()).toContain("rendered"));
		expect(await leasesOf(vault)).toBe(1);

		terminal.signal("SIGKILL");

		await eventually(async () => expect(await leasesOf(vault)).toBe(0));
		await eventually(() => expect(existsSync(place.at("sink"))).toBe(false));
	});
});

const FULL = "/dev/full";

test.skipIf(!existsSync(FULL)).each(["json", "pretty"])(
	"a log (%s) on a disk that is full costs neither the files nor what is taken back",
	async (format) => {
		const { vault, place, settings } = await open();
		const config = configIn(place, vault, { ...settings, log: { format } });
		const through = ["sh", "-c", `exec "$@" 2>${FULL}`, "sh"];

		const { code } = await runAgent(["start", "-c", config, ...ONCE], { cwd: place.path, through });

		expect([code, place.entries("out"), await leasesOf(vault)]).toEqual([0, ["db", "key"], 0]);
	},
);
