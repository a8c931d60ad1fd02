import { Agent, get, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { isGroupAlive } from "../../src/child/process-group.ts";
import type { ChildSpec, RollingSpec } from "../../src/child/ports.ts";
import { realSupervisor, rollingValues, until } from "../fixtures/child/real.ts";
import { freePort } from "../support/free-port.ts";

const GATEWAY = join(import.meta.dirname, "../fixtures/e2e/rolling-gateway.mjs");

/** A supervisor whose children are real servers behind a real front. */
async function scene(over: Partial<RollingSpec> = {}, spec: Partial<ChildSpec> = {}) {
	const port = await freePort();
	const rolling: RollingSpec = {
		listen: { kind: "tcp", host: "127.0.0.1", port },
		pass: "http",
		drainTimeoutMs: 10_000,
		idleTimeoutMs: 1000,
		proxyProtocol: "none",
		...over,
	};
	const ready = { probe: { kind: "http-path", path: "/health" }, timeoutMs: 10_000, intervalMs: 10 } as const;
	const world = realSupervisor([process.execPath, GATEWAY], { ready, rolling, ...spec });
	const values = (generation: number) => rollingValues(generation, { KEY: String(generation) });
	const privatePort = (generation: number) => {
		const started = world.events.find((each) => each.kind === "started" && each.generation === generation);
		return started?.kind === "started" ? (started.port ?? 0) : 0;
	};
	const draining = () => {
		const { state } = world.supervisor;
		return (state.kind === "running" && state.draining) || [];
	};
	return { ...world, port, values, privatePort, draining };
}

interface Answer {
	readonly key: string;
	readonly pid: number;
}

async function textOf(response: IncomingMessage): Promise<string> {
	let text = "";
	for await (const chunk of response) text += String(chunk);
	return text;
}

async function ask(port: number, path: string, agent: Agent): Promise<string> {
	const [response] = (await once(get({ port, path, agent, host: "127.0.0.1" }), "response")) as [
		IncomingMessage,
	];
	if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
	return await textOf(response);
}

/** Clients that never pause: some on a connection each that they keep, some on a new one for each request. */
function traffic(port: number, { kept, fresh }: { readonly kept: number; readonly fresh: number }) {
	const failures: string[] = [];
	const keys = new Map<string, number>();
	const over = new AbortController();
	const client = async (keepAlive: boolean) => {
		const agent = new Agent({ keepAlive, maxSockets: 1 });
		while (!over.signal.aborted) {
			try {
				const { key } = JSON.parse(await ask(port, "/", agent)) as Answer;
				keys.set(key, (keys.get(key) ?? 0) + 1);
			} catch (error) {
				failures.push(String(error));
			}
			if (!keepAlive) await delay(2);
		}
		agent.destroy();
	};
	const clients = Array.from({ length: kept + fresh }, (_, index) => client(index < kept));
	return {
		failures,
		keys,
		stop: async () => {
			over.abort();
			await Promise.all(clients);
			return [...keys.values()].reduce((sum, count) => sum + count, 0);
		},
	};
}

test.each([
	{ pass: "http", count: 30, kept: 2, fresh: 2 },
	{ pass: "tcp", count: 10, kept: 0, fresh: 4 },
] as const)(
	"$count hand-overs under load with pass: $pass fail no request, and leave one child",
	async ({ pass, count, kept, fresh }) => {
		const { supervisor, port, pids, values, events, draining } = await scene({ pass });
		await supervisor.start(values(1));
		const clients = traffic(port, { kept, fresh });

		for (let generation = 2; generation <= count + 1; generation++) {
			expect(await supervisor.replace(values(generation))).toBe("turned-over");
			await until(() => clients.keys.has(String(generation)));
		}

		const requests = await clients.stop();
		expect(clients.failures).toEqual([]);
		expect(requests).toBeGreaterThan(10 * count);
		expect([...clients.keys.keys()].map(Number)).toEqual(
			Array.from({ length: count + 1 }, (_, index) => index + 1),
		);
		await until(() => draining().length === 0);
		expect(pids().filter((pid) => isGroupAlive(pid))).toHaveLength(1);
		expect(events.flatMap((event) => (event.kind === "drained" ? [event.cut] : []))).toEqual(
			Array.from({ length: count }, () => 0),
		);
	},
	60_000,
);

test("an answer that is under way arrives whole from the old child, over two hand-overs", async () => {
	const { supervisor, port, pids, values, privatePort, draining } = await scene();
	await supervisor.start(values(1));
	const agent = new Agent();
	const [stream] = (await once(get({ port, path: "/stream", agent, host: "127.0.0.1" }), "response")) as [
		IncomingMessage,
	];
	const text = textOf(stream);

	await supervisor.replace(values(2));
	await supervisor.replace(values(3));
	await until(() => draining().length === 1);
	expect(draining()).toMatchObject([{ pid: pids()[0], generation: 1, open: 1 }]);
	await ask(privatePort(1), "/release", new Agent());

	expect(await text).toMatch(/^(1 )+done$/);
	await until(() => !isGroupAlive(pids()[0] ?? 0));
});

test("an answer that goes on past the drain timeout is cut, and the old child gone soon after", async () => {
	const { supervisor, port, pids, values, events } = await scene({ drainTimeoutMs: 200 });
	await supervisor.start(values(1));
	const asking = get({ port, path: "/stream", host: "127.0.0.1", agent: new Agent() });
	const [stream] = (await once(asking, "response")) as [IncomingMessage];
	asking.on("error", () => {}); // the stream has it too

	const text = textOf(stream).then(
		() => "whole",
		() => "cut",
	);
	await supervisor.replace(values(2));

	expect(await text).toBe("cut");
	await until(() => !isGroupAlive(pids()[0] ?? 0));
	await until(() => events.some((event) => event.kind === "drained" && event.cut === 1));
});

describe("the child that serves is killed", () => {
	test("connections wait for the next one, and are answered by it", async () => {
		const { supervisor, port, pids, values } = await scene({}, { restartOnExit: "on-failure" });
		await supervisor.start(values(1));
		const [first = 0] = pids();

		process.kill(first, "SIGKILL");
		await until(() => !isGroupAlive(first));
		const answer = JSON.parse(await ask(port, "/", new Agent())) as Answer;

		expect(answer).toMatchObject({ key: "1", pid: pids()[1] });
	});

	test("while another is made ready: that takes over, and the agent lives on", async () => {
		const { supervisor, port, pids, values } = await scene();
		await supervisor.start(values(1));
		const outcome = supervisor.replace(values(2));
		await until(() => pids().length === 2);

		process.kill(pids()[0] ?? 0, "SIGKILL");

		expect(await outcome).toBe("turned-over");
		expect(JSON.parse(await ask(port, "/", new Agent()))).toMatchObject({ key: "2", pid: pids()[1] });
	});
});

describe("the public address", () => {
	test("that is taken is refused before a child is started", async () => {
		const { supervisor, port, pids, values } = await scene();
		const other = createServer().listen(port, "127.0.0.1");
		await once(other, "listening");
		onTestFinished(() => void other.close());

		await expect(supervisor.start(values(1))).rejects.toMatchObject({ code: "E_FRONT_LISTEN" });

		expect(pids()).toEqual([]);
	});

	test.each(["0.0.0.0", "::", "127.0.0.1"])(
		"that the child takes itself is told apart at once (%s)",
		async (host) => {
			const port = await freePort();
			const { supervisor, values, pids } = await scene(
				{ listen: { kind: "tcp", host, port } },
				{ command: [process.execPath, GATEWAY, "--port", String(port)] },
			);

			await expect(supervisor.start(values(1))).rejects.toMatchObject({ code: "E_CHILD_PORT" });

			expect(pids().filter((pid) => isGroupAlive(pid))).toEqual([]);
		},
	);

	test("is nobody's before the first child is ready, and none after the end", async () => {
		const { supervisor, port, pids, values } = await scene(
			{},
			{ command: [process.execPath, GATEWAY, "--seconds", "0.3"] },
		);
		const started = supervisor.start(values(1));
		await until(() => pids().length === 1);
		await expect(ask(port, "/", new Agent())).rejects.toThrow("ECONNREFUSED");

		await started;
		expect(JSON.parse(await ask(port, "/", new Agent()))).toMatchObject({ key: "1" });
		await supervisor.stop();

		await expect(ask(port, "/", new Agent())).rejects.toThrow("ECONNREFUSED");
	});
});

test("stop() in the middle of everything leaves nobody", async () => {
	const { supervisor, port, pids, values } = await scene();
	await supervisor.start(values(1));
	get({ port, path: "/stream", host: "127.0.0.1", agent: new Agent() }).on("error", () => {});
	await supervisor.replace(values(2));
	get({ port, path: "/stream", host: "127.0.0.1", agent: new Agent() }).on("error", () => {});
	const outcome = supervisor.replace(values(3));
	await until(() => pids().length === 3);

	const exit = await supervisor.stop();

	expect(await outcome).toMatch(/^(ended|turned-over)$/);
	expect(exit).toBeDefined();
	expect(pids().filter((pid) => isGroupAlive(pid))).toEqual([]);
});
