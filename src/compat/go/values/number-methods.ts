import { GoFault } from "../functions/function.ts";
import { GoInteger, type GoJsonNumber, type GoMethod } from "./values.ts";

const INTEGER = /^-?\d+$/;

/** The methods of Go's `json.Number`. */
export function numberMethods({ text }: GoJsonNumber): ReadonlyMap<string, GoMethod> {
	return new Map<string, GoMethod>([
		["String", { parameters: [], run: () => text }],
		[
			"Int64",
			{
				parameters: [],
				run: () => {
					const value = INTEGER.test(text) ? BigInt(text) : undefined;
					if (value === undefined) throw new GoFault("strconv.ParseInt: invalid syntax");
					if (BigInt.asIntN(64, value) !== value) throw new GoFault("strconv.ParseInt: value out of range");
					return new GoInteger("int64", value);
				},
			},
		],
		[
			"Float64",
			{
				parameters: [],
				run: () => {
					const value = Number(text);
					if (!Number.isFinite(value)) throw new GoFault("strconv.ParseFloat: value out of range");
					return value;
				},
			},
		],
	]);
}
