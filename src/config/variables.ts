import type { EnvConfig } from "./config.ts";
import { paceOf } from "./pace.ts";
import { parseReference, trimSlashes } from "./reference.ts";
import type { FileConfig } from "./schema/file.ts";

/** The child's variables, in the order in which they were given. */
export function variables(file: FileConfig["env"]): EnvConfig[] {
	return Object.entries(file).map(([name, given]) => {
		if (typeof given === "string")
			return { name, value: reference(given), required: true, allowEmpty: false };
		const { secret, template } = given;
		const value =
			secret === undefined || template === undefined
				? reference(given.ref ?? "")
				: ({ kind: "template", secret: trimSlashes(secret), template } as const);
		const { required, allow_empty: allowEmpty } = given;
		return { name, value, required, allowEmpty, ...paceOf(given) };
	});
}

function reference(text: string): EnvConfig["value"] {
	return { kind: "reference", reference: parseReference(text) };
}
