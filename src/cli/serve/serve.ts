import { constants } from "node:os";
import { Agent } from "../../agent/mod.ts";
import type { Supervisor } from "../../child/mod.ts";
import type { Config } from "../../config/mod.ts";
import { AgentError, ExitCode, type Log, type Secret, untilAborted } from "../../kernel/mod.ts";
import { deliveryOf, surroundingsOf } from "../assemble.ts";
import { vaultParts } from "../link/vault-parts.ts";
import { logFor } from "../load.ts";
import type { VaultLinks } from "../link/vault-links.ts";
import type { World } from "../world.ts";
import { childEnvironment } from "./child-environment.ts";
import { childSpecOf, childTermsOf } from "./child-terms.ts";
import type { FileWatch } from "./file-watch.ts";
import { memoryTrimmer } from "./memory.ts";
import { systemNotices } from "./notices.ts";
import { once } from "./one-shot.ts";
import { Reloader } from "./reload.ts";
import { type Settled, settle } from "./settled.ts";
import { type ChildSignals, endBy, listenToSignals, Stopped } from "./signals.ts";
import { StatusDesk } from "./status-desk.ts";
import { SwitchLog } from "./switch-log.ts";
import { serviceManager } from "./systemd.ts";
import { leaveWord } from "./termination.ts";

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

async function runAgent(load: () => Promise<Config>, world: World): Promise<number> {
	const config = await load();
	const log = new SwitchLog(await logFor(config, world));
	const heap = config.exitAfterAuth ? undefined : await world.loadHeap();
	heap?.settleDown();
	sayWarnings(config, log);
	const settled = await settle(config, world);
	const desk = new StatusDesk(world, log);
	const { counters } = desk;
	const vault = vaultParts(config, { world, log, counters });
	const { links, store } = vault;
	const child = await superviseWith(config, { world, log, desk });
	const supervisor = child?.supervisor;
	const terms = childTermsOf(config, world);
	const agent = new Agent(settled.units, {
		store,
		delivery: deliveryOf(config, world),
		notices: systemNotices(childEnvironment(world.env, true, new Map())),
		surroundings: surroundingsOf(world),
		clock: world.clock,
		random: world.random,
		log,
		counters,
		...(heap && { rest: memoryTrimmer(world.clock, () => heap.collectGarbage()) }),
		...(supervisor && terms && { child: { supervisor, terms } }),
		tidy: (signal) => {
			const isNeeded = (token: Secret) => store.needs(token);
			links.revokeReplaced(isNeeded, signal).catch((error: unknown) => {
				if (!signal.aborted) throw error;
			});
		},
		waitsForLogin: !config.exitAfterAuth && config.exec === undefined,
	});
	const stopping = new AbortController();
	const systemd = serviceManager(world, log);
	let watch: FileWatch | undefined;
	const reloader = new Reloader(settled, {
		load,
		agent,
		vault,
		world,
		log,
		systemd,
		reread: async (current, result) => {
			counters.add("keyturn_reloads_total", { result });
			await desk.adopt(current);
		},
		inForce: async (next) => {
			log.switchTo(await logFor(next.config, world));
			sayWarnings(next.config, log);
			watch?.set(filesToWatch(next, links));
		},
	});
	const release = listenToSignals({ world, reload: () => reloader.refresh(), child, stopping });
	try {
		await desk.open(config, {
			sources: () => ({
				agent,
				store,
				session: links.session,
				isStopping: stopping.signal.aborted,
				...(supervisor && config.exec && { child: { program: config.exec.command[0] ?? "", supervisor } }),
				...(reloader.last && { reload: reloader.last }),
			}),
			isAlive: () => agent.isAlive,
			refresh: () => reloader.refresh(),
			quit: () => endBy("SIGTERM", { child, stopping }, (running) => void running.stop()),
		});
		const begun = agent.start(stopping.signal);
		const work = config.exitAfterAuth
			? once({ agent, begun, config, world, stopping })
			: begun.then(() => agent.watch(stopping.signal));
		const stays = config.exitAfterAuth
			? []
			: [untilAborted(reloader.run(stopping.signal), stopping.signal), begun.then(() => systemd.ready())];
		const beside = [
			links.keepAlive(stopping.signal),
			systemd.keepAlive(() => agent.isAlive, stopping.signal),
			...stays,
		];
		if (config.watch && !config.exitAfterAuth) {
			watch = await watchWith(reloader, world, log);
			watch.set(filesToWatch(settled, links));
		}
		return await outcome({ begun, work: Promise.all([work, ...beside]), supervisor, stopping, config });
	} finally {
		stopping.abort(new Error("the agent ends"));
		await desk.close();
		await systemd.stopping();
		await supervisor?.stop();
		await watch?.close();
		await links.end();
		release();
	}
}

function sayWarnings(config: Config, log: Log): void {
	for (const warning of config.warnings) log.write("warn", "config", { msg: warning });
}

/** Everything on disk that the agent goes by. */
function filesToWatch({ config, texts }: Settled, links: VaultLinks): readonly string[] {
	const { caCert, clientCert, clientKey } = config.vault.tls;
	const tls = [caCert, clientCert, clientKey].filter((path) => path !== undefined);
	const { token, tls: own } = config.listener ?? {};
	return [
		...(config.file === undefined ? [] : [config.file]),
		...texts.keys(),
		...links.session.credentialFiles,
		...tls,
		...(token?.kind === "file" ? [token.path] : []),
		...Object.values(own ?? {}),
	];
}

async function watchWith(reloader: Reloader, world: World, log: Log): Promise<FileWatch> {
	const watchFiles = await world.loadFileWatch();
	return watchFiles({
		changed: () => reloader.filesChanged(),
		failed: (code) => {
			const msg = `files cannot be watched (${code}); send SIGHUP after a change`;
			log.write("warn", "reload", { msg, code });
		},
	});
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
async function superviseWith(
	config: Config,
	{ world, log, desk }: { readonly world: World; readonly log: Log; readonly desk: StatusDesk },
): Promise<ChildSignals | undefined> {
	const { exec } = config;
	if (exec === undefined) return undefined;
	const spec = childSpecOf(exec);
	const { createSupervisor, FORWARDED_SIGNALS, logChildEvents } = await import("../../child/mod.ts");
	const say = logChildEvents(log, spec.command[0]);
	const supervisor = createSupervisor(spec, {
		clock: world.clock,
		random: world.random,
		observe: (event) => {
			say(event);
			desk.observeChild(event);
		},
		processes: await world.makeProcesses(log),
	});
	return { supervisor, forwarded: FORWARDED_SIGNALS };
}
