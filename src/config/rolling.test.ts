import { describe, expect, test } from "vitest";
import { configInput } from "../../test/support/config-input.ts";
import { ConfigError, type ConfigInput, type ExecConfig, loadConfig, publicTexts } from "./mod.ts";

const ROLLING = {
	command: ["litellm", "--port", "{{port}}"],
	on_change: "rolling",
	listen: "0.0.0.0:4000",
	ready: { http: "/health" },
};

/** A config of this `exec:`, in /etc/keyturn. */
function given(exec: object, others: object = {}, over: Partial<ConfigInput> = {}): ConfigInput {
	return configInput(JSON.stringify({ exec, ...others }), over);
}

async function execOf(...args: Parameters<typeof given>): Promise<ExecConfig | undefined> {
	return (await loadConfig(given(...args))).exec;
}

/** What is wrong, without the file's name: columns of JSON on one line tell little. */
async function problems(...args: Parameters<typeof given>): Promise<string[]> {
	const error: unknown = await loadConfig(given(...args)).then(
		() => new Error("the config was taken"),
		(reason: unknown) => reason,
	);
	if (!(error instanceof ConfigError)) throw error;
	return error.message.split("\n").map((line) => line.replace(/^agent\.yaml:1:\d+: /, ""));
}

const without = (key: string) => Object.fromEntries(Object.entries(ROLLING).filter(([name]) => name !== key));

