import { type JsonValue, parseJson } from "../../../kernel/mod.ts";
import { fromJson } from "../values/from-json.ts";
import type { GoFunctions } from "../functions/function.ts";
import { GoFault } from "../values/fault.ts";
import { toGoJson } from "../documents/to-json.ts";
import type { GoValue } from "../values/values.ts";
import { fixed, JSON_TEXT } from "../functions/define.ts";

function parsed(text: string): JsonValue | undefined {
	try {
		return parseJson(text);
	} catch {
		return undefined;
	}
}

const valueOf = (json: JsonValue): GoValue => fromJson(json, Number);

function parsedOrFault(text: string): GoValue {
	const json = parsed(text);
	if (json === undefined) throw new GoFault("wants JSON text");
	return valueOf(json);
}

const toJson = fixed(["any"], (value) => toGoJson(value, { isPretty: false, isHtmlSafe: true }), JSON_TEXT);
const toPrettyJson = fixed(
	["any"],
	(value) => toGoJson(value, { isPretty: true, isHtmlSafe: true }),
	JSON_TEXT,
);
const toRawJson = fixed(
	["any"],
	(value) => toGoJson(value, { isPretty: false, isHtmlSafe: false }),
	JSON_TEXT,
);

/** JSON (`defaults.go` of sprig): what is none is nil, but for `must…` an error. Numbers are floats. */
export const JSON_FUNCTIONS: GoFunctions = new Map([
	["sprig_fromJson", fixed(["string"], (text) => valueOf(parsed(text) ?? null))],
	["sprig_mustFromJson", fixed(["string"], parsedOrFault)],
	["sprig_toJson", toJson],
	["sprig_mustToJson", toJson],
	["sprig_toPrettyJson", toPrettyJson],
	["sprig_mustToPrettyJson", toPrettyJson],
	["sprig_toRawJson", toRawJson],
	["sprig_mustToRawJson", toRawJson],
]);
