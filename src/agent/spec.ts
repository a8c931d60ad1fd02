import type { Delivery, FileOrder } from "../render/mod.ts";
import type { Pace } from "../secrets/mod.ts";
import type { Template } from "../template/mod.ts";
import type { ChildTerms } from "./ports.ts";

/** What is done when a file has changed; the same words as in the config. */
export type ChangeAction =
	| { readonly kind: "restart" }
	| { readonly kind: "rolling" }
	| { readonly kind: "signal"; readonly signal: NodeJS.Signals }
	| {
			readonly kind: "command";
			readonly command: readonly string[];
			readonly timeoutMs: number;
			/** What it is given of the agent's environment; the whole without credentials when absent. */
			readonly env?: CommandEnv;
	  }
	| { readonly kind: "http"; readonly url: string; readonly method: string; readonly timeoutMs: number };

/** The environment of a command. Names are patterns in which `*` and `?` stand as in file names. */
export interface CommandEnv {
	/** Nothing passes but what is custom. */
	readonly pristine: boolean;
	/** `NAME=value`, each. */
	readonly custom: readonly string[];
	/** When there are any, of the agent's own these pass alone. */
	readonly allowlist: readonly string[];
	/** These do not pass, whatever the allowlist says. */
	readonly denylist: readonly string[];
}

/** Whether the child has to be started anew. */
export function replacesChild({ kind }: ChangeAction): boolean {
	return kind === "restart" || kind === "rolling";
}

interface UnitBase {
	/** For messages: the destination, or the variable. */
	readonly name: string;
	readonly template: Template;
	/** When false, it does not hold the start up. */
	readonly required: boolean;
	/** How often what it uses is read, where that differs from the rest. */
	readonly pace?: Pace;
}

/** A file to be rendered. */
export interface FileUnit extends UnitBase, Omit<FileOrder, "path" | "content" | "isNotified"> {
	readonly kind: "file";
	readonly destination: string;
	/** Name of the format that its values are escaped for. */
	readonly format: string;
	/** Template file, for messages. */
	readonly source: string;
	/** Values are put in as they are: those that a reader of the format would not get back so are told of. */
	readonly isUnescaped?: true;
	/** What becomes of files that the template writes beside its own; absent: it writes none. */
	readonly beside?: BesideRules;
	/** Absent: what has changed is rendered at once. */
	readonly wait?: Wait;
	/** All are done. */
	readonly onChange: readonly ChangeAction[];
	readonly onDeleted: "keep" | "remove";
}

/** What is known of files that a template names. */
export interface BesideRules {
	/** The absolute path. */
	resolve(path: string): string;
	/** Name of the format that its values are escaped for. */
	formatOf(path: string): string;
}

/** How long the secrets of a file have to be quiet before it is rendered anew, in milliseconds. */
export interface Wait {
	readonly minMs: number;
	/** Since the first change. */
	readonly maxMs: number;
}

/** A variable of the child. */
export interface VariableUnit extends UnitBase {
	readonly kind: "variable";
	/** It is several, whose names the text holds; see `variablesIn`. */
	readonly isSeveral?: true;
}

/** The smallest thing that is rendered by itself; one that fails does not hold up the others. */
export type Unit = FileUnit | VariableUnit;

/** What a config that was read anew brings. */
export interface Plan {
	readonly units: readonly Unit[];
	readonly delivery: Delivery;
	/** Absent: the child is run as before. */
	readonly childTerms?: ChildTerms;
	/** The terms are those of the next child, whatever it is started for: none is started for them alone. */
	readonly isForNextChild?: true;
	/** So long may something required not render before the agent ends, in milliseconds; absent: for ever. */
	readonly giveUpAfterMs?: number;
	/** What is not there does not end the agent, and holds nobody else up. Default false. */
	readonly waitsForMissing?: boolean;
}
