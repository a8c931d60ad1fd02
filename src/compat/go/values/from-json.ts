import { JsonNumber, type JsonValue } from "../../../kernel/mod.ts";
import { GoJsonNumber, GoMap, GoSlice, type GoValue } from "./values.ts";

/** What stands for a number: `json.Number` in what Vault sends, a float64 in what a template parses. */
type NumberOf = (digits: string) => GoValue;

/** A secret's data, whose numbers keep their digits. */
export function secretData(value: JsonValue): GoValue {
	return fromJson(value, (digits) => new GoJsonNumber(digits));
}

/** JSON as Go's decoder gives it when it is told no types. */
export function fromJson(value: JsonValue, numberOf: NumberOf): GoValue {
	if (value === null) return undefined;
	if (typeof value === "number" || value instanceof JsonNumber) return numberOf(String(value));
	if (typeof value === "string") return value.toWellFormed();
	if (typeof value === "boolean") return value;
	if (isList(value)) {
		return new GoSlice(
			"interface {}",
			value.map((item) => fromJson(item, numberOf)),
		);
	}
	const entries = Object.entries(value).map(
		([key, item]) => [key.toWellFormed(), fromJson(item, numberOf)] as const,
	);
	return new GoMap("interface {}", new Map(entries));
}

function isList(value: JsonValue): value is readonly JsonValue[] {
	return Array.isArray(value);
}
