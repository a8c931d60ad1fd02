import { get } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { type AgentProcess, runAgent, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { type Folder, folder } from "../support/folder.ts";
import { freePort } from "../support/free-port.ts";
import { parseMetrics } from "../support/prometheus-text.ts";
import { processesWith } from "../support/processes.ts";
import { openVault, type Vault } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const GATEWAY = join(import.meta.dirname, "..", "fixtures", "e2e", "rolling-gateway.mjs");
const KEY = { KEY: `${OPENAI}#api_key` };

/** What the gateway says of itself. */
interface Said {
	readonly key: string;
	readonly port: number;
	readonly pid: number;
	readonly args: readonly string[];
}

interface Scene {
	readonly vault: Vault;
	readonly place: Folder;
	/** The public address. */
	readonly listen: string;
	readonly port: number;
	/** Writes the config; `exec` goes over what all of them have. @returns its path */
	readonly config: (exec?: object, settings?: object) => string;
	/** The command of a gateway in this folder, by which its processes are found. */
	readonly gateway: (...args: string[]) => string[];
	/** Asks on the public address. @throws when nobody answers */
	readonly ask: (path?: string) => Promise<Said>;
}

async function sceneOf(): Promise<Scene> {
	const vault = await openVault();
	vault.put(OPENAI, { api_key: "sk-1" });
	const place = folder();
	const port = await freePort();
	const listen = `127.0.0.1:${port}`;
	const gateway = (...args: string[]) => [process.execPath, GATEWAY, ...args, "--in", place.path];
	return {
		vault,
		place,
		listen,
		port,
		gateway,
		config: (exec = {}, settings = {}) =>
			configIn(place, vault, {
				env: KEY,
				exec: {
					command: gateway(),
					on_change: "rolling",
					listen,
					ready: { http: "/health", interval: "50ms" },
					...exec,
				},
				...settings,
			}),
		ask: async (path = "/") => (await (await fetch(`http://${listen}${path}`)).json()) as Said,
	};
}

/** Started, and serving. */
async function running(scene: Scene, config = scene.config()): Promise<AgentProcess> {
	const agent = startAgent(["start", "-c", config], { env: scene.vault.env });
	await answeredWith(scene, "sk-1", agent);
	return agent;
}

async function answeredWith({ ask }: Scene, key: string, agent?: AgentProcess): Promise<Said> {
	return await eventually(async () => {
		const said = await ask().catch((error: unknown) => {
			throw new Error(`nobody answers:\n${agent?.stderr()}\n${agent?.stdout()}`, { cause: error });
		});
		expect(said.key).toBe(key);
		return said;
	});
}

/** Holds an answer open that has no end by itself. */
async function streaming({ listen }: Scene): Promise<{ readonly ended: Promise<string> }> {
	return await new Promise((resolve, reject) => {
		const outgoing = get(`http://${listen}/stream`, (reply) => {
			let text = "";
			reply.on("data", (chunk: Buffer) => (text += chunk.toString()));
			const ended = new Promise<string>((end, fail) => {
				reply.on("end", () => end(text));
				reply.on("error", fail);
			});
			reply.once("data", () => resolve({ ended }));
		});
		outgoing.on("error", reject);
	});
}

/** Ends the answers that a child holds open, past the agent. */
async function release({ port }: Said): Promise<void> {
	await fetch(`http://127.0.0.1:${port}/release`);
}

describe("a child learns its private port", () => {
	const CONFIG_FILE = `{"port": {{port}}, "key": {{#secret "${OPENAI}"}}{{api_key}}{{/secret}} }`;

	test.each([
		["by PORT", () => [], {}],
		["by {{port}} in its command", () => ["--port", "{{port}}"], {}],
		[
			"by {{port}} in a file",
			(place: Folder) => ["--settings", place.at("out/gw.json")],
			{ contents: CONFIG_FILE },
		],
	])("%s, and each its own", async (_how, args, template) => {
		const scene = await sceneOf();
		const { vault, place, gateway } = scene;
		const templates = "contents" in template ? [{ ...template, destination: "out/gw.json" }] : [];
		const settings = "contents" in template ? { templates, env: {} } : {};
		const agent = await running(scene, scene.config({ command: gateway(...args(place)) }, settings));
		const first = await scene.ask();

		vault.put(OPENAI, { api_key: "sk-2" });
		const second = await answeredWith(scene, "sk-2", agent);

		expect(new Set([scene.port, first.port, second.port]).size).toBe(3);
		await eventually(() =>
			expect(processesWith(gateway().join(" ")).map(({ pid }) => pid)).not.toContain(first.pid),
		);
		const line = await agent.logged("turned over");
		expect(line.msg).toMatch(/^generation 2 rolling: pid \d+ ready in .*, pid \d+ draining \(\d+ open\)$/);
		expect(line).toMatchObject({ generation: 2, pid: second.pid, from: first.pid });
	});

	test("on a Unix socket's other side as well", async () => {
		const scene = await sceneOf();
		const socket = scene.place.at("gw.sock");
		const agent = startAgent(["start", "-c", scene.config({ listen: `unix:${socket}` })], {
			env: scene.vault.env,
		});
		const ask = async () =>
			await new Promise<number | undefined>((resolve, reject) => {
				get({ socketPath: socket, path: "/" }, (reply) => resolve(reply.resume().statusCode)).on(
					"error",
					reject,
				);
			});

		await eventually(async () => expect(await ask()).toBe(200));

		agent.signal("SIGTERM");
		await agent.ended;
		expect(scene.place.entries()).not.toContain("gw.sock");
	});
});

describe("a child that never gets ready", () => {
	test("leaves the old one where it is, is rejected, and stands as soon as it can", async () => {
		const scene = await sceneOf();
		const { vault, place, gateway, ask } = scene;
		const listener = `127.0.0.1:${await freePort()}`;
		const exec = {
			command: gateway("--healthy", place.at("healthy")),
			ready: { http: "/health", interval: "50ms", timeout: "300ms" },
		};
		const agent = await running(scene, scene.config(exec, { listener: { address: listener } }));
		const first = await ask();

		vault.put(OPENAI, { api_key: "sk-sick" });
		const line = await agent.logged("rejected");
		const during = await reportAt(listener);

		expect(line).toMatchObject({ level: "error", generation: 2 });
		expect((await ask()).pid).toBe(first.pid);
		expect(during).toMatchObject({
			state: "degraded",
			ready: true,
			generation: { number: 2, rejected: true },
			variables: [{ state: "rejected" }],
			child: { state: "up", generation: 1 },
		});
		expect(await metricAt(listener, "keyturn_generation_rejected")).toBe(1);

		place.write("healthy", "");
		await answeredWith(scene, "sk-sick", agent);
		const after = await eventually(async () => {
			const report = await reportAt(listener);
			expect(report).toMatchObject({ state: "ready", generation: { number: 2 } });
			return report;
		});
		expect(after["generation"]).not.toHaveProperty("rejected");
		expect(await metricAt(listener, "keyturn_generation_rejected")).toBe(0);
		const counted = 'keyturn_turn_overs_total{way="rolling",result="done"}';
		expect(await metricAt(listener, counted)).toBe(1);
	});

	test("ends the agent when it is the first, which is never said to be ready", async () => {
		const scene = await sceneOf();
		const listener = `127.0.0.1:${await freePort()}`;
		const exec = {
			command: scene.gateway("--seconds", "60"),
			ready: { http: "/health", interval: "50ms", timeout: "700ms" },
		};
		const agent = startAgent(
			["start", "-c", scene.config(exec, { listener: { address: listener } }), "--log-format", "pretty"],
			{ env: scene.vault.env },
		);
		await eventually(async () => {
			const { status, body } = await readiness(listener);
			expect(status).toBe(503);
			expect(body).toMatchObject({ missing: [{ what: "child", code: "starting" }] });
		});

		expect(await agent.ended).toBe(1);
		expect(agent.stderr()).toContain("E_CHILD_NOT_READY, exit 1");
		expect(processesWith(scene.gateway().join(" "))).toEqual([]);
	});
});

test("a child that is ready with new values and dies soon is put back, and nobody loses a request but with the dead one", async () => {
	const scene = await sceneOf();
	const { vault, ask } = scene;
	const agent = await running(scene);
	const first = await ask();
	const said: string[] = [];
	const end = new AbortController();
	const client = async () => {
		while (!end.signal.aborted)
			said.push(
				await ask().then(
					({ key, pid }) => (pid === first.pid ? "first" : key),
					() => "lost",
				),
			);
	};
	const asking = client();

	vault.put(OPENAI, { api_key: "sk-mortal" });
	const rejected = await agent.logged("rejected");
	const before = said.length;
	await eventually(() => expect(said.length).toBeGreaterThan(before + 20));
	end.abort();
	await asking;

	expect(rejected).toMatchObject({ level: "error", generation: 2 });
	expect(rejected.msg).toContain("its child did not live; the one before it serves again");
	// Lost is what a dying process has taken, until the kernel has closed its port.
	expect(said.join(" ")).toMatch(/^(first )+((sk-mortal )+(lost ){0,9}(first ?)+)+$/);
	expect(agent.isRunning()).toBe(true);
});

test("SIGTERM lets an answer under way end, and refuses new clients meanwhile", async () => {
	const scene = await sceneOf();
	const agent = await running(scene);
	const first = await scene.ask();
	const { ended } = await streaming(scene);

	agent.signal("SIGTERM");
	await eventually(async () => await expect(scene.ask()).rejects.toThrow("fetch failed"));
	expect(processesWith(scene.place.path).filter(isGateway)).toHaveLength(1);
	await release(first);

	expect(await ended).toMatch(/^(sk-1 )+done$/);
	expect(await agent.ended).toBe(0);
});

test("a child that is restarted and never ready with new values is put back, and asked as well", async () => {
	const scene = await sceneOf();
	const { vault, place, port, gateway } = scene;
	const exec = {
		command: gateway("--port", String(port), "--healthy", place.at("healthy")),
		on_change: "restart",
		listen: undefined,
		ready: { http: `http://127.0.0.1:${port}/health`, interval: "50ms", timeout: "1s" },
	};
	const agent = await running(scene, scene.config(exec));
	const first = await scene.ask();

	vault.put(OPENAI, { api_key: "sk-sick" });
	const line = await agent.logged("rejected");
	const second = await answeredWith(scene, "sk-1", agent);

	expect(line).toMatchObject({ level: "error", generation: 2 });
	expect(second.pid).not.toBe(first.pid);
});

test("two changes during one hand-over end at the newest, and at one child", async () => {
	const scene = await sceneOf();
	const { vault, gateway } = scene;
	const agent = await running(scene, scene.config({ command: gateway("--seconds", "1") }));

	vault.put(OPENAI, { api_key: "sk-2" });
	await agent.logged("child", ({ kind, generation }) => kind === "started" && generation === 2);
	vault.put(OPENAI, { api_key: "sk-3" });
	const last = await answeredWith(scene, "sk-3", agent);

	await eventually(() =>
		expect(
			processesWith(scene.place.path)
				.filter(isGateway)
				.map(({ pid }) => pid),
		).toEqual([last.pid]),
	);
	expect(agent.log().filter(({ event }) => event === "rejected")).toEqual([]);
});

test("a hand-over shows in the status while an answer is under way, which arrives whole", async () => {
	const scene = await sceneOf();
	const listener = `127.0.0.1:${await freePort()}`;
	const agent = await running(scene, scene.config({}, { listener: { address: listener } }));
	const first = await scene.ask();
	const { ended } = await streaming(scene);
	const status = async () => (await runAgent(["status", "--listen", listener])).stdout;

	scene.vault.put(OPENAI, { api_key: "sk-2" });
	const second = await answeredWith(scene, "sk-2", agent);
	const during = await status();
	await release(first);
	const answer = await ended;

	expect(during).toMatch(
		new RegExp(
			`^child +\\S+ +pid ${second.pid} +up .+ +port ${second.port} +generation 2 +1 turn-over, 0 restarts$`,
			"m",
		),
	);
	expect(during).toMatch(new RegExp(`^draining +generation 1 +pid ${first.pid} +for .+ +1 open$`, "m"));
	expect(during).toMatch(new RegExp(`^front +${scene.listen} +\\d+ connections?$`, "m"));
	expect(answer).toMatch(/^(sk-1 )+done$/);
	await eventually(async () => expect(await status()).not.toContain("draining"));
	expect(await metricAt(listener, "keyturn_connections_cut_total")).toBe(0);
});

test("SIGTERM during a hand-over leaves nothing behind", async () => {
	const scene = await sceneOf();
	const agent = await running(scene, scene.config({ command: scene.gateway("--seconds", "1") }));
	scene.vault.put(OPENAI, { api_key: "sk-2" });
	await agent.logged("child", ({ kind, generation }) => kind === "started" && generation === 2);

	agent.signal("SIGTERM");

	expect(await agent.ended).toBe(0);
	expect(processesWith(scene.place.path).filter(isGateway)).toEqual([]);
	await expect(scene.ask()).rejects.toThrow("fetch failed");
});

describe("a config that is read again", () => {
	test("hands over to another command", async () => {
		const scene = await sceneOf();
		const agent = await running(scene);
		const first = await scene.ask();

		scene.config({ command: scene.gateway("--other"), drain_timeout: "1m" });
		const second = await eventually(async () => {
			const said = await scene.ask();
			expect(said.args).toContain("--other");
			return said;
		});

		expect(second.pid).not.toBe(first.pid);
		expect((await agent.logged("turned over")).msg).toContain("generation 2 rolling");
	});

	test("may not move the public address, and keeps serving", async () => {
		const scene = await sceneOf();
		const agent = await running(scene);

		scene.config({ listen: `127.0.0.1:${await freePort()}` });
		const line = await agent.logged("reload");

		expect(line.msg).toBe(
			"exec.listen cannot be changed while the agent runs; the config before it stays in force",
		);
		expect((await scene.ask()).key).toBe("sk-1");
	});
});

describe("what cannot be", () => {
	test("a child that takes the public port is told apart, with what to do", async () => {
		const scene = await sceneOf();
		const command = scene.gateway("--port", String(scene.port));

		const { code, stderr } = await runAgent(
			["start", "-c", scene.config({ command }), "--log-format", "pretty"],
			{ env: scene.vault.env },
		);

		expect(code).toBe(1);
		expect(stderr).toContain(`error: the child listens on ${scene.listen} itself, where the agent has to`);
		expect(stderr).toContain("E_CHILD_PORT, exit 1");
		expect(processesWith(scene.place.path).filter(isGateway)).toEqual([]);
	});

	test("a public address that is taken is refused by validate and by the start, and by neither for the agent itself", async () => {
		const scene = await sceneOf();
		const listener = `127.0.0.1:${await freePort()}`;
		const config = scene.config({}, { listener: { address: listener } });
		const agent = await running(scene, config);
		const own = await runAgent(["validate", "-c", config]);
		const other = scene.config();
		const validate = await runAgent(["validate", "-c", other]);
		const start = await runAgent(["start", "-c", other, "--log-format", "pretty"], { env: scene.vault.env });

		expect([own.code, own.stdout]).toEqual([
			0,
			expect.stringContaining(
				`exec.listen: ${scene.listen} is taken by the agent that runs with this config`,
			),
		]);
		expect([validate.code, validate.stderr]).toEqual([
			2,
			expect.stringContaining(`error: exec.listen: ${scene.listen} is taken, somebody listens there`),
		]);
		expect([start.code, start.stderr]).toEqual([1, expect.stringContaining("E_FRONT_LISTEN, exit 1")]);
		expect((await scene.ask()).key).toBe("sk-1");
		expect(agent.isRunning()).toBe(true);
	});

	test.each([
		[{ ready: undefined }, {}, "exec.on_change: rolling needs ready"],
		[{ listen: undefined }, {}, "exec.on_change: rolling needs listen"],
		[{ on_change: { signal: "SIGHUP" }, listen: undefined, ready: undefined }, {}, "use restart or rolling"],
		[{ ready: { timeout: "1s" } }, {}, "exec.ready: expected http, tcp or command"],
		[
			{ on_change: "restart", listen: undefined, ready: undefined },
			{ templates: [{ contents: "p={{port}}", destination: "out/p.env" }] },
			"there is no private port: the child has one only with exec.on_change: rolling",
		],
		[
			{},
			{ env: { URL: { secret: OPENAI, template: "http://127.0.0.1:{{@port}}" } } },
			"a variable cannot hold the private port",
		],
	])("validate refuses %j with %j", async (exec, settings, words) => {
		const scene = await sceneOf();

		const { code, stderr } = await runAgent(["validate", "-c", scene.config(exec, settings)]);

		expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
	});

	test("render writes no file whose port only a child's start can tell, and shows it", async () => {
		const scene = await sceneOf();
		const templates = [{ contents: "port={{port}}\n", destination: "out/p.env" }];
		const config = scene.config({}, { templates });
		const env = scene.vault.env;

		const write = await runAgent(["render", "-c", config], { env });
		const look = await runAgent(["render", "-c", config, "--dry-run"], { env });

		expect([write.code, write.stderr]).toEqual([2, expect.stringContaining("E_TEMPLATE_PORT")]);
		expect([look.code, look.stdout]).toEqual([0, expect.stringContaining("port={{port}}")]);
		expect(look.stdout).toContain("then hand over to a new child");
		expect(scene.place.entries()).not.toContain("out");
	});
});

test("agent run hands over with flags alone", async () => {
	const scene = await sceneOf();
	const flags = ["--on-change", "rolling", "--exec-listen", String(scene.port), "--exec-ready", "/health"];
	const secrets = ["--env", `KEY=${OPENAI}#api_key`, "--poll-interval", "1s"];
	const agent = startAgent(["run", ...flags, ...secrets, "--", ...scene.gateway()], { env: scene.vault.env });
	await answeredWith(scene, "sk-1", agent);

	scene.vault.put(OPENAI, { api_key: "sk-2" });

	await answeredWith(scene, "sk-2", agent);
	expect(agent.log().find(({ event }) => event === "turned over")?.msg).toContain("generation 2 rolling");
});

function isGateway({ command }: { readonly command: string }): boolean {
	return command.includes(`${GATEWAY} `) && !command.includes("agent.cjs");
}

async function reportAt(address: string): Promise<Record<string, unknown>> {
	return (await (await fetch(`http://${address}/v1/status`)).json()) as Record<string, unknown>;
}

async function readiness(address: string) {
	const reply = await fetch(`http://${address}/readyz`);
	return { status: reply.status, body: await reply.json() };
}

/** 0 for what has not been counted. */
async function metricAt(address: string, name: string): Promise<number | undefined> {
	const families = parseMetrics(await (await fetch(`http://${address}/metrics`)).text());
	return (
		[...families.values()].map(({ samples }) => samples.get(name)).find((value) => value !== undefined) ?? 0
	);
}
