import { constants } from "node:os";
import { Agent, timedOut } from "../agent/mod.ts";
import type { Supervisor } from "../child/mod.ts";
import type { Config } from "../config/mod.ts";
import { AgentError, ExitCode, type Log } from "../kernel/mod.ts";
import { deliveryOf, surroundingsOf, vaultParts } from "./assemble.ts";
import { childEnvironment } from "./child-environment.ts";
import { memoryTrimmer } from "./memory.ts";
import { systemNotices } from "./notices.ts";
import { type ChildSignals, listenToSignals, Stopped } from "./signals.ts";
import { unitsOf } from "./units.ts";
import type { World } from "./world.ts";

/** Pauses between starts of a child that keeps failing. */
const CHILD_BACKOFF = { minMs: 1000, maxMs: 60_000 };

/**
 * Runs the agent for a config: as an init container, a sidecar, or around a child.
 *
 * @returns the exit code
 * @throws AgentError when the first generation cannot come about
 */
export async function serve(config: Config, world: World, log: Log): Promise<number> {
	const heap = config.exitAfterAuth ? undefined : await world.loadHeap();
	heap?.settleDown();
	for (const warning of config.warnings) log.write("warn", "config", { msg: warning });
	const units = await unitsOf(config, (path) => world.fs.readFile(path, "utf8"));
	const { links, store } = vaultParts(config, world, log);
	const child = await superviseWith(config, world, log);
	const supervisor = child?.supervisor;
	const inheritEnv = config.exec?.inheritEnv ?? true;
	const agent = new Agent(units, {
		store,
		delivery: deliveryOf(config, world),
		notices: systemNotices(childEnvironment(world.env, true, new Map())),
		surroundings: surroundingsOf(world),
		clock: world.clock,
		random: world.random,
		log,
		...(heap && { rest: memoryTrimmer(world.clock, () => heap.collectGarbage()) }),
		...(supervisor && {
			child: {
				supervisor,
				terms: { environment: (variables) => childEnvironment(world.env, inheritEnv, variables) },
			},
		}),
	});
	const stopping = new AbortController();
	const reload = () => {
		links.session.retryNow();
		agent.refresh();
	};
	const release = listenToSignals({ world, reload, child, stopping });
	try {
		const begun = agent.start(stopping.signal);
		const work = config.exitAfterAuth
			? once({ agent, begun, config, world, stopping })
			: begun.then(() => agent.watch(stopping.signal));
		const keepAlive = links.keepAlive(stopping.signal);
		return await outcome({ begun, work: Promise.all([work, keepAlive]), supervisor, stopping, config });
	} finally {
		stopping.abort(new Error("the agent ends"));
		await supervisor?.stop();
		links.close();
		release();
	}
}

interface OneShot {
	readonly agent: Agent;
	readonly begun: Promise<void>;
	readonly config: Config;
	readonly world: World;
	readonly stopping: AbortController;
}

/** Everything once, within the deadline. */
async function once({ agent, begun, config, world, stopping }: OneShot): Promise<void> {
	const { timeoutMs } = config;
	const ready = begun.then(() => agent.settle(stopping.signal));
	const late = world.clock.sleep(timeoutMs, stopping.signal).then(
		() => "late",
		() => "stopped",
	);
	const first = await Promise.race([ready, late]);
	if (first === "late") {
		ready.catch(() => undefined); // it ends with the abort, which is no news
		throw timedOut(timeoutMs, agent.waitingFor ?? { words: "nothing is missing" });
	}
	await ready;
	stopping.abort(new Error("done"));
}

interface Running {
	readonly begun: Promise<void>;
	readonly work: Promise<unknown>;
	readonly supervisor: Supervisor | undefined;
	readonly stopping: AbortController;
	readonly config: Config;
}

/** The child's end is the program's end; without a child, a signal is. */
async function outcome({ begun, work, supervisor, stopping, config }: Running): Promise<number> {
	const ended = supervisor?.exited.then(({ code }) => code);
	try {
		const first = await (ended === undefined ? work : Promise.race([work, ended]));
		if (typeof first === "number") {
			await begun; // a child that ends at once, or could not be started: the start has the last word
			return first;
		}
	} catch (error) {
		if (!stopping.signal.aborted) throw error;
	}
	if (ended !== undefined && supervisor?.state.kind !== "idle") return await ended;
	const { reason } = stopping.signal;
	// A sidecar that is told to stop has done its work; whoever waits for a result learns that there is none.
	const isAwaited = config.exitAfterAuth || config.exec !== undefined;
	return reason instanceof Stopped && isAwaited ? 128 + constants.signals[reason.signal] : ExitCode.done;
}

/** The room of the child is loaded where there is one. */
async function superviseWith(config: Config, world: World, log: Log): Promise<ChildSignals | undefined> {
	const { exec } = config;
	if (exec === undefined) return undefined;
	if (config.exitAfterAuth) {
		throw new AgentError("exit_after_auth and exec exclude each other: an init container runs no child", {
			code: "E_CONFIG",
			exitCode: ExitCode.usage,
			rows: { do: "leave one of them out" },
		});
	}
	const [program, ...args] = exec.command;
	if (program === undefined) throw new RangeError("Cannot supervise: the config has an empty command");
	const { createSupervisor, FORWARDED_SIGNALS, logChildEvents } = await import("../child/mod.ts");
	const supervisor = createSupervisor(
		{ ...exec, command: [program, ...args], backoff: CHILD_BACKOFF },
		{
			clock: world.clock,
			random: world.random,
			observe: logChildEvents(log, program),
			processes: await world.makeProcesses(log),
		},
	);
	return { supervisor, forwarded: FORWARDED_SIGNALS };
}
