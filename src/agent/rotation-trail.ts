import { type Clock, formatDuration, type Log } from "../kernel/mod.ts";
import { asksForPrevious, type Change } from "../secrets/mod.ts";
import type { Counters } from "../status/mod.ts";
import { changeFields, changeWords, requestIdOf, stateOf } from "./change.ts";
import { countChanges, timeDelivery } from "./counting.ts";
import { reportRotations } from "./rotation-log.ts";
import type { ChangeAction, Unit } from "./spec.ts";

const PUT_BACK = "child put back";

/** What a delivery changed. */
export interface DeliveredChanges {
	readonly generation: number;
	/** Units whose text is another. */
	readonly changed: readonly Unit[];
	/** The child is started anew with it. */
	readonly restarts: boolean;
}

export interface TrailDeps {
	readonly log: Log;
	readonly clock: Clock;
	readonly counters?: Counters;
	/** Whether a unit waits for its secrets to be quiet. */
	readonly isHeld: (unit: Unit) => boolean;
}

/** A change on its way to everybody whom it concerns. */
interface Journey {
	readonly change: Change;
	/** Its own key, and that of the version before it, which moves along. */
	readonly keys: readonly string[];
	readonly seenAt: number;
	readonly files: readonly string[];
	readonly variables: readonly string[];
	/** Absent before its delivery. */
	readonly generation?: number;
	/** Whether it takes a child that stands to end it. */
	readonly needsChild: boolean;
	readonly done: readonly string[];
}

/** Follows each change of a secret until all who need to know it do, and says then what it came to. */
export class RotationTrail {
	readonly #deps: TrailDeps;
	#journeys: readonly Journey[] = [];

	constructor(deps: TrailDeps) {
		this.#deps = deps;
	}

	/** These were read now. What is read for the first time has not changed. */
	seen(changes: readonly Change[]): void {
		const own = changes.filter((change) => !isFollowing(change));
		reportRotations(own, this.#deps);
		countChanges(own, this.#deps.counters);
		const seenAt = this.#deps.clock.now();
		for (const change of [...own, ...changes.filter(isFollowing)]) {
			if (change.before === undefined || this.#joins(change)) continue;
			const nobody = { files: [], variables: [], needsChild: false, done: [] };
			this.#journeys = [...this.#journeys, { change, keys: [change.key], seenAt, ...nobody }];
		}
	}

	/** The version before the current one goes where that goes; alone when that has arrived already. */
	#joins(change: Change): boolean {
		const { path } = change.request;
		const goesAhead = ({ change: { request }, generation }: Journey) =>
			generation === undefined && request.path === path && request.parameters === undefined;
		const leader = isFollowing(change) ? this.#journeys.findLast(goesAhead) : undefined;
		if (leader === undefined) return false;
		const joined = { ...leader, keys: [...leader.keys, change.key] };
		this.#journeys = this.#journeys.map((journey) => (journey === leader ? joined : journey));
		return true;
	}

	/** @param usersOf units that are made of a secret, by its key */
	delivered({ generation, changed, restarts }: DeliveredChanges, usersOf: UsersOf): void {
		this.#journeys = this.#journeys.map((journey) => {
			if (journey.generation !== undefined) return journey;
			const users = usersOfAny(journey, usersOf);
			const mine = changed.filter((unit) => users.has(unit));
			if (mine.length === 0 && this.#isHeldUp(users)) return journey;
			const names = (kind: Unit["kind"]) => mine.filter((unit) => unit.kind === kind).map(({ name }) => name);
			if (mine.length > 0 && !isFollowing(journey.change)) timeDelivery(journey.change, this.#deps);
			const needsChild = restarts && mine.length > 0;
			return { ...journey, generation, files: names("file"), variables: names("variable"), needsChild };
		});
	}

	/** Nothing had to be delivered: the texts are as they were. */
	unchanged(usersOf: UsersOf): void {
		this.#journeys = this.#journeys.filter(
			(journey) => journey.generation !== undefined || this.#isHeldUp(usersOfAny(journey, usersOf)),
		);
	}

	/** Whether it goes on when they have waited for long enough. */
	#isHeldUp(users: ReadonlySet<Unit>): boolean {
		return users.values().some((unit) => this.#deps.isHeld(unit));
	}

	/** Somebody has been told of the change of these files. */
	told(action: ChangeAction, paths: ReadonlySet<string>): void {
		const deed = deedOf(action);
		if (deed === undefined) return;
		this.#journeys = this.#journeys.map((journey) =>
			journey.files.some((file) => paths.has(file)) ? { ...journey, done: [...journey.done, deed] } : journey,
		);
	}

	/** A child stands with this generation, be it after the old one or in its place; or it could not live with it. */
	childCame(generation: number, outcome: "restarted" | "handed over" | "put back"): void {
		this.#journeys = this.#journeys.map((journey) => {
			if (!journey.needsChild || journey.generation === undefined || journey.generation > generation)
				return journey;
			return { ...journey, needsChild: false, done: [...journey.done, `child ${outcome}`] };
		});
	}

	/** Everybody has been told of the newest generation, but perhaps the child. */
	settled(): void {
		const isOver = ({ generation, needsChild }: Journey) => generation !== undefined && !needsChild;
		for (const journey of this.#journeys.filter(isOver)) this.#say(journey);
		this.#journeys = this.#journeys.filter((journey) => !isOver(journey));
	}

	#say({ change, seenAt, files, variables, generation, done }: Journey): void {
		const { before, after } = change;
		const tookMs = this.#deps.clock.now() - seenAt;
		const where = [...files, ...variables].join(", ") || "nothing";
		const outcome = done.includes(PUT_BACK) ? "is not kept in" : "is in";
		const told = done.length > 0 ? `; ${done.join(", ")}` : "";
		this.#deps.log.write("info", "rotated", {
			msg: `${changeWords(change)} ${outcome} ${where}${told}; took ${formatDuration(tookMs)}`,
			...changeFields(change),
			from_state: before && stateOf(before),
			state: stateOf(after),
			from_request_id: before && requestIdOf(before),
			generation,
			files,
			variables,
			turned_over: done,
			took_seconds: tookMs / 1000,
		});
	}
}

type UsersOf = (key: string) => readonly Unit[];

function usersOfAny({ keys }: Journey, usersOf: UsersOf): ReadonlySet<Unit> {
	return new Set(keys.flatMap((key) => usersOf(key)));
}

/** The version before the current one: written long ago, and new only in that place. */
function isFollowing({ request }: Change): boolean {
	return asksForPrevious(request);
}

/** In a few words; nothing for what the child itself tells of. */
function deedOf(action: ChangeAction): string | undefined {
	switch (action.kind) {
		case "restart":
		case "rolling":
			return undefined;
		case "signal":
			return action.signal;
		case "command":
			return `command ${action.command[0] ?? ""}`;
		case "http":
			return `${action.method} ${action.url}`;
		default:
			return action satisfies never;
	}
}
