import { JsonNumber } from "../kernel/mod.ts";
import { type Place, TemplateError } from "./errors.ts";
import { JsonText, type Piece, type Scalar } from "./format/format.ts";
import type { Result } from "./scope.ts";

/**
 * What a `{{…}}` puts into the text.
 *
 * @throws TemplateError for a value that is empty, or no scalar
 */
export function outputPiece(result: Result, place: Place, allowEmpty: boolean): Piece {
	const { from } = result;
	const name = place.expression ?? "";
	const what = from?.field === undefined ? `the value of ${name}` : `field "${from.field}" of ${from.path}`;
	const value = scalarOf(result.value);
	if (value === undefined) {
		throw TemplateError.value(
			place,
			`${what} is a list or an object, not text`,
			`name a field of it, or write {{toJSON ${name.slice(2, -2)}}}`,
		);
	}
	if (value === "" && !allowEmpty && !result.mayBeEmpty) throw TemplateError.empty(place, what);
	const origin = {
		file: place.file,
		line: place.line ?? 1,
		column: place.column ?? 1,
		expression: name,
		...(from && { path: from.path }),
		...(from?.field !== undefined && { field: from.field }),
	};
	return { kind: "value", value, raw: result.isRaw === true, origin };
}

/** `null` counts as empty text: a field without a value. */
function scalarOf(value: unknown): Scalar | undefined {
	if (value === null || value === undefined) return "";
	if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
	return value instanceof JsonNumber || value instanceof JsonText ? value : undefined;
}
