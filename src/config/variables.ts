import type { EnvConfig } from "./config.ts";
import { contentsPlace } from "./contents-place.ts";
import type { Context } from "./context.ts";
import { languageOf } from "./language.ts";
import { paceOf } from "./pace.ts";
import type { Path } from "./place.ts";
import { parseReference, trimSlashes } from "./reference.ts";
import type { FileConfig } from "./schema/file.ts";

type FileVariable = Exclude<FileConfig["env"][string], string>;

/** The child's variables, in the order in which they were given. */
export function variables(file: FileConfig["env"], context: Context): EnvConfig[] {
	return Object.entries(file).map(([name, given]) => {
		if (typeof given === "string")
			return { name, value: reference(given), required: true, allowEmpty: false };
		const { required, allow_empty: allowEmpty } = given;
		return { name, value: valueOf(given, ["env", name], context), required, allowEmpty, ...paceOf(given) };
	});
}

function valueOf(given: FileVariable, place: Path, context: Context): EnvConfig["value"] {
	const { ref = "", secret, template, contents, source } = given;
	const language = languageOf(given, place, context);
	if (contents !== undefined) return { kind: "text", language, contents, ...contentsPlace(place, context) };
	if (source !== undefined) return { kind: "text", language, source: context.resolve(source) };
	if (secret === undefined || template === undefined) return reference(ref);
	return { kind: "template", secret: trimSlashes(secret), template };
}

function reference(text: string): EnvConfig["value"] {
	return { kind: "reference", reference: parseReference(text) };
}
