import { renameSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AgentProcess } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { isAlive, processesWith } from "../support/processes.ts";
import { type ChildScene, childScene, until } from "./child-scene.ts";

const GATEWAY = join(import.meta.dirname, "../fixtures/e2e/rolling-gateway.mjs");

interface Said {
	readonly key: string;
	readonly pid: number;
}

interface RollingScene extends ChildScene {
	readonly agent: AgentProcess;
	/** Asks on the public address, over a connection of its own. */
	readonly ask: () => Promise<Said>;
	/** The same without a pause, until it is told to stop. @returns whatever failed */
	readonly keepAsking: () => () => Promise<{
		readonly answered: number;
		readonly failures: readonly string[];
	}>;
	/** Waits until the key is served. */
	readonly served: (key: string) => Promise<Said>;
	/** Holds an answer open that does not end. */
	readonly stream: () => Promise<void>;
}

interface Program {
	/** How long it takes to get ready. */
	readonly seconds?: number;
	/** The shell's words around it. */
	readonly script?: (gateway: string) => string;
}

/** An agent whose children are gateways. */
async function rollingScene(exec: object = {}, program: Program = {}): Promise<RollingScene> {
	const { seconds = 0, script = (gateway) => `exec ${gateway}` } = program;
	const scene = await childScene();
	const { place, start } = scene;
	const listen = `127.0.0.1:${await freePort()}`;
	const gateway = `${process.execPath} ${GATEWAY} --seconds ${seconds} --in ${place.path}`;
	const agent = start({
		command: ["sh", "-c", script(gateway)],
		on_change: "rolling",
		listen,
		ready: { http: "/health", interval: "20ms" },
		...exec,
	});
	const ask = async () => {
		const reply = await fetch(`http://${listen}/`, { headers: { connection: "close" } });
		return (await reply.json()) as Said;
	};
	const served = async (key: string) => {
		let said: Said | undefined;
		await until(`${key} is served`, async () => {
			said = await ask().catch(() => undefined);
			return said?.key === key;
		});
		return said as Said;
	};
	const keepAsking = () => {
		const [over, failures] = [new AbortController(), [] as string[]];
		let answered = 0;
		const asking = (async () => {
			while (!over.signal.aborted) {
				await ask().then(
					() => answered++,
					(error: unknown) => failures.push(String(error)),
				);
			}
		})();
		return async () => {
			over.abort();
			await asking;
			return { answered, failures };
		};
	};
	const stream = async () => {
		await new Promise((resolve, reject) => {
			const asking = get(`http://${listen}/stream`, { agent: false }, (reply) => {
				reply.on("error", () => {}).once("data", resolve);
			});
			asking.on("error", reject);
		});
	};
	await served("sk-1");
	return { ...scene, agent, ask, keepAsking, served, stream };
}

/** Those that run, without the shells that have them in their script. */
function gateways({ place }: RollingScene): number[] {
	return processesWith(`--in ${place.path}`)
		.filter(({ command }) => command.startsWith(process.execPath))
		.map(({ pid }) => pid);
}

const startOf =
	(generation: number) =>
	({ kind, generation: of }: { readonly [field: string]: unknown }) =>
		kind === "started" && of === generation;

test("kill -9 of the agent while one child drains, one serves and one gets ready leaves none of them", async () => {
	const scene = await rollingScene({ stop_timeout: "1s" }, { seconds: 0.3 });
	const { agent, rotate, served, stream } = scene;
	await stream();
	rotate("sk-2");
	await served("sk-2");
	await stream();
	rotate("sk-3");
	await agent.logged("child", startOf(3));
	await until("three children", () => gateways(scene).length === 3);

	agent.signal("SIGKILL");
	await agent.ended;

	await eventually(() => expect(gateways(scene)).toEqual([]));
});

test("a child that is killed while it gets ready costs no request, and another is made ready in its place", async () => {
	const scene = await rollingScene({}, { seconds: 0.5 });
	const { agent, rotate, served, keepAsking } = scene;
	const stop = keepAsking();
	rotate("sk-2");
	const { pid } = await agent.logged("child", startOf(2));

	process.kill(Number(pid), "SIGKILL");
	await served("sk-2");

	const { answered, failures } = await stop();
	expect(failures).toEqual([]);
	expect(answered).toBeGreaterThan(10);
	expect(agent.log().filter(({ event }) => event === "rejected")).toHaveLength(1);
});

test("a child that serves and was stopped by SIGSTOP is replaced, and gone after its time", async () => {
	const scene = await rollingScene({ drain_timeout: "500ms" });
	const { agent, ask, rotate } = scene;
	const { pid } = await ask();
	process.kill(pid, "SIGSTOP");

	rotate("sk-2");
	await agent.logged("turned over");

	expect((await ask()).key).toBe("sk-2");
	await until("the frozen child is gone", () => !isAlive(pid));
});

test("an old child that ignores the stop signal is killed with its helper while the new one serves", async () => {
	const stubborn = (gateway: string) => `trap "" TERM; ${gateway} & while :; do sleep 0.1; done`;
	const scene = await rollingScene({ stop_timeout: "500ms" }, { script: stubborn });
	const { agent, place, rotate, served, keepAsking } = scene;
	const { pid } = await agent.logged("child", startOf(1));
	const stop = keepAsking();

	rotate("sk-2");
	await served("sk-2");
	await agent.logged("child", ({ kind, pid: of }) => kind === "killed" && of === pid);
	await agent.logged("child", ({ kind, pid: of }) => kind === "drained" && of === pid);

	expect((await stop()).failures).toEqual([]);
	expect(gateways(scene)).toHaveLength(1);
	agent.signal("SIGTERM");
	expect(await agent.ended).toBe(137);
	expect(processesWith(place.path)).toEqual([]);
});

describe("a child that serves and dies", () => {
	test("in a loop: shows as crash-loop, and requests are answered again when it lives", async () => {
		const scene = await childScene();
		const { place, status, start } = scene;
		const listen = `127.0.0.1:${await freePort()}`;
		const gateway = `${process.execPath} ${GATEWAY} --in ${place.path}`;
		place.write("go", "");
		start({
			command: ["sh", "-c", `test -e ${place.at("go")} || exit 3; exec ${gateway}`],
			on_change: "rolling",
			listen,
			ready: { http: "/health", interval: "20ms" },
			restart_on_exit: "on-failure",
		});
		const ask = async () => (await (await fetch(`http://${listen}/`)).json()) as Said;
		await until("it serves", async () => (await ask().catch(() => undefined)) !== undefined);
		const { pid } = await ask();

		renameSync(place.at("go"), place.at("gone"));
		process.kill(pid, "SIGKILL");
		await until("a crash loop", async () => (await status()).child?.state === "crash-loop");
		const waiting = ask();
		renameSync(place.at("gone"), place.at("go"));

		expect((await waiting).key).toBe("sk-1");
		expect((await status()).child?.state).toBe("up");
	});

	test("with its code as the agent's, where restart_on_exit says never", async () => {
		const { agent, ask } = await rollingScene();
		const { pid } = await ask();

		process.kill(pid, "SIGKILL");

		expect(await agent.ended).toBe(137);
	});
});
