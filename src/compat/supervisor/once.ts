import type { Given } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import type { Exec } from "./exec.ts";

/** Rendered once, and then the end; with a child that end is the child's. */
export function once(
	given: Given<boolean> | undefined,
	child: Exec | undefined,
	{ draft, findings }: Mapping,
): void {
	if (given?.value !== true) return;
	if (child === undefined) return draft.put(["exit_after_auth"], given);
	draft.set(["exec", "on_change"], "none", given.place);
	draft.set(["exec", "fixed_env"], true, given.place);
	findings.warn(
		given.place,
		`${given.name}: the child is started once and told of no change, but files are kept up to date`,
	);
}
