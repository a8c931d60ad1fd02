import { firstOf } from "../kernel/mod.ts";
import { Candidate, type CandidateParts, type Failure } from "./candidate.ts";
import type { ChildState, DrainingChild } from "./events.ts";
import { Farewell } from "./farewell.ts";
import type { LiveChild } from "./live-child.ts";
import type { ChildExit, ChildSpec } from "./ports.ts";
import type { Member, Turn } from "./turn.ts";

interface CrewParts extends Pick<CandidateParts, "deps" | "spawn" | "front" | "rolling"> {
	readonly specOf: (turn: Turn) => ChildSpec;
	/** A child serves from now on. */
	readonly onTakeOver: (member: Member) => void;
	/** Something may be there to be taken by {@link Crew.takeFailed} or {@link Crew.takeDead}. */
	readonly onLoss: () => void;
}

/** All children that run beside each other: one that serves, one that is to, and those that leave. */
export class Crew {
	readonly #parts: CrewParts;
	#serving: Member | undefined;
	#candidate: Candidate | undefined;
	readonly #draining = new Set<Farewell>();
	/** Of those: could serve again, until the one that serves stands. */
	#held: Farewell | undefined;
	/** Ends the wait for the one that serves to stand. */
	#trial = new AbortController();
	/** Have ended by themselves; something of their groups may be left. */
	readonly #burials = new Map<LiveChild, Promise<ChildExit>>();

	constructor(parts: CrewParts) {
		this.#parts = parts;
	}

	/** Takes the new connections. */
	get serving(): Member | undefined {
		return this.#serving;
	}

	/** Takes over as soon as it can serve. */
	get candidate(): Candidate | undefined {
		return this.#candidate;
	}

