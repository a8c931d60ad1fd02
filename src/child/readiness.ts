import { type Clock, firstOf } from "../kernel/mod.ts";
import type { LiveChild } from "./live-child.ts";
import type { Ask, ChildSpec, Question, ReadySpec, SupervisorDeps } from "./ports.ts";
import { type Addressee, questionOf, wordsOf } from "./question.ts";

/** A question that has no answer by then is asked anew. */
const LONGEST_ANSWER_MS = 5000;

/** Also the last question is given so long. */
const SHORTEST_ANSWER_MS = 1000;

/** What came of waiting for a child: it can serve, has ended, has to end, or took too long. */
export type Readiness =
	| { readonly kind: "ready"; readonly afterMs: number }
	| { readonly kind: "ended" }
	| { readonly kind: "order" }
	| Late;

export interface Late {
	readonly kind: "late";
	readonly afterMs: number;
	/** What it answered last. */
	readonly reason: string;
	/** It cannot be asked at all, so that nobody waited for it. */
	readonly isUnaskable: boolean;
}

interface Waiting {
	readonly ask: Ask;
	/** Made anew each time, as it may hold the child's environment. */
	readonly question: () => Question;
	readonly ready: ReadySpec;
	readonly clock: Clock;
	/** Ends the wait. */
	readonly order: AbortSignal;
}

interface Standing {
	readonly spec: ChildSpec;
	readonly deps: Pick<SupervisorDeps, "clock" | "probes">;
	/** Where and as what the child runs. */
	readonly addressee: Addressee;
	/** Ends the wait. */
	readonly order: AbortSignal;
}

/** Waits until a child can serve or, where nobody asks, has lived through the start grace. */
export async function untilStanding(child: LiveChild, standing: Standing): Promise<Readiness> {
	const { spec, deps, addressee, order } = standing;
	const { ready, startGraceMs } = spec;
	const { clock, probes } = deps;
	if (ready === undefined) {
		const woken = await firstOf(child.exit, startGraceMs, { clock, order });
		if (woken === "time") return { kind: "ready", afterMs: startGraceMs };
		return { kind: woken === "order" ? "order" : "ended" };
	}
	const question = () => questionOf(ready.probe, addressee);
	return await untilReady(child, { ask: await probes.load(), question, ready, clock, order });
}

/** Asks a child until it can serve, or it is clear that it will not in time. Leaves no question open behind it. */
async function untilReady(child: LiveChild, waiting: Waiting): Promise<Readiness> {
	const { ready, clock, order } = waiting;
	const age = () => clock.now() - child.since;
	const left = () => Math.max(0, ready.timeoutMs - age());
	for (;;) {
		if (child.ended !== undefined) return { kind: "ended" };
		if (order.aborted) return { kind: "order" };
		// An agent that was held up itself, by SIGSTOP say, must not blame the child for that: the last word is the child's.
		const isLast = left() === 0;
		const patienceMs = Math.min(LONGEST_ANSWER_MS, Math.max(SHORTEST_ANSWER_MS, left()));
		const { refusal = "", isUnaskable } = await askOnce(child, waiting, patienceMs);
		if (refusal === "" && child.ended === undefined) return { kind: "ready", afterMs: age() };
		if ((isLast || isUnaskable) && child.ended === undefined && !order.aborted)
			return { kind: "late", afterMs: age(), reason: refusal, isUnaskable };
		await firstOf(child.exit, Math.min(ready.intervalMs, left()), { clock, order });
	}
}

interface Answer {
	/** What was asked, and why the child cannot serve; absent when it can. */
	readonly refusal?: string;
	readonly isUnaskable: boolean;
}

async function askOnce(child: LiveChild, waiting: Waiting, ms: number): Promise<Answer> {
	const { ask, clock, order } = waiting;
	const question = waiting.question();
	const over = new AbortController();
	const asking = ask(question, over.signal);
	await firstOf(Promise.race([asking, child.exit]), ms, { clock, order });
	over.abort();
	const answer = await asking;
	if (answer === undefined) return { isUnaskable: false };
	const isUnaskable = typeof answer !== "string";
	return { refusal: `${wordsOf(question)}: ${isUnaskable ? answer.because : answer}`, isUnaskable };
}
