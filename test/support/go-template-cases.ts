import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fromJson } from "../../src/compat/go/values/from-json.ts";
import { CORE_FUNCTIONS, REFUSED_CORE_FUNCTIONS } from "../../src/compat/go/functions/core.ts";
import type { GoFunction } from "../../src/compat/go/functions/function.ts";
import { GoFault } from "../../src/compat/go/values/fault.ts";
import { parseGo } from "../../src/compat/go/language/parser.ts";
import { sprint } from "../../src/compat/go/printing/print.ts";
import { render } from "../../src/compat/go/template.ts";
import {
	GoInteger,
	GoJsonNumber,
	GoMap,
	GoSlice,
	type GoValue,
	type ParameterType,
} from "../../src/compat/go/values/values.ts";
import { AgentError, type JsonValue, parseJson } from "../../src/kernel/mod.ts";
import { plainText, withPort } from "../../src/template/mod.ts";

/** A template with what Go makes of it. */
export interface GoTemplateCase {
	readonly name: string;
	readonly template: string;
	readonly data?: JsonValue;
	/** Data as JSON text, for numbers whose spelling matters; in the place of `data`. */
	readonly dataText?: string;
	readonly missingKey?: "error";
	readonly delimiters?: readonly [left: string, right: string];
}

/** What became of a case: its text, or what is wrong. */
export interface GoTemplateResult {
	readonly output?: string;
	readonly error?: string;
}

const FOLDER = join(import.meta.dirname, "../fixtures/compat/go-templates");

/** The cases of every theme, each with what is stored for it. */
export function goTemplateCases(): readonly (readonly [
	theme: string,
	readonly (GoTemplateCase & GoTemplateResult)[],
])[] {
	return readdirSync(FOLDER).map((file) => {
		const theme = parseJson(readFileSync(join(FOLDER, file), "utf8")) as unknown as {
			/** Of those that have none of their own. */
			readonly data?: JsonValue;
			readonly cases: readonly (GoTemplateCase & GoTemplateResult)[];
		};
		const { data = null } = theme;
		return [file.replace(".json", ""), theme.cases.map((one) => ({ data, ...one }))] as const;
	});
}

/** What this engine makes of a case. */
export function rendered(one: GoTemplateCase): GoTemplateResult {
	const [left, right] = one.delimiters ?? ["{{", "}}"];
	try {
		const names = new Set(FUNCTIONS.keys());
		const program = parseGo(one.template, {
			file: "case",
			left,
			right,
			functions: { names, refused: REFUSED_CORE_FUNCTIONS },
		});
		const settings = {
			functions: FUNCTIONS,
			isEscaped: false,
			errorOnMissingKey: one.missingKey === "error",
		};
		const dot = { value: fromJson(dataOf(one), (digits) => new GoJsonNumber(digits)) };
		const pass = render(program, settings, { inputs: NOTHING, fileRoots: [], dot });
		if (pass.kind === "incomplete") throw new Error("no case asks for secrets");
		return { output: plainText(withPort(pass.pieces, 0), undefined) };
	} catch (error) {
		if (!(error instanceof AgentError)) throw error;
		return { error: error.rows["go"] ?? error.message };
	}
}

/** The data of a case. */
function dataOf({ data, dataText }: GoTemplateCase): JsonValue {
	return dataText === undefined ? (data ?? null) : parseJson(dataText);
}

/**
 * A message without what Go tells and we do not: values, which may be secrets, and other bounds. Where Go's own code has gone wrong
 * (`len` of what is missing) it has a better one here.
 */
export function comparable({ output, error }: GoTemplateResult): GoTemplateResult {
	if (error === undefined) return { output: output ?? "" };
	const said = error
		.replace("reflect: call of reflect.Value.Type on zero Value", "len of nil pointer")
		.replace(/(?:reflect: \w+ )?(index out of range)(?:: -?\d+)?$/, "$1")
		.replace(/(exceeded maximum template depth) \(\d+\)$/, "$1")
		.replace(/(strconv\.\w+: )parsing ".*": /s, "$1")
		.replace(/(invalid slice index): .*$/s, "$1")
		.replace(/(range can't iterate over) .*$/s, "$1")
		.replace(/can't use .* to iterate/s, "can't use … to iterate")
		.replace(/(non-comparable types?)(:| ).*$/s, "$1")
		.replace(/; did you mean ".*"\?$/, "");
	return { error: said };
}

const NOTHING = {
	lookup: () => ({ kind: "pending" }) as const,
	env: () => undefined,
	readFile: () => "",
	now: () => 0,
};

function given(parameters: readonly ParameterType[], run: (...args: GoValue[]) => GoValue): GoFunction {
	return { parameters, run: (args) => run(...args) };
}

function any(parameters: readonly ParameterType[], run: (...args: GoValue[]) => GoValue): GoFunction {
	return { ...given(parameters, run), isVariadic: true };
}

const text = (value: GoValue): string => (typeof value === "string" ? value : "");
const integer = (value: GoValue): bigint => (value instanceof GoInteger ? value.value : 0n);
const items = (value: GoValue): readonly GoValue[] => (value instanceof GoSlice ? value.items : []);

/** The same as in `test/integration/go-templates/main.go`, for every type of parameter there is. */
const FUNCTIONS: ReadonlyMap<string, GoFunction> = new Map([
	...CORE_FUNCTIONS,
	["shout", given(["string"], (a) => text(a).toUpperCase())],
	["addInts", given(["int", "int"], (a, b) => new GoInteger("int", integer(a) + integer(b)))],
	["wide", given(["int64"], (a) => a)],
	["half", given(["float64"], (a) => Number(a) / 2)],
	["flip", given(["bool"], (a) => a !== true)],
	["joinAny", given(["[]any"], (a) => sprint(items(a)))],
	[
		"keysOf",
		given(["map[string]any"], (a) => (a instanceof GoMap ? [...a.entries.keys()].toSorted().join(",") : "")),
	],
	["joinStrings", any(["string"], (...all) => all.map(text).join("+"))],
	["prefix", any(["string", "any"], (a, ...rest) => text(a) + sprint(rest))],
	[
		"fails",
		given(["string"], () => {
			throw new GoFault("it failed");
		}),
	],
	["words", given(["string"], (a) => new GoSlice("string", text(a).trim().split(/\s+/)))],
	[
		"bytes",
		given(
			["string"],
			(a) =>
				new GoSlice(
					"uint8",
					Array.from(Buffer.from(text(a)), (byte) => new GoInteger("uint8", BigInt(byte))),
				),
		),
	],
	["nothing", given([], () => undefined)],
	[
		"pairs",
		given(["string"], (a) => {
			const entries = text(a)
				.split(",")
				.map((pair) => pair.split("=") as [string, string]);
			return new GoMap("string", new Map(entries));
		}),
	],
]);
