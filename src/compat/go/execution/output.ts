import { JsonText, LONGEST_TEXT, type Piece } from "../../../template/mod.ts";
import { JsonNumber } from "../../../kernel/mod.ts";
import type { GoPlace } from "../language/errors.ts";
import type { Result } from "./result.ts";
import { GoInteger, GoJsonNumber } from "../values/values.ts";

/** What a template has written so far. */
export class Output {
	readonly pieces: Piece[] = [];
	#length = 0;

	/** @returns whether there was room for it */
	text(text: string): boolean {
		this.#length += text.length;
		if (text !== "") this.pieces.push({ kind: "text", text });
		return this.#length <= LONGEST_TEXT;
	}

	/** @returns whether there was room for it */
	value(piece: Extract<Piece, { kind: "value" }>): boolean {
		this.#length += String(piece.value).length;
		this.pieces.push(piece);
		return this.#length <= LONGEST_TEXT;
	}

	toString(): string {
		return this.pieces.map((piece) => (piece.kind === "text" ? piece.text : String(piece.value))).join("");
	}
}

/** What came from outside, as a piece that knows where it stands and where it came from. */
export function valuePiece(
	result: Result,
	{ text, place, isRaw }: { readonly text: string; readonly place: GoPlace; readonly isRaw: boolean },
): Extract<Piece, { kind: "value" }> {
	const { file, line, column, expression } = place;
	const { path, field } = result.from ?? {};
	return {
		kind: "value",
		value: scalar(result, text),
		raw: isRaw,
		origin: { file, line, column, expression, ...(path && { path }), ...(field && { field }) },
	};
}

/** A number stays one for formats that know numbers; its spelling is Go's in any case. */
function scalar({ value, isJson }: Result, text: string): JsonText | JsonNumber | boolean | string {
	if (isJson) return new JsonText(text);
	if (typeof value === "boolean") return value;
	const isNumber = value instanceof GoInteger || value instanceof GoJsonNumber || Number.isFinite(value);
	return isNumber ? new JsonNumber(text) : text;
}
