import type { Delivery } from "../render/mod.ts";
import type { Pace } from "../secrets/mod.ts";
import type { Template } from "../template/mod.ts";
import type { ChildTerms } from "./ports.ts";

/** What is done when a file has changed; the same words as in the config. */
export type ChangeAction =
	| { readonly kind: "none" }
	| { readonly kind: "restart" }
	| { readonly kind: "rolling" }
	| { readonly kind: "signal"; readonly signal: NodeJS.Signals }
	| { readonly kind: "command"; readonly command: readonly string[]; readonly timeoutMs: number }
	| { readonly kind: "http"; readonly url: string; readonly method: string; readonly timeoutMs: number };

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
export interface FileUnit extends UnitBase {
	readonly kind: "file";
	readonly destination: string;
	/** Name of the format that its values are escaped for. */
	readonly format: string;
	/** Template file, for messages. */
	readonly source: string;
	readonly mode: number;
	readonly user?: string;
	readonly group?: string;
	readonly onChange: ChangeAction;
	readonly onDeleted: "keep" | "remove";
}

/** A variable of the child. */
export interface VariableUnit extends UnitBase {
	readonly kind: "variable";
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
}
