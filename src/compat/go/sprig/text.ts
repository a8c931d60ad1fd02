import { PLAIN } from "../printing/format-flags.ts";
import { formatValue } from "../printing/format-value.ts";
import { GoSlice, type GoValue } from "../values/values.ts";

/** A value as `%v` prints it. */
export function printed(value: GoValue): string {
	return formatValue(value, "v", PLAIN);
}

/** A list as texts, nil left out; what is none is a list of itself. */
export function textsOfValue(value: GoValue): readonly string[] {
	const items = value instanceof GoSlice ? value.items : [value];
	return items.filter((item) => item !== undefined).map(printed);
}
