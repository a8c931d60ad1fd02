import { Agent, timedOut } from "../agent/mod.ts";
import {
	createSupervisor,
	FORWARDED_SIGNALS,
	logChildEvents,
	type Supervisor,
	watchTerminal,
} from "../child/mod.ts";
import type { Config } from "../config/mod.ts";
import { AgentError, ExitCode, type Log } from "../kernel/mod.ts";
import { deliveryOf, surroundingsOf, vaultParts } from "./assemble.ts";
import { childEnvironment } from "./child-environment.ts";
import { systemNotices } from "./notices.ts";
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
	for (const warning of config.warnings) log.write("warn", "config", { msg: warning });
	const units = await unitsOf(config, (path) => world.fs.readFile(path, "utf8"));
	const { client, session, store } = vaultParts(config, world, log);
	const supervisor = superviseWith(config, world, log);
	const inheritEnv = config.exec?.inheritEnv ?? true;
	const agent = new Agent(units, {
		store,
		delivery: deliveryOf(world),
		notices: systemNotices(childEnvironment(world.env, true, new Map())),
		surroundings: surroundingsOf(world),
		clock: world.clock,
		random: world.random,
		log,
		...(supervisor && {
			child: { supervisor, environment: (variables) => childEnvironment(world.env, inheritEnv, variables) },
		}),
	});
	const stopping = new AbortController();
	const release = listenToSignals({ world, agent, supervisor, stopping });
	try {
		const keepAlive = session.keepAlive(stopping.signal);
		const work = config.exitAfterAuth
			? once({ agent, config, world, stopping })
			: forever(agent, stopping.signal);
		return await outcome({ work: Promise.all([work, keepAlive]), supervisor, stopping, config });
	} finally {
		stopping.abort(new Error("the agent ends"));
		await supervisor?.stop();
		client.close();
		release();
	}
}

async function forever(agent: Agent, signal: AbortSignal): Promise<void> {
	await agent.start(signal);
	await agent.watch(signal);
}

interface OneShot {
	readonly agent: Agent;
	readonly config: Config;
	readonly world: World;
	readonly stopping: AbortController;
}

/** Everything once, within the deadline. */
async function once({ agent, config, world, stopping }: OneShot): Promise<void> {
	const { signal } = stopping;
	const { timeoutMs } = config;
	const deadline = world.clock.sleep(timeoutMs, signal).then(() => {
		throw timedOut(timeoutMs, agent.waitingFor ?? "nothing is missing");
	});
	const ready = agent.start(signal).then(() => agent.settle(signal));
	await Promise.race([ready, deadline]);
	stopping.abort(new Done());
	await deadline.catch(() => undefined);
}

/** Reason of the abort when the one-shot run has done all there is to do. */
class Done extends Error {}

/** Reason of the abort when a signal asked for the end. */
class Stopped extends Error {
	readonly signalName: NodeJS.Signals;

	constructor(signalName: NodeJS.Signals) {
		super(`stopped by ${signalName}`);
		this.signalName = signalName;
	}
}

interface Running {
	readonly work: Promise<unknown>;
	readonly supervisor: Supervisor | undefined;
	readonly stopping: AbortController;
	readonly config: Config;
}

/** The child's end is the program's end; without a child, a signal is. */
async function outcome({ work, supervisor, stopping, config }: Running): Promise<number> {
	const ended = supervisor?.exited.then(({ code }) => code);
	try {
		const first = await (ended === undefined ? work : Promise.race([work, ended]));
		if (typeof first === "number") return first;
	} catch (error) {
		if (!stopping.signal.aborted) {
			// A child that could not be started is reported by the error; one that had ended keeps its code.
			throw error;
		}
	}
	const { reason } = stopping.signal;
	if (ended !== undefined) return await ended;
	if (reason instanceof Done) return ExitCode.done;
	if (reason instanceof Stopped && config.exitAfterAuth)
		return 128 + (reason.signalName === "SIGINT" ? 2 : 15);
	return ExitCode.done;
}

interface SignalParts {
	readonly world: World;
	readonly agent: Agent;
	readonly supervisor: Supervisor | undefined;
	readonly stopping: AbortController;
}

/** Ends on TERM and INT, reads anew on HUP, hands everything else to the child. */
function listenToSignals({ world, agent, supervisor, stopping }: SignalParts): () => void {
	const isTerminalGone = watchTerminal();
	const releases = FORWARDED_SIGNALS.map((name) =>
		world.onSignal(name, () => {
			const isRunning = supervisor !== undefined && supervisor.state.kind !== "idle";
			if (isRunning) supervisor.forward(name);
			else if (name === "SIGTERM" || name === "SIGINT" || name === "SIGQUIT")
				stopping.abort(new Stopped(name));
		}),
	);
	const hangUp = world.onSignal("SIGHUP", () => {
		if (!isTerminalGone()) agent.refresh();
		else if (supervisor !== undefined && supervisor.state.kind !== "idle") void supervisor.stop();
		else stopping.abort(new Stopped("SIGHUP"));
	});
	return () => [...releases, hangUp].forEach((release) => release());
}

function superviseWith(config: Config, world: World, log: Log): Supervisor | undefined {
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
	return createSupervisor(
		{ ...exec, command: [program, ...args], backoff: CHILD_BACKOFF },
		{
			clock: world.clock,
			random: world.random,
			observe: logChildEvents(log, program),
			processes: world.makeProcesses(log),
		},
	);
}
