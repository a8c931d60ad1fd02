import type { AgentError, Log } from "../kernel/mod.ts";
import type { Change, Pace } from "../secrets/mod.ts";
import type { LeaseUses } from "./lease-turnover.ts";
import type { Variables } from "./ports.ts";
import type { Rendering } from "./renderer.ts";
import { type TemplateNote, variablesIn } from "../template/mod.ts";
import { type ForPort, orderOf, ordersBeside, type UnitOrder } from "./order.ts";
import { noteKey, noteLine } from "./notes.ts";
import type { Beside, SideFile } from "./side-files.ts";
import type { FileUnit, Unit } from "./spec.ts";

/** What is known of one unit: its last good text, what that came from, and the fault since then, if any. */
interface UnitState {
	readonly unit: Unit;
	readonly text: string | undefined;
	readonly forPort: ForPort | undefined;
	readonly beside: readonly SideFile[];
	readonly notes: readonly TemplateNote[];
	readonly keys: ReadonlySet<string>;
	readonly leases: ReadonlySet<string>;
	readonly error: AgentError | undefined;
	/** Its secret was deleted, and `on_deleted: remove` says that the file goes with it. */
	readonly isRemoved: boolean;
}

/** What is known of a unit, without its text. */
export interface Standing extends Omit<UnitState, "text" | "forPort" | "beside" | "keys" | "leases"> {
	/** Whether there is a text that can be delivered. */
	readonly isRendered: boolean;
	/** Names of the child's variables that it gives. */
	readonly variables: readonly string[];
}

type IsBorne = (error: AgentError) => boolean;

/** Codes of a secret that is gone from Vault, as opposed to one that cannot be read now. */
const GONE_CODES = new Set(["E_SECRET_DELETED", "E_SECRET_MISSING"]);

/** Remembers the last good text of every unit; one that fails keeps it. */
export class Book {
	readonly #log: Log;
	#states: Map<string, UnitState> = new Map();

	constructor(units: readonly Unit[], log: Log) {
		this.#log = log;
		this.adopt(units);
	}