describe("on_change: rolling", () => {
	test("has defaults for all that is not said", async () => {
		expect(await execOf(ROLLING)).toMatchObject({
			command: ["litellm", "--port", "{{port}}"],
			onChange: { kind: "rolling" },
			ready: { probe: { kind: "http-path", path: "/health" }, timeoutMs: 60_000, intervalMs: 250 },
			rolling: {
				listen: { kind: "tcp", host: "0.0.0.0", port: 4000 },
				pass: "http",
				drainTimeoutMs: 30_000,
				idleTimeoutMs: 10_000,
				proxyProtocol: "none",
			},
		});
	});

	test("takes everything that can be said", async () => {
		const exec = {
			command: ["gw"],
			on_change: "rolling",
			listen: "[::]:4000",
			ready: { command: ["curl", "-f", 1], timeout: "2m", interval: "1s" },
			drain_timeout: "5m",
			pass: "tcp",
			idle_timeout: "1m",
			proxy_protocol: "v2",
		};

		expect(await execOf(exec)).toMatchObject({
			ready: {
				probe: { kind: "command", command: ["curl", "-f", "1"] },
				timeoutMs: 120_000,
				intervalMs: 1000,
			},
			rolling: {
				listen: { kind: "tcp", host: "::", port: 4000 },
				pass: "tcp",
				drainTimeoutMs: 300_000,
				idleTimeoutMs: 60_000,
				proxyProtocol: "v2",
			},
		});
	});

	test.each([
		[{ http: "/health" }, undefined, "http"],
		[{ tcp: true }, undefined, "tcp"],
		[{ command: ["true"] }, undefined, "tcp"],
		[{ tcp: true }, "http", "http"],
		[{ http: "/health" }, "tcp", "tcp"],
	])("with ready %j and pass %s passes on %s", async (ready, pass, expected) => {
		const exec = { ...ROLLING, ready, ...(pass && { pass }) };

		expect((await execOf(exec))?.rolling?.pass).toBe(expected);
	});

	test.each([
		["4000", { kind: "tcp", host: "127.0.0.1", port: 4000 }],
		["gateway.example:4000", { kind: "tcp", host: "gateway.example", port: 4000 }],
		["unix:/run/../run/gw.sock", { kind: "unix", path: "/run/gw.sock" }],
	])("listens at %s", async (listen, expected) => {
		expect((await execOf({ ...ROLLING, listen }))?.rolling?.listen).toEqual(expected);
	});

	test("knows {{port}} in the command by each of its spellings", async () => {
		const command = ["gw", "--url=http://127.0.0.1:{{ port }}/{{@port}}", "{{portal}}"];

		expect((await execOf({ ...ROLLING, command }))?.command).toEqual([
			"gw",
			"--url=http://127.0.0.1:{{port}}/{{port}}",
			"{{portal}}",
		]);
		expect((await execOf({ ...ROLLING, ready: { command: ["nc", "{{@port}}"] } }))?.ready?.probe).toEqual({
			kind: "command",
			command: ["nc", "{{port}}"],
		});
	});

	test("goes with variables, and gives templates its on_change", async () => {
		const templates = [
			{ contents: "a", destination: "/a" },
			{ contents: "b", destination: "/b", on_change: "rolling" },
			{ contents: "c", destination: "/c", on_change: { signal: "SIGHUP" } },
			{ contents: "d", destination: "/d", on_change: "none" },
		];

		const config = await loadConfig(given(ROLLING, { templates, env: { KEY: "a#b" } }));

		expect(config.templates.map(({ onChange }) => onChange[0]?.kind)).toEqual([
			"rolling",
			"rolling",
			"signal",
			undefined,
		]);
	});

	test("can be asked for by flags", async () => {
		const exec = async (execReady: string) => {
			const flags = {
				command: ["gw"],
				onChange: "rolling",
				execListen: "4000",
				execReady,
				execDrainTimeout: "5m",
			};
			const { file: _none, ...input } = given({});
			return (await loadConfig({ ...input, flags })).exec;
		};

		expect(await exec("/health")).toMatchObject({
			ready: { probe: { kind: "http-path", path: "/health" } },
			rolling: { listen: { host: "127.0.0.1", port: 4000 }, drainTimeoutMs: 300_000 },
		});
		expect((await exec("tcp"))?.ready?.probe).toEqual({ kind: "tcp-private" });
	});

	test("leaves its address in the open", async () => {
		expect(publicTexts(await loadConfig(given({ ...ROLLING, listen: "gw.example:1" })))).toContain(
			"gw.example",
		);
	});

	test.each([
		[
			without("listen"),
			"exec.on_change: rolling needs listen, the public address that the agent owns and hands over; write listen: 0.0.0.0:4000",
		],
		[
			without("ready"),
			"exec.on_change: rolling needs ready: without it nobody knows when the new child can take requests; write ready: { http: /health }, or { tcp: true }",
		],
		[
			{ ...ROLLING, listen: "0.0.0.0" },
			"exec.listen: expected host:port such as 0.0.0.0:4000, or unix:/path",
		],
		[
			{ ...ROLLING, listen: "http://a:1" },
			"exec.listen: expected host:port such as 0.0.0.0:4000, or unix:/path",
		],
		[
			{ ...ROLLING, listen: "::1:4000" },
			"exec.listen: expected an IPv6 address in brackets, such as [::1]:4000",
		],
		[
			{ ...ROLLING, listen: "*:4000" },
			"exec.listen: expected 0.0.0.0 in the place of *, or [::] for IPv6 as well, such as 0.0.0.0:4000",
		],
		[{ ...ROLLING, listen: "a:65536" }, "exec.listen: expected a port of 65535 at most"],
		[{ ...ROLLING, listen: "99999" }, "exec.listen: expected a port of 65535 at most"],
		[{ ...ROLLING, listen: "a:0" }, "exec.listen: port 0 stands for any port; clients have to know which"],
		[
			{ ...ROLLING, listen: 14_000 },
			"exec.listen: expected an address with its host: 127.0.0.1:14000 for this machine alone, or 0.0.0.0:14000 for others too",
		],
		[{ ...ROLLING, listen: "unix:" }, "exec.listen: expected the path of a socket after unix:"],
		[
			{ ...ROLLING, listen: `unix:/${"x".repeat(107)}` },
			"exec.listen: the path of a socket is at most 107 bytes long",
		],
		[{ ...ROLLING, ready: {} }, "exec.ready: expected http, tcp or command"],
		[{ ...ROLLING, ready: { timeout: "1s" } }, "exec.ready: expected http, tcp or command"],
		[{ ...ROLLING, ready: { http: "/", tcp: true } }, "exec.ready: expected only one of http, tcp"],
		[{ ...ROLLING, ready: true }, "exec.ready: expected a map with http, tcp, command, timeout or interval"],
		[
			{ ...ROLLING, ready: { http: "health" } },
			"exec.ready.http: expected a path such as /health, or an address such as http://127.0.0.1:4000/health",
		],
		[
			{ ...ROLLING, ready: { http: "//host/health" } },
			"exec.ready.http: expected a path such as /health, or an address such as http://127.0.0.1:4000/health",
		],
		[
			{ ...ROLLING, ready: { http: "/a b" } },
			"exec.ready.http: expected a path such as /health, or an address such as http://127.0.0.1:4000/health",
		],
		[
			{ ...ROLLING, ready: { http: "http://127.0.0.1:4000/health" } },
			"exec.ready.http: a whole address asks whoever listens there, be it the old child; write the path alone, such as /health",
		],
		[
			{ ...ROLLING, ready: { tcp: "127.0.0.1:4000" } },
			"exec.ready.tcp: an address asks whoever listens there, be it the old child; write tcp: true",
		],
		[
			{ ...ROLLING, ready: { tcp: false } },
			"exec.ready.tcp: expected true, or host:port such as 127.0.0.1:4000",
		],
		[
			{ ...ROLLING, ready: { command: "curl -f" } },
			"exec.ready.command: expected a list such as [litellm, --config, config.yaml], not one string: there is no shell that takes it apart",
		],
		[{ ...ROLLING, ready: { tcp: true, timeout: "0s" } }, "exec.ready.timeout: expected at least 1ms"],
		[{ ...ROLLING, ready: { tcp: true, interval: "1ms" } }, "exec.ready.interval: expected at least 10ms"],
		[
			{ ...ROLLING, ready: { tcp: true, timeout: "1s", interval: "2s" } },
			"exec.ready.interval: expected no more than timeout",
		],
		[
			{ ...ROLLING, idle_timeout: "5s" },
			"exec.idle_timeout: with pass: http, which follows from ready.http, connections move between two requests; leave it out, or write pass: tcp",
		],
		[{ ...ROLLING, drain: "5m" }, 'unknown key "drain" in exec; did you mean "drain_timeout"?'],
		[
			{ ...ROLLING, command: ["gw", "--port", "${PORT}"] },
			"${PORT} is a variable of the agent's own, read once; with on_change: rolling the child's port is {{port}}",
		],
		[{ ...ROLLING, pass: "https" }, 'exec.pass: expected http or tcp; did you mean "http"?'],
		[{ ...ROLLING, proxy_protocol: true }, "exec.proxy_protocol: expected none, v1 or v2"],
		[{ ...ROLLING, drain_timeout: -1 }, expect.stringContaining("exec.drain_timeout: expected")],
	])("refuses %j", async (exec, expected) => {
		expect(await problems(exec)).toEqual([expected]);
	});

	test.each([
		[["gw", "--port", "$PORT"], "$PORT stands in it, and no shell replaces that"],
		[["gw", "--port={port}"], "{port} stands in it, which nobody replaces"],
		[["gw", "--port", "4000"], "the port of listen stands in it, where the agent itself listens"],
		[["gw", "--bind=0.0.0.0:4000"], "the port of listen stands in it, where the agent itself listens"],
	])("warns of a port in %j that the child is not told", async (command, what) => {
		expect((await loadConfig(given({ ...ROLLING, command }))).warnings).toEqual([
			`exec.command: ${what}; the child's own port is {{port}}`,
		]);
	});

	test.each([
		[["sh", "-c", "exec gw --port $PORT"]],
		[["sh", "-c", "exec gw --port $${PORT}"]],
		[["gw", "--port", "{{port}}", "--public-url=http://a:4000"]],
		[["gw", "--workers", "14000"]],
	])("says nothing of %j", async (command) => {
		expect((await loadConfig(given({ ...ROLLING, command }))).warnings).toEqual([]);
	});

	test("has the path of a socket count from the config's folder, and from the working folder in a flag", async () => {
		const exec = { ...ROLLING, listen: "unix:gw.sock" };
		const listener = { address: "unix:run/agent.sock" };
		const over = { file: "sub/agent.yaml" };
		const config = await loadConfig(given(exec, { listener }, over));
		const flags = { execListen: "unix:gw.sock", listen: "unix:agent.sock" };
		const flagged = await loadConfig(given(ROLLING, { listener }, { ...over, flags }));

		expect(config.exec?.rolling?.listen).toEqual({ kind: "unix", path: "/etc/keyturn/sub/gw.sock" });
		expect(config.listener?.address).toEqual({ kind: "unix", path: "/etc/keyturn/sub/run/agent.sock" });
		expect(flagged.exec?.rolling?.listen).toEqual({ kind: "unix", path: "/etc/keyturn/gw.sock" });
		expect(flagged.listener?.address).toEqual({ kind: "unix", path: "/etc/keyturn/agent.sock" });
	});

	test.each([
		[{}, "--on-change: rolling needs listen, .*; add --exec-listen 0\\.0\\.0\\.0:4000"],
		[{ execListen: "4000" }, "--on-change: rolling needs ready: .*; add --exec-ready /health, or tcp"],
		[{ execListen: "4000", execReady: "tcp:a:1" }, "--exec-ready: an address asks .*; write tcp alone"],
		[{ execListen: "*:4000", execReady: "tcp" }, "--exec-listen: expected 0\\.0\\.0\\.0 in the place"],
	])("speaks of flags to whoever gave %j", async (some, message) => {
		const { file: _none, ...input } = given({});
		const flags = { command: ["gw"], onChange: "rolling", ...some };

		await expect(loadConfig({ ...input, flags })).rejects.toThrow(new RegExp(`^${message}`, "m"));
	});

	test.each(["{{PORT}}", "--port={{prot}}", "{{ .port }}", "{{ports}}"])(
		"refuses %s in the command",
		async (word) => {
			expect(await problems({ ...ROLLING, command: ["gw", word] })).toEqual([
				'exec.command: what stands in {{ }} is not known; did you mean "{{port}}"?',
			]);
		},
	);

	test("refuses a variable that the agent sets itself", async () => {
		expect(await problems(ROLLING, { env: { PORT: "a#b" } })).toEqual([
			"env holds PORT, which with exec.on_change: rolling is the child's private port; use another name",
		]);
	});

	test("refuses a template that would end the child that serves", async () => {
		const templates = [{ contents: "a", destination: "/a", on_change: "restart" }];

		expect(await problems(ROLLING, { templates })).toEqual([
			"templates[0].on_change: restart would end the child that serves; with exec.on_change: rolling write rolling, or leave it out",
		]);
	});

	test.each(["0.0.0.0:4000", "127.0.0.1:4000", "[::]:4000", "4000"])(
		"refuses the address of the agent's own listener, %s",
		async (address) => {
			expect(await problems({ ...ROLLING, listen: "localhost:4000" }, { listener: { address } })).toEqual([
				"exec.listen: listener.address is the same; the agent's own answers need an address of their own",
			]);
		},
	);

	test.each([
		["127.0.0.2:4000", "127.0.0.1:4000"],
		["127.0.0.1:4001", "0.0.0.0:4000"],
		["unix:/run/agent.sock", "unix:/run/gw.sock"],
		["unix:/run/agent.sock", "0.0.0.0:4000"],
	])("takes a listener at %s beside %s", async (address, listen) => {
		expect(
			(await loadConfig(given({ ...ROLLING, listen }, { listener: { address } }))).listener,
		).toBeDefined();
	});

	test("refuses a Unix socket that is the listener's as well", async () => {
		const exec = { ...ROLLING, listen: "unix:/run/x/../a.sock" };

		expect(await problems(exec, { listener: { address: "unix:/run/a.sock" } })).toEqual([
			"exec.listen: listener.address is the same; the agent's own answers need an address of their own",
		]);
	});
});

