import { lstatSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { type AgentProcess, runAgent, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { type Folder, folder } from "../support/folder.ts";
import { lintMetrics, parseMetrics } from "../support/prometheus-text.ts";
import { openVault, ROLE_ID, SECRET_ID, type Vault } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const CONTENTS = `{{#secret "${OPENAI}"}}KEY={{api_key}}{{/secret}}`;
const FIXTURES = join(import.meta.dirname, "../fixtures/tls");
const TOKEN = "planted-listener-token";

interface Options {
	readonly listener?: object;
	readonly settings?: object;
	readonly args?: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
}

/** A sidecar with one file and a listener. */
function sidecar(
	vault: Vault,
	place: Folder,
	options: Options = {},
): { agent: AgentProcess; config: string } {
	const { listener = { address: `unix:${place.at("agent.sock")}` }, settings, args = [], env } = options;
	const templates = [{ contents: CONTENTS, destination: place.at("openai.env") }];
	const config = configIn(place, vault, { templates, listener, ...settings });
	const agent = startAgent(["start", "-c", config, "--log-format", "json", ...args], {
		env: { ...vault.env, ...env },
	});
	return { agent, config };
}

/** `agent status --json`. */
async function statusOf(config: string, env: Readonly<Record<string, string>> = {}) {
	const { code, stdout, stderr } = await runAgent(["status", "-c", config, "--json"], { env });
	return { code, stderr, report: (stdout === "" ? {} : JSON.parse(stdout)) as Record<string, unknown> };
}

describe("agent status and agent refresh", () => {
	test("say how the agent is, and have it read everything", async () => {
		const [vault, place] = [await openVault(), folder()];
		vault.put(OPENAI, { api_key: "planted-1" });
		const { agent, config } = sidecar(vault, place, { settings: { poll_interval: "1h" } });
		await agent.logged("rendered");

		const before = await runAgent(["status", "-c", config]);
		vault.put(OPENAI, { api_key: "planted-2" });
		const asked = await runAgent(["refresh", "-c", config]);
		await agent.logged("rendered", ({ generation }) => generation === 2);
		const after = await statusOf(config);

		expect(before.code).toBe(0);
		expect(before.stdout).toMatch(/^ready {2}generation 1, .* old {2}token .* left/);
		expect(before.stdout).toMatch(/^secret\/data\/llm\/openai {2}1 .* fresh$/m);
		expect(before.stdout).toContain(`${place.at("openai.env")}  0600  current`);
		expect([asked.code, asked.stderr]).toEqual([0, ""]);
		expect(after.code).toBe(0);
		expect(after.report).toMatchObject({
			state: "ready",
			generation: { number: 2 },
			secrets: [{ path: OPENAI, version: 2, state: "fresh" }],
		});
		expect(before.stdout + JSON.stringify(after.report)).not.toContain("planted");
	});

	test("an agent that still waits is alive but not ready: 1, and it is said for what", async () => {
		const [vault, place] = [await openVault(), folder()];
		vault.server.faults.add({ kind: "status", status: 503 }, { path: "secret/*" });
		const { agent, config } = sidecar(vault, place);
		await agent.logged("waiting");

		const { code, report } = await statusOf(config);

		expect(code).toBe(1);
		expect(report).toMatchObject({
			state: "starting",
			ready: false,
			missing: [{ what: "file", name: place.at("openai.env") }],
		});
	});

	test("where no agent answers, 2, with the address that was asked", async () => {
		const place = folder();
		const socket = `unix:${place.at("agent.sock")}`;

		const { code, stderr } = await runAgent(["status", "--listen", socket]);

		expect(code).toBe(2);
		expect(stderr).toContain(`no agent answers at ${socket} (ENOENT)`);
		expect(stderr).toContain("E_AGENT_AWAY, exit 2");
	});

	test("what listens there and is no agent is told from one", async () => {
		const vault = await openVault();

		const { code, stderr } = await runAgent(["status", "--listen", vault.address.replace("http://", "")]);

		expect(code).toBe(2);
		expect(stderr).toContain("its answer is not an agent's");
	});

	test("a token opens it, over TLS as well; without one it stays shut", async () => {
		const [vault, place] = [await openVault(), folder()];
		vault.put(OPENAI, { api_key: "planted-1" });
		const tls = { cert: join(FIXTURES, "server.crt"), key: join(FIXTURES, "server.key") };
		const { agent } = sidecar(vault, place, {
			listener: { address: "127.0.0.1:0", tls },
			env: { AGENT_LISTENER_TOKEN: TOKEN },
		});
		const { address } = await agent.logged("listener");
		const port = String(address).split(":").at(-1);
		const asking = place.write(
			"ask.json",
			JSON.stringify({ listener: { address: `127.0.0.1:${port}`, tls } }),
		);
		await agent.logged("rendered");

		const shut = await statusOf(asking);
		const open = await statusOf(asking, { AGENT_LISTENER_TOKEN: TOKEN });

		expect(shut.code).toBe(2);
		expect(shut.stderr).toContain("refused (401)");
		expect(open.stderr).toBe("");
		expect(open.report).toMatchObject({ state: "ready" });
		expect(agent.stderr()).not.toContain(TOKEN);
	});
});

describe("the listener of an agent", () => {
	test("gives metrics that Prometheus reads, of what has happened", async () => {
		const [vault, place] = [await openVault(), folder()];
		vault.put(OPENAI, { api_key: "planted-1" });
		const { agent } = sidecar(vault, place, { listener: { address: "127.0.0.1:0" } });
		const { address } = await agent.logged("listener");
		await agent.logged("rendered");
		vault.put(OPENAI, { api_key: "planted-2" });
		await agent.logged("rendered", ({ generation }) => generation === 2);

		const reply = await fetch(`${String(address)}/metrics`);
		const text = await reply.text();
		const families = parseMetrics(text);
		const values = new Map([...families.values()].flatMap(({ samples }) => [...samples]));

		expect(lintMetrics(families.values())).toEqual([]);
		expect(values.get('keyturn_vault_requests_total{operation="login",status="200"}')).toBe(1);
		expect(values.get(`keyturn_secret_changes_total{path="${OPENAI}"}`)).toBe(1);
		expect(values.get('keyturn_deliveries_total{result="done"}')).toBe(2);
		expect(values.get("keyturn_rotation_delivery_seconds_count")).toBe(1);
		expect(values.get("process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
		expect(text).not.toContain("planted");
	});

	test("says nothing of what is secret, whatever is asked, also when all goes wrong", async () => {
		const [vault, place] = [await openVault(), folder()];
		vault.put(OPENAI, { api_key: "planted-1", other: "planted-other" });
		const { agent } = sidecar(vault, place, {
			listener: { address: "127.0.0.1:0", token: TOKEN },
			settings: {
				env: { KEY: `${OPENAI}#api_key` },
				exec: { command: ["sh", "-c", "sleep 1000", "planted-argument"] },
			},
		});
		const { address } = await agent.logged("listener");
		const answers = async () => {
			const paths = ["/", "/healthz", "/readyz", "/metrics", "/v1/status", "/nothing", "/v1/quit"];
			const headers = { authorization: `Bearer ${TOKEN}` };
			const replies = paths.map(async (path) => {
				const reply = await fetch(`${String(address)}${path}`, { headers });
				return JSON.stringify([...reply.headers]) + (await reply.text());
			});
			return (await Promise.all(replies)).join("\n");
		};

		let said = await answers();
		await agent.logged("child", ({ kind }) => kind === "started");
		said += await answers();
		vault.put(OPENAI, { other: "planted-3" });
		await agent.logged("render failed");
		said += await answers();
		vault.server.faults.add({ kind: "status", status: 500, body: { errors: ["planted-1 planted-3"] } });
		await agent.logged("read failed");
		said += await answers();

		expect(said).toContain("E_FIELD_MISSING");
		for (const word of ["planted", TOKEN, ROLE_ID, SECRET_ID]) expect(said).not.toContain(word);
	});

	test("a port that is taken ends the start, and says which", async () => {
		const [vault, place] = [await openVault(), folder()];
		const other = createServer();
		await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
		onTestFinished(() => void other.close());
		const { port } = other.address() as { port: number };

		const { agent } = sidecar(vault, place, { args: ["--listen", `127.0.0.1:${port}`] });

		expect(await agent.ended).toBe(2);
		expect(agent.log().at(-1)).toMatchObject({
			code: "E_LISTEN",
			msg: `cannot listen on 127.0.0.1:${port}: another process listens there`,
		});
		expect(place.entries()).not.toContain("openai.env");
	});

	test("an init container has none, so that it takes no port from the sidecar", async () => {
		const [vault, place] = [await openVault(), folder()];
		vault.put(OPENAI, { api_key: "planted-1" });

		const { agent } = sidecar(vault, place, { args: ["--exit-after-auth"] });

		expect(await agent.ended).toBe(0);
		expect(agent.log().filter(({ event }) => event === "listener")).toEqual([]);
	});

	test("moves when the config says so, and stays where it was when it cannot", async () => {
		const [vault, place] = [await openVault(), folder()];
		vault.put(OPENAI, { api_key: "planted-1" });
		const [first, second] = [place.at("first.sock"), place.at("second.sock")];
		const { agent, config } = sidecar(vault, place, { listener: { address: `unix:${first}` } });
		await agent.logged("rendered");
		const become = (address: string) => {
			const text = JSON.parse(readFileSync(config, "utf8")) as object;
			writeFileSync(config, JSON.stringify({ ...text, listener: { address } }));
			agent.signal("SIGHUP");
		};

		become(`unix:${second}`);
		await agent.logged("listener", ({ address }) => address === `unix:${second}`);
		await eventually(() => expect(lstatSync(first, { throwIfNoEntry: false })).toBeUndefined());

		become(`unix:${place.at("none/third.sock")}`);
		const warning = await agent.logged("listener", ({ level }) => level === "warn");
		const still = await runAgent(["status", "--listen", `unix:${second}`]);

		expect(warning).toMatchObject({ code: "E_LISTEN" });
		expect(still.code).toBe(0);
		agent.signal("SIGTERM");
		expect(await agent.ended).toBe(0);
		expect(lstatSync(second, { throwIfNoEntry: false })).toBeUndefined();
	});

	test("keeps its certificate when the new one does not fit its key", async () => {
		const [vault, place] = [await openVault(), folder()];
		vault.put(OPENAI, { api_key: "planted-1" });
		const pem = (name: string) => readFileSync(join(FIXTURES, name));
		const tls = {
			cert: place.write("tls.crt", pem("server.crt")),
			key: place.write("tls.key", pem("server.key")),
		};
		const { agent } = sidecar(vault, place, { listener: { address: "127.0.0.1:0", tls } });
		const { address } = await agent.logged("listener");
		await agent.logged("rendered");

		place.write("tls.crt", pem("client.crt"));
		agent.signal("SIGHUP");
		const warning = await agent.logged("listener", ({ level }) => level === "warn");
		place.write("tls.crt", pem("server.crt"));
		const port = String(address).split(":").at(-1);
		const asking = JSON.stringify({ listener: { address: `127.0.0.1:${port}`, tls } });

		expect(warning["msg"]).toContain("listener.tls holds no certificate with its key");
		expect((await statusOf(place.write("ask.json", asking))).code).toBe(0);
	});

	test("takes a token that was replaced in its file", async () => {
		const [vault, place] = [await openVault(), folder()];
		vault.put(OPENAI, { api_key: "planted-1" });
		const file = place.write("token", `${TOKEN}-1\n`);
		const socket = `unix:${place.at("agent.sock")}`;
		const { agent, config } = sidecar(vault, place, { listener: { address: socket, token_file: file } });
		await agent.logged("rendered");
		const env = { AGENT_LISTENER: socket, AGENT_LISTENER_TOKEN: `${TOKEN}-2` };
		expect((await runAgent(["status"], { env })).code).toBe(2);

		place.write("token", `${TOKEN}-2\n`);
		agent.signal("SIGHUP");

		await eventually(async () => expect((await runAgent(["status"], { env })).code).toBe(0));
		expect((await statusOf(config)).code).toBe(0);
	});

	test("ends the agent where that is allowed, as SIGTERM does", async () => {
		const [vault, place] = [await openVault(), folder()];
		vault.put(OPENAI, { api_key: "planted-1" });
		const { agent } = sidecar(vault, place, { listener: { address: "127.0.0.1:0", quit: true } });
		const { address } = await agent.logged("listener");
		await agent.logged("rendered");

		const { status } = await fetch(`${String(address)}/v1/quit`, { method: "POST" });

		expect(status).toBe(202);
		expect(await agent.ended).toBe(0);
	});
});