	/** Other units from now on; one that stays keeps its last good text. */
	adopt(units: readonly Unit[]): void {
		const none = new Set<string>();
		const nothing = { text: undefined, forPort: undefined, beside: [], notes: [], error: undefined };
		const empty = { ...nothing, keys: none, leases: none, isRemoved: false };
		const states = units.map((unit) => {
			const key = keyOf(unit);
			return [key, { ...empty, ...this.#states.get(key), unit }] as const;
		});
		this.#states = new Map(states);
	}

	/**
	 * Why units like these may not take the place of what stands: one that is required does not render. One that did
	 * not before either, and stands with its last good text, is no reason, nor is one without any whose fault is borne.
	 */
	objection(renderings: readonly Rendering[], isBorne: IsBorne): AgentError | undefined {
		const failed = renderings.filter((rendering) => rendering.kind === "error");
		return failed.find(({ unit, error }) => {
			const known = this.#states.get(keyOf(unit));
			const isKept = known?.text === undefined ? isBorne(error) : known.error !== undefined;
			return unit.required && !isKept;
		})?.error;
	}

	get units(): readonly Unit[] {
		return this.#all.map(({ unit }) => unit);
	}

	get files(): readonly FileUnit[] {
		return this.units.filter((unit) => unit.kind === "file");
	}

	/** Files of which one of these is the own, or stands beside it. */
	filesWith(paths: ReadonlySet<string>): readonly FileUnit[] {
		const concerned = this.orders().filter(({ path }) => paths.has(path));
		const destinations = new Set(concerned.map(({ destination }) => destination));
		return this.files.filter(({ destination }) => destinations.has(destination));
	}

	/** Units that one of the changes touches, and those that could not be rendered last time. */
	concerned(changes: readonly Change[]): readonly Unit[] {
		return this.#all
			.filter(({ keys, error }) => error !== undefined || changes.some((change) => keys.has(change.key)))
			.map(({ unit }) => unit);
	}

	/** Units that are made of a secret, by its key. */
	usersOf(key: string): readonly Unit[] {
		return this.#all.filter(({ keys }) => keys.has(key)).map(({ unit }) => unit);
	}

	/** Required units that have never been rendered, with the reason. */
	waiting(): readonly { readonly unit: Unit; readonly error: AgentError | undefined }[] {
		return this.#all.filter(isWaiting);
	}

	/** The keys of all secrets in use; `undefined` while a failed unit may need more than it could say. */
	usedKeys(): ReadonlySet<string> | undefined {
		if (this.#all.some(({ error }) => error !== undefined)) return undefined;
		return new Set(this.#all.flatMap(({ keys }) => [...keys]));
	}

	/** The paces that are asked for, by the key of what is to be read. */
	paces(): ReadonlyMap<string, readonly Pace[]> {
		const paces = new Map<string, Pace[]>();
		for (const { unit, keys } of this.#all) {
			for (const key of keys) paces.set(key, [...(paces.get(key) ?? []), unit.pace ?? {}]);
		}
		return paces;
	}

	/** Which units have secrets of which leases in their texts. */
	leaseUses(): LeaseUses {
		const uses = new Map<string, Unit[]>();
		for (const { unit, leases, isRemoved } of this.#all) {
			for (const id of isRemoved ? [] : leases) uses.set(id, [...(uses.get(id) ?? []), unit]);
		}
		return uses;
	}

	/** @param isStarting failures are not reported yet: the start waits or ends with them */
	enter(renderings: readonly Rendering[], isStarting: boolean): void {
		for (const rendering of renderings) {
			const before = this.#states.get(keyOf(rendering.unit));
			if (before === undefined) continue;
			const after = nextState(before, rendering);
			this.#states.set(keyOf(rendering.unit), after);
			this.#sayNotes(before, after);
			if (isStarting && after.unit.required) continue;
			if (after.error !== undefined && after.error.message !== before.error?.message)
				this.#say(after, after.error);
		}
	}

	/** Says why of each that is waited for: it holds nobody else up. */
	sayWaiting(): void {
		for (const state of this.#all.filter(isWaiting)) if (state.error) this.#say(state, state.error);
	}

	standings(): readonly Standing[] {
		return this.#all.map((state) => {
			const { unit, text, notes, error, isRemoved } = state;
			const variables = variablesOf(state).map(([name]) => name);
			return { unit, notes, error, isRemoved, isRendered: text !== undefined, variables };
		});
	}

	/** Files that stand beside those of the units. */
	besides(): readonly Beside[] {
		return this.#all;
	}

	/**
	 * What keeps units that are required from being rendered anew, by what they are: a fault of their own, or of a read.
	 *
	 * @param errorOf of the last read, by the key of the secret
	 */
	faults(errorOf: (key: string) => AgentError | undefined): ReadonlyMap<string, AgentError> {
		const faults = this.#all.flatMap(({ unit, keys, error }) => {
			const fault =
				error ??
				keys
					.values()
					.map(errorOf)
					.find((one) => one !== undefined);
			return unit.required && fault !== undefined ? [[keyOf(unit), fault] as const] : [];
		});
		return new Map(faults);
	}

	/** What has to be on disk. A unit that was never rendered orders nothing. */
	orders(): readonly UnitOrder[] {
		return this.#all.flatMap(({ unit, text, forPort, beside, isRemoved }) => {
			if (unit.kind !== "file" || (text === undefined && !isRemoved)) return [];
			const others = ordersBeside(unit, beside, isRemoved);
			if (isRemoved) return [orderOf(unit, undefined), ...others];
			return [{ ...orderOf(unit, text), ...(forPort && { forPort }) }, ...others];
		});
	}

	/** Units that these variables are of. */
	ofVariables(names: ReadonlySet<string>): readonly Unit[] {
		const states = this.#all.filter((state) => variablesOf(state).some(([name]) => names.has(name)));
		return states.map(({ unit }) => unit);
	}

	/** The child's variables. Of two with one name the later counts. */
	variables(): Variables {
		const variables = new Map<string, string>();
		for (const state of this.#all) for (const [name, value] of variablesOf(state)) variables.set(name, value);
		return variables;
	}

	get #all(): readonly UnitState[] {
		return [...this.#states.values()];
	}

	/** Each once, for as long as it is so. */
	#sayNotes(before: UnitState, { notes }: UnitState): void {
		const said = new Set(before.notes.map(noteKey));
		for (const note of notes) {
			if (said.has(noteKey(note))) continue;
			said.add(noteKey(note));
			this.#log.write("warn", "template", noteLine(note));
		}
	}

	#say({ unit, text, isRemoved }: UnitState, error: AgentError): void {
		const nothing = unit.required ? "it is waited for" : "it is left out";
		const good = text === undefined ? nothing : "its last good version stays";
		const outcome = isRemoved ? "it is removed" : good;
		const msg = `${unit.name}: ${error.message}; ${outcome}`;
		this.#log.write("warn", "render failed", { ...error.facts, ...error.rows, msg, code: error.code });
	}
}

function isWaiting({ unit, text }: UnitState): boolean {
	return unit.required && text === undefined;
}

/** Those that a unit gives the child. */
function variablesOf({ unit, text }: UnitState): readonly (readonly [name: string, value: string])[] {
	if (unit.kind !== "variable" || text === undefined) return [];
	return unit.isSeveral ? [...variablesIn(text)] : [[unit.name, text]];
}

/** Tells units apart, also those of two configs. */
export function keyOf(unit: Unit): string {
	return `${unit.kind} ${unit.name}`;
}

function nextState(before: UnitState, rendering: Rendering): UnitState {
	if (rendering.kind === "text") {
		const { text, forPort, beside, notes, keys, leases } = rendering;
		return { ...before, text, forPort, beside, notes, keys, leases, error: undefined, isRemoved: false };
	}
	const { error, unit } = rendering;
	const isGone = unit.kind === "file" && unit.onDeleted === "remove" && GONE_CODES.has(error.code);
	return { ...before, error, isRemoved: isGone || before.isRemoved };
}
