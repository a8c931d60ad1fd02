import type { AgentError } from "../../kernel/mod.ts";
import type { Piece } from "../../template/mod.ts";

/** What rendering one side gave. */
export type Side =
	| { readonly kind: "text"; readonly text: string; readonly pieces: readonly Piece[] }
	| { readonly kind: "error"; readonly error: AgentError };
