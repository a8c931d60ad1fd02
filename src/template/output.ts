import { JsonNumber } from "../kernel/mod.ts";
import { type Place, TemplateError } from "./errors.ts";
import { JsonText, type Origin, type Scalar } from "./format/format.ts";
import { type OpenPiece, PRIVATE_PORT } from "./port.ts";
import type { Result } from "./scope.ts";

/**
 * What a `{{…}}` puts into the text.
 *
 * @throws TemplateError for a value that is empty, or no scalar
 */
export function outputPiece(result: Result, place: Place, allowEmpty: boolean): OpenPiece {
	const { from } = result;
	const name = place.expression ?? "";
	const what = from?.field === undefined ? `the value of ${name}` : `field "${from.field}" of ${from.path}`;
	const raw = result.isRaw === true;
	if (result.value === PRIVATE_PORT) return { kind: "port", raw, origin: originOf(result, place) };
	const value = scalarOf(result.value);
	if (value === undefined) {
		throw TemplateError.value(
			place,
			`${what} is a list or an object, not text`,
			`name a field of it, or write {{toJSON ${name.slice(2, -2)}}}`,
		);
	}
	if (value === "" && !allowEmpty && !result.mayBeEmpty) throw TemplateError.empty(place, what);
	return { kind: "value", value, raw, origin: originOf(result, place) };
}

function originOf({ from }: Result, { file, line = 1, column = 1, expression = "" }: Place): Origin {
	const field = from?.field;
	return {
		file,
		line,
		column,
		expression,
		...(from && { path: from.path }),
		...(field !== undefined && { field }),
	};
}

/** `null` counts as empty text: a field without a value. */
function scalarOf(value: unknown): Scalar | undefined {
	if (value === null || value === undefined) return "";
	if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
	return value instanceof JsonNumber || value instanceof JsonText ? value : undefined;
}