describe("another on_change than rolling", () => {
	const command = ["gw"];

	test.each([
		[{ http: "http://127.0.0.1:4000/health" }, { kind: "http", url: "http://127.0.0.1:4000/health" }],
		[{ tcp: "127.0.0.1:4000" }, { kind: "tcp", host: "127.0.0.1", port: 4000 }],
		[{ tcp: "[::1]:4000" }, { kind: "tcp", host: "::1", port: 4000 }],
		[{ command: ["true"] }, { kind: "command", command: ["true"] }],
	])("asks %j", async (ready, probe) => {
		expect(await execOf({ command, ready })).toMatchObject({ ready: { probe, timeoutMs: 60_000 } });
		expect(await execOf({ command, ready })).not.toHaveProperty("rolling");
	});

	test.each([
		["listen", "0.0.0.0:4000"],
		["drain_timeout", "1s"],
		["pass", "tcp"],
		["idle_timeout", "1s"],
		["proxy_protocol", "none"],
	])("refuses %s", async (key, value) => {
		expect(await problems({ command, [key]: value })).toEqual([
			`exec.${key}: only with on_change: rolling does the agent stand before the child; leave one of them out`,
		]);
	});

	test.each([
		[
			{ command, ready: { http: "/health" } },
			"exec.ready.http: a path alone has no target: only with on_change: rolling does the agent know the child's port; write the whole address, such as http://127.0.0.1:4000/health",
		],
		[
			{ command, ready: { tcp: true } },
			"exec.ready.tcp: true has no target: only with on_change: rolling does the agent know the child's port; write host:port, such as 127.0.0.1:4000",
		],
		[
			{ command, ready: { tcp: "127.0.0.1:0" } },
			"exec.ready.tcp: expected true, or host:port such as 127.0.0.1:4000",
		],
		[
			{ command, ready: { http: "http://u:planted@a/" } },
			"exec.ready.http: an address must not hold a user name or a password",
		],
		[
			{ command: ["gw", "--port", "{{ port }}"] },
			"exec.command: {{port}} is there only with exec.on_change: rolling; write the port itself",
		],
		[
			{ command, ready: { command: ["nc", "{{port}}"] } },
			"exec.ready.command: {{port}} is there only with exec.on_change: rolling; write the port itself",
		],
	])("refuses %j", async (exec, expected) => {
		expect(await problems(exec)).toEqual([expected]);
	});

	test("refuses a template that asks for rolling", async () => {
		const templates = [{ contents: "a", destination: "/a", on_change: "rolling" }];

		expect(await problems({ command }, { templates })).toEqual([
			"templates[0].on_change: rolling needs exec.on_change: rolling, with listen and ready; write it there, or restart here",
		]);
	});

	test.each(["none", { signal: "SIGHUP" }])(
		"refuses variables with %j, and says what would do",
		async (on_change) => {
			const [message] = await problems({ command, on_change }, { env: { A: "a#b" } });

			expect(message).toMatch(
				/cannot go with env: .*; use restart or rolling, templates instead of env, or exec\.fixed_env: true$/,
			);
		},
	);
});

test.each([
	["execListen", "--exec-listen"],
	["execReady", "--exec-ready"],
	["execDrainTimeout", "--exec-drain-timeout"],
])("refuses %s without a child", async (flag, name) => {
	const input = { ...given({}), readFile: () => Promise.resolve(""), flags: { [flag]: "tcp" } };

	await expect(loadConfig(input)).rejects.toThrow(
		`${name}: there is no child to do it with; write its command after --`,
	);
});
