import { parseFloat64, parseInteger } from "./strconv.ts";
import type { GoJsonNumber, GoMethod } from "./values.ts";

/** The methods of Go's `json.Number`. */
export function numberMethods({ text }: GoJsonNumber): ReadonlyMap<string, GoMethod> {
	return new Map<string, GoMethod>([
		["String", { parameters: [], run: () => text }],
		["Int64", { parameters: [], run: () => parseInteger(text, "int64") }],
		["Float64", { parameters: [], run: () => parseFloat64(text) }],
	]);
}
