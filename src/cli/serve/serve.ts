import { constants } from "node:os";
import type { Config } from "../../config/mod.ts";
import { AgentError, ExitCode, type Log, untilAborted } from "../../kernel/mod.ts";
import type { World } from "../world.ts";
import { AgentLog } from "./agent-log.ts";
import { type AgentParts, buildAgent } from "./build-agent.ts";
import { once } from "./one-shot.ts";
import type { PidFile } from "./pid-file.ts";
import { Reloader } from "./reload.ts";
import { SignIn } from "./sign-in.ts";
import { endBy, listenToSignals, Stopped } from "./signals.ts";
import type { DeskParts } from "./status-desk.ts";
import { type ServiceManager, serviceManager } from "./systemd.ts";
import { leaveWord } from "./termination.ts";
import { WatchedFiles } from "./watched-files.ts";

/**
 * Runs the agent: as an init container, a sidecar, or around a child.
 *
 * @param load reads and checks the config; called again whenever it has to be read anew
 * @returns the exit code
 * @throws AgentError when the first generation cannot come about
 */
export async function serve(load: () => Promise<Config>, world: World): Promise<number> {
	try {
		return await runAgent(load, world);
	} catch (error) {
		if (error instanceof AgentError) await leaveWord(error, world);
		throw error;
	}
}

interface Running extends AgentParts {
	readonly config: Config;
	readonly world: World;
	readonly log: Log;
	readonly reloader: Reloader;
	readonly watched: WatchedFiles;
	readonly systemd: ServiceManager;
	readonly stopping: AbortController;
}

async function runAgent(load: () => Promise<Config>, world: World): Promise<number> {
	const config = await load();
	const log = await AgentLog.open(config, world);
	try {
		sayWarnings(config, log);
		const code = await runConfig({ config, load, world, log });
		await log.close();
		return code;
	} catch (error) {
		await log.close(error instanceof AgentError ? error : undefined);
		throw error;
	}
}

interface Given {
	readonly config: Config;
	readonly load: () => Promise<Config>;
	readonly world: World;
	readonly log: AgentLog;
}

async function runConfig({ config, load, world, log }: Given): Promise<number> {
	const parts = await buildAgent(config, world, log);
	const { vault, desk, child } = parts;
	const stopping = new AbortController();
	const systemd = serviceManager(world, log);
	const watched = new WatchedFiles({ world, log, links: vault.links });
	const reloader = reloaderOf(parts, { load, world, log, systemd, watched });
	const release = listenToSignals({ world, reload: () => reloader.refresh(), child, stopping });
	let pidFile: PidFile | undefined;
	try {
		pidFile = await pidFileOf(config, world, log);
		return await work({ ...parts, config, world, log, reloader, watched, systemd, stopping });
	} finally {
		const { reason } = stopping.signal;
		if (reason instanceof Stopped) log.write("info", "stopping", { msg: `the agent ends: ${reason.signal}` });
		stopping.abort(new Error("the agent ends"));
		await desk.close();
		await systemd.stopping();
		await child?.supervisor.stop();
		await watched.close();
		await vault.links.end();
		await pidFile?.remove();
		release();
	}
}

/** Loaded where there is one. */
async function pidFileOf({ pidFile }: Config, world: World, log: Log): Promise<PidFile | undefined> {
	if (pidFile === undefined) return undefined;
	const { writePidFile } = await import("./pid-file.ts");
	return await writePidFile(pidFile, world, log);
}

interface ReloadParts {
	readonly load: () => Promise<Config>;
	readonly world: World;
	readonly log: AgentLog;
	readonly systemd: ServiceManager;
	readonly watched: WatchedFiles;
}

/** Reloads what the reloader leaves to others as well: the listener, the log, and which files are watched. */
function reloaderOf(parts: AgentParts, { watched, ...others }: ReloadParts): Reloader {
	const { desk, settled } = parts;
	const { log } = others;
	return new Reloader(settled, {
		...parts,
		...others,
		reread: async (current, result) => {
			log.reopen();
			desk.counters.add("keyturn_reloads_total", { result });
			await desk.adopt(current);
		},
		inForce: async (next) => {
			await log.adopt(next.config);
			sayWarnings(next.config, log);
			watched.set(next);
		},
	});
}

function sayWarnings(config: Config, log: Log): void {
	for (const warning of config.warnings) log.write("warn", "config", { msg: warning });
}

/** Everything that goes on at the same time, until one thing ends it. @returns the exit code */
async function work(running: Running): Promise<number> {
	const { agent, vault, desk, systemd, reloader, watched, settled, config, world, log, stopping } = running;
	const { signal } = stopping;
	await desk.open(config, answersOf(running));
	const signIn = new SignIn({ config, links: vault.links, world, log });
	const begun = startOf(running, signIn);
	const whole = begun.then(() => agent.complete(signal));
	const upkeep = [
		vault.links.keepAlive(signal, () => agent.refresh()),
		vault.clockWatch.run(signal),
		systemd.keepAlive(() => agent.isAlive, signal),
	];
	if (config.exitAfterAuth)
		return await outcome(running, {
			whole,
			all: Promise.all([once({ ...running, begun, whole, signIn }), ...upkeep]),
		});
	const all = Promise.all([
		whole.then(() => agent.watch(signal)),
		begun.then(() => signIn.run(signal)),
		...upkeep,
		untilAborted(reloader.run(signal), signal),
		whole.then(() => systemd.ready()),
	]);
	if (config.watch) await watched.open(settled, () => reloader.filesChanged());
	return await outcome(running, { whole, all });
}

/** Brings everything about; the login comes first where there is nothing to render that would ask for it. */
async function startOf({ agent, settled, stopping }: Running, signIn: SignIn): Promise<void> {
	if (settled.units.length === 0) await signIn.run(stopping.signal);
	await agent.start(stopping.signal);
}

/** What the listener asks. */
function answersOf({ agent, vault, child, reloader, stopping }: Running): DeskParts {
	return {
		sources: () => ({
			agent,
			store: vault.store,
			session: vault.links.session,
			isStopping: stopping.signal.aborted,
			...(child && { child }),
			...(reloader.last && { reload: reloader.last }),
		}),
		isAlive: () => agent.isAlive,
		refresh: () => reloader.refresh(),
		quit: () => endBy("SIGTERM", { child, stopping }, (supervisor) => void supervisor.stop()),
	};
}

interface Work {
	/** Everything stands for the first time, and the child runs. */
	readonly whole: Promise<void>;
	readonly all: Promise<unknown>;
}

/** The child's end is the program's end; without a child, a signal is. */
async function outcome({ child, stopping, config }: Running, { whole, all }: Work): Promise<number> {
	const supervisor = child?.supervisor;
	const ended = supervisor?.exited.then(({ code }) => code);
	try {
		const first = await (ended === undefined ? all : Promise.race([all, ended]));
		if (typeof first === "number") {
			await whole; // a child that ends at once, or could not be started: the start has the last word
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