	/** First processes of all that run, the one that serves or is to first. */
	get pids(): readonly number[] {
		const leaving = [...[...this.#draining].map(({ child }) => child), ...this.#burials.keys()];
		const all = [this.#serving?.child, this.#candidate?.child, ...leaving];
		return all.flatMap((child) => child?.pid ?? []);
	}

	/** What there is to be said of who serves, or is to; nothing where nobody is there. */
	get state(): Extract<ChildState, { kind: "running" | "starting" }> | undefined {
		const draining = [...this.#draining].map(({ report }) => report);
		const next = this.#candidate;
		if (this.#serving !== undefined) {
			const { child, target } = this.#serving;
			return {
				...runningState(child, target.port),
				ready: true,
				...(next?.child && { next: { pid: next.child.pid, generation: next.child.generation } }),
				draining,
			};
		}
		if (next === undefined) return undefined;
		const { child, port } = next;
		if (child === undefined) return { kind: "starting", generation: next.turn.values.generation };
		return { ...runningState(child, port), ready: false, draining };
	}

	/** Starts a child that takes over as soon as it can serve; there must be no other. */
	start(turn: Turn): void {
		const { specOf, onLoss } = this.#parts;
		const candidate: Candidate = new Candidate(turn, {
			...this.#parts,
			spec: specOf(turn),
			onReady: (member, afterMs) => this.#takeOver(candidate, member, afterMs),
			onFailure: onLoss,
		});
		this.#candidate = candidate;
	}

	/** @returns a candidate that will not serve, once */
	takeFailed(): { readonly candidate: Candidate; readonly failure: Failure } | undefined {
		const candidate = this.#candidate;
		if (candidate?.failure === undefined) return undefined;
		this.#candidate = undefined;
		return { candidate, failure: candidate.failure };
	}

	/** @returns who served and has ended by itself, once, and who serves in its place, if it never stood */
	takeDead(): { readonly member: Member; readonly exit: ChildExit; readonly back?: Member } | undefined {
		const member = this.#serving;
		if (member?.child.ended === undefined) return undefined;
		const back = this.#goBack();
		const { child } = member;
		const burial = child.bury().finally(() => this.#burials.delete(child));
		this.#burials.set(child, burial);
		return { member, exit: member.child.ended, ...(back && { back }) };
	}

	/**
	 * Sends a signal of the operator's choice to the child that serves, and to one that is to when it does.
	 *
	 * @returns true when nothing is left to do
	 */
	signal(name: NodeJS.Signals): boolean {
		if (this.#candidate?.child !== undefined) this.#candidate.signals.add(name);
		this.#held?.missed.add(name);
		if (this.#serving === undefined) return true;
		return this.#parts.deps.processes.signal(this.#serving.child.pid, name) === "sent";
	}

	/** Takes no new connections, and gives answers under way time to end; there will be no other child. */
	async drain(ms: number, order: AbortSignal): Promise<void> {
		const { deps, front, rolling } = this.#parts;
		this.#candidate?.abandon("stop");
		if (front.isOpen) front.refuse();
		// With `tcp` those on which nobody speaks are ended as soon as they have no target.
		if (rolling.pass === "tcp") front.switchTo(undefined);
		const members = [this.#serving, ...[...this.#draining].map(({ member }) => member)];
		const all = members.map(async (member) => {
			if (member !== undefined) await Promise.race([front.drained(member.target), member.child.exit]);
		});
		await firstOf(Promise.all(all), ms, { clock: deps.clock, order });
	}

	/** Ends all at the same time. @returns how the one ended that served or was to, where there was one */
	async end(): Promise<ChildExit | undefined> {
		this.#trial.abort();
		this.#parts.front.switchTo(undefined);
		const candidate = this.#candidate;
		candidate?.abandon("stop");
		for (const farewell of this.#draining) farewell.hurry();
		const served = this.#serving?.child;
		const ending = served?.ended === undefined ? served?.end("stop") : served.bury();
		const leaving = [...[...this.#draining].map(({ done }) => done), ...this.#burials.values()];
		const [exit] = await Promise.all([ending, candidate?.done, ...leaving]);
		return exit ?? candidate?.failure?.exit;
	}

	#takeOver(candidate: Candidate, member: Member, afterMs: number): void {
		const { deps, front, onLoss, onTakeOver } = this.#parts;
		const { child, target } = member;
		const { pid, generation } = child;
		const old = this.#serving;
		this.#candidate = undefined;
		this.#serving = member;
		void child.exit.then(onLoss);
		front.switchTo(target);
		deps.observe({ kind: "ready", generation, pid, afterMs });
		const from = old === undefined ? undefined : this.#seeOff(old, member);
		void this.#untilStanding(member);
		deps.observe({ kind: "switched", generation, pid, afterMs, ...(from && { from }) });
		for (const name of candidate.signals) deps.processes.signal(pid, name);
		onTakeOver(member);
	}

	#seeOff(old: Member, successor: Member): DrainingChild {
		const { deps, front, specOf, rolling } = this.#parts;
		const { drainTimeoutMs } = specOf(successor.turn).rolling ?? rolling;
		const farewell = new Farewell(old, { ...deps, front, drainTimeoutMs });
		this.#draining.add(farewell);
		void farewell.done.then(() => this.#draining.delete(farewell));
		// One that has not stood yet is no better than its successor, unless there is no other.
		if (this.#held === undefined || this.#held.child.ended !== undefined) this.#held = farewell;
		else farewell.release();
		return farewell.report;
	}

	async #untilStanding(member: Member): Promise<void> {
		const { clock, observe } = this.#parts.deps;
		const { pid, generation, spec, exit } = member.child;
		this.#trial.abort();
		this.#trial = new AbortController();
		const woken = await firstOf(exit, spec.startGraceMs, { clock, order: this.#trial.signal });
		if (woken !== "time" || this.#serving !== member || member.child.ended !== undefined) return;
		this.#held?.release();
		this.#held = undefined;
		observe({ kind: "stands", generation, pid });
	}

	/** The one that served has ended. @returns who serves now */
	#goBack(): Member | undefined {
		const { deps, front } = this.#parts;
		const held = this.#held;
		const back = held?.recall();
		this.#held = undefined;
		this.#trial.abort();
		this.#serving = back;
		front.switchTo(back?.target);
		if (back === undefined) return undefined;
		for (const name of held?.missed ?? []) deps.processes.signal(back.child.pid, name);
		return back;
	}
}

function runningState({ pid, generation, since }: LiveChild, port: number | undefined) {
	return { kind: "running" as const, generation, pid, since, ...(port !== undefined && { port }) };
}
