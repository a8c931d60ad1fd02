import type { TemplateInputs, TemplateRequest, WrittenFile } from "../../../template/mod.ts";
import type { GoMap, GoStruct, GoValue, ParameterType } from "../values/values.ts";

/** A file that a template writes beside its own (`writeToFile`). */
export interface SideFile extends Omit<WrittenFile, "pieces"> {
	readonly text: string;
}

/** What functions can reach during one pass. The room does no I/O of its own. */
export interface Surroundings {
	readonly env: (name: string) => string | undefined;
	/** Throws when the file cannot be read, or lies outside of the sandbox. */
	readonly readFile: (path: string) => string;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	/** Addresses of this machine. */
	readonly interfaces: NonNullable<TemplateInputs["interfaces"]>;
	/**
	 * The secret, the names of a list, or `"pending"` while it has not been read.
	 *
	 * @throws AgentError where there is none, or it cannot be read
	 */
	readonly ask: (request: TemplateRequest) => GoStruct | readonly string[] | "pending";
	/** A name for a message. One that was computed of what came from outside may be a part of a secret. */
	readonly told: (name: string) => string;
	/** Renders a template that was defined by `define`. */
	readonly execute: (name: string, data: GoValue) => string;
	readonly writeFile: (file: SideFile) => void;
	/**
	 * Counts what is gone through besides the arguments, in letters; absent where nothing is executed.
	 *
	 * @throws GoTemplateError when there is too much of it
	 */
	readonly spend?: (letters: number) => void;
	/** `scratch`, one for each render. */
	readonly scratch: GoMap;
}

/** What a function gives when a secret that it needs has not been read yet: whatever is made of it is pending too. */
export const PENDING: unique symbol = Symbol("pending");

/** A function that templates can call. */
export interface GoFunction {
	readonly parameters: readonly ParameterType[];
	/** The last parameter may be given any number of times, also not at all. */
	readonly isVariadic?: true;
	/** What it gives holds nothing of its arguments, so that nobody need care for where it goes: `len`, `eq`, a digest. */
	readonly isInnocent?: true;
	/** What its arguments before the last are called: they say where that goes, and are taken from the author alone. */
	readonly destination?: readonly string[];
	/** How far down it goes through what it is given: 0 not at all (`index`), 1 its items; all of it when absent. */
	readonly levels?: 0 | 1;
	/** How many times longer than most others it takes for a letter. */
	readonly effort?: number;
	/** How many pairs of items it compares. */
	readonly pairs?: (args: readonly GoValue[]) => number;
	/** Its text is JSON, to be kept as such where a format takes JSON. */
	readonly isJson?: true;
	/** @throws GoFault */
	readonly run: (args: readonly GoValue[], surroundings: Surroundings) => GoValue | typeof PENDING;
}

export type GoFunctions = ReadonlyMap<string, GoFunction>;

/** A function that is refused by its name, when the template is parsed; the reason ends the sentence. */
export type RefusedFunctions = ReadonlyMap<string, string>;
