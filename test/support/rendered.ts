import * as fc from "fast-check";
import { FormatError } from "../../src/template/format/errors.ts";
import { finish } from "../../src/template/format/finish.ts";
import type { Format, Piece, Scalar } from "../../src/template/format/format.ts";

/** Finishes a template in which `§` stands for the values, in order; the n-th is field `f<n>` of one secret. */
export function rendered<Context>(
	format: Format<Context>,
	template: string,
	values: readonly Scalar[],
): string {
	const pieces = template.split("§").flatMap((text, index): Piece[] => {
		if (index === 0) return [{ kind: "text", text }];
		const field = `f${index}`;
		const origin = {
			file: "t.hbs",
			line: 1,
			column: 1,
			expression: `{{${field}}}`,
			path: "secret/data/x",
			field,
		};
		const value = values[index - 1] ?? "";
		return [
			{ kind: "value", value, raw: false, origin },
			{ kind: "text", text },
		];
	});
	return finish(format, pieces, { name: "its format", file: "t.hbs" });
}

/** As {@link rendered}, for a template that must be refused. */
export function refusal<Context>(
	format: Format<Context>,
	template: string,
	values: readonly Scalar[],
): FormatError {
	try {
		rendered(format, template, values);
	} catch (error) {
		if (error instanceof FormatError) return error;
		throw error;
	}
	throw new Error("the template was not refused");
}

const SPECIAL =
	"'\"`\\$#!=:;&|<>(){}[]*?~^%,- \t\n\r\f\v\u0001\u001b\u007f\u0080\u0085\u0088\u00a0\u00ff\u2028\u2029\ufeffé字antux01AE"
		.split("")
		.concat(
			"\\\n",
			"\r\n",
			"$(",
			"${",
			"$((",
			"$A",
			"\\u",
			"\\u0041",
			"<<E",
			"\nE\n",
			"# ",
			"//",
			"};",
			"'\\''",
			"😀",
		);

/** Text made of what the readers of the formats stop at, mixed with every other character but NUL; well-formed. */
export const anyText: fc.Arbitrary<string> = fc
	.string({
		unit: fc.oneof(
			{ weight: 4, arbitrary: fc.constantFrom(...SPECIAL) },
			fc.string({ unit: "binary", maxLength: 2 }),
		),
		maxLength: 14,
	})
	.map((text) => text.replaceAll("\0", "N").toWellFormed());
