import { typeName } from "../values/types.ts";
import type { GoMap, GoSlice, GoValue } from "../values/values.ts";

/** Where a value came from: a field of a secret. */
export interface Provenance {
	readonly path: string;
	readonly version?: number;
	readonly field?: string;
	/** It is the `Data` of a secret with versions: the secret's own fields are below `data`. */
	readonly isEnvelope?: true;
	/** A function has made it: its names may be parts of values. */
	readonly isMade?: true;
}

/** A name that was asked of a map and is not in it. */
export interface Missing {
	readonly name: string;
	/** The names that are there. */
	readonly names: readonly string[];
	/** The names that were asked of it in turn. */
	readonly below: readonly string[];
	/** How the map was written: `.Data.data`. */
	readonly holder: string;
	readonly from?: Provenance;
}

/** What an expression gave. */
export interface Result {
	readonly value: GoValue;
	/** It is held as an `interface {}`, which is what Go then calls its type; only so is a nil something that is there. */
	readonly isInterface?: true;
	/** Some secret that it needs has not been read yet. */
	readonly isPending?: true;
	/** It came from outside: a secret, the environment, a file. */
	readonly isForeign?: true;
	/** It is a nil pointer to such a type, which is something that is there: `<nil>`, not `<no value>`. */
	readonly pointer?: string;
	/** Where from, when all of it came from one place. */
	readonly from?: Provenance;
	/** Its text is JSON. */
	readonly isJson?: true;
	/** Why there is nothing. */
	readonly missing?: Missing;
}

export const NOTHING: Result = { value: undefined };
export const PENDING_RESULT: Result = { value: undefined, isPending: true };

/** The type under which a result is held. */
export function heldType({ value, isInterface, pointer }: Result): string {
	return isInterface ? "interface {}" : (pointer ?? typeName(value));
}

/** What a list or a map says of how its items are held. */
export function heldIn(holder: GoSlice | GoMap): Pick<Result, "isInterface"> {
	const type = "items" in holder ? holder.elementType : holder.valueType;
	return type === "interface {}" ? { isInterface: true } : {};
}

/** What is known of a value's origin. */
export type Trace = Pick<Result, "isForeign" | "from">;

/** The origin of a result, and nothing else of it. */
export function traceIn({ isForeign, from }: Trace): Trace {
	return { ...(isForeign && { isForeign }), ...(from && { from }) };
}

/** The origin of what was made of all of these: of a secret when all came from it, and of its field likewise. */
export function traceOf(parts: readonly Trace[]): Trace {
	const foreign = parts.filter(({ isForeign }) => isForeign);
	const [first] = foreign;
	if (first === undefined) return {};
	const { from } = first;
	if (from === undefined || foreign.some((part) => part.from?.path !== from.path)) return { isForeign: true };
	const { field: _, ...place } = from;
	const isOneField = foreign.every((part) => part.from?.field === from.field);
	return { isForeign: true, from: isOneField ? from : place };
}

/** Whether names of its entries may be told: those of a secret's fields, and what came from nowhere outside. */
export function isToldOf({ isForeign, from }: Trace): boolean {
	return !isForeign || (from !== undefined && from.field === undefined && !from.isMade);
}

/** The origin of an entry of what came from there. */
export function traceOfEntry({ isForeign, from }: Trace, name: string): Trace {
	if (!isForeign) return {};
	if (from === undefined) return { isForeign };
	const { isEnvelope, field: outer, ...place } = from;
	if (isEnvelope && name === "data") return { isForeign, from: place };
	return { isForeign, from: { ...place, field: outer === undefined ? name : `${outer}.${name}` } };
}
