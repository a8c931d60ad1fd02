import { PLAIN } from "./format-flags.ts";
import { formatStruct, formatValue } from "./format-value.ts";
import { joined } from "../values/bounds.ts";
import { ownText } from "../values/types.ts";
import { GoJsonNumber, GoStruct, type GoValue } from "../values/values.ts";

/** A value as a template writes it. @throws GoFault for a value that has no end */
export function printed(value: GoValue): string {
	if (value === undefined) return "<no value>";
	if (typeof value === "string") return value;
	if (value instanceof GoStruct) {
		return ownText(value) ?? formatStruct(value, { verb: "v", depth: 0 }, PLAIN);
	}
	return formatValue(value, "v", PLAIN);
}

/** Go's `Sprint`: blanks stand between two of which none is a text. */
export function sprint(values: readonly GoValue[]): string {
	const parts = values.map((value, position) => {
		const isApart = position > 0 && !isText(value) && !isText(values[position - 1]);
		return `${isApart ? " " : ""}${formatValue(value, "v", PLAIN)}`;
	});
	return joined(parts, "");
}

/** Go's `Sprintln`: blanks between all of them, and the line ends. */
export function sprintln(values: readonly GoValue[]): string {
	const parts = values.map((value) => formatValue(value, "v", PLAIN));
	return `${joined(parts, " ")}\n`;
}

function isText(value: GoValue): boolean {
	return typeof value === "string" || value instanceof GoJsonNumber;
}
