import type { Given, Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { list } from "../stanzas/values.ts";
import { variable } from "./environment.ts";

const PARTS = ["auto-auth", "caching", "proxying", "templating"];

/** `disable_idle_connections` and `disable_keep_alives`: checked, and of no effect. */
export function connections(top: Stanza, mapping: Mapping): void {
	for (const key of ["disable_idle_connections", "disable_keep_alives"]) {
		const given = fromVariable(key, mapping) ?? list(top, key, mapping);
		top.ignore(key);
		if (given === undefined || given.value.every((part) => part === "")) continue;
		const { findings } = mapping;
		if (given.value.some((part) => part !== "" && !PARTS.includes(part)))
			findings.refuse(given.place, `${given.name}: expected only ${PARTS.join(", ")}`);
		else
			findings.warn(
				given.place,
				`${given.name} has no effect: the agent keeps few connections, and closes idle ones`,
			);
	}
}

function fromVariable(key: string, { env }: Mapping): Given<readonly string[]> | undefined {
	const found = variable(env, `AGENT_${key.toUpperCase()}`);
	if (found === undefined) return undefined;
	const parts = found.value.toLowerCase().split(",");
	return { value: parts.map((part) => part.trim()), place: found.place, name: found.place };
}
