import { dotenvFormat } from "./dotenv.ts";
import { type DotenvDialect, DIALECTS } from "./dotenv-dialect.ts";
import { FormatError } from "./errors.ts";
import { finish } from "./finish.ts";
import type { Format, Origin, Piece } from "./format.ts";
import { looseValues } from "./loose-values.ts";
import { jsonFormat } from "./json.ts";
import { propertiesFormat } from "./properties.ts";
import { shellFormat } from "./shell.ts";
import { textFormat } from "./text.ts";

export type { Piece } from "./format.ts";

/**
 * The finished text of a rendered template: every value escaped for its place, and read back.
 *
 * @param name format name of the config, such as `dotenv` or `dotenv:compose`
 * @param file template file, for messages
 * @throws FormatError naming path and field, never a value
 */
export async function finishText(name: string, pieces: readonly Piece[], file: string): Promise<string> {
	if (pieces.every((piece) => piece.kind === "text" || piece.raw)) return plainText(pieces, undefined);
	return await withFormat(name, (format) => finish(format, pieces, { name, file }));
}

/** Pieces joined as they are, for variables of a process. @throws FormatError for a NUL, which none can hold */
export function plainText(pieces: readonly Piece[], variable: string | undefined): string {
	for (const piece of pieces) {
		if (variable === undefined || piece.kind === "text" || !String(piece.value).includes("\0")) continue;
		const reason = `holds a NUL, which no environment variable can (${variable})`;
		throw FormatError.unplaceable(piece.origin, reason, "store it as base64, and decode it in the program");
	}
	return pieces.map((piece) => (piece.kind === "text" ? piece.text : String(piece.value))).join("");
}

/**
 * Values that were put in as they are, by a template that asked for no escaping, and that the format's readers would
 * not get back so.
 *
 * @returns their places; `text` has none, for it promises nothing
 */
export async function brokenOut(name: string, pieces: readonly Piece[]): Promise<readonly Origin[]> {
	if (pieces.every((piece) => piece.kind === "text" || !piece.raw)) return [];
	return await withFormat(name, (format) => looseValues(format, pieces));
}

/** The parser of YAML is large and most templates are not YAML: it is loaded when the first one is. */
async function withFormat<T>(name: string, use: <Context>(format: Format<Context>) => T): Promise<T> {
	const [base, dialect = "common"] = name.split(":");
	switch (base) {
		case "dotenv":
			return use(dotenvFormat(isDialect(dialect) ? dialect : "common"));
		case "shell":
			return use(shellFormat);
		case "json":
			return use(jsonFormat);
		case "properties":
			return use(propertiesFormat);
		case "yaml": {
			const { yamlFormat } = await import("./yaml.ts");
			return use(yamlFormat);
		}
		case "text":
			return use(textFormat);
		default:
			throw new RangeError(`Cannot finish a text: no format is called "${name}"`);
	}
}

function isDialect(name: string): name is DotenvDialect {
	return Object.hasOwn(DIALECTS, name);
}
