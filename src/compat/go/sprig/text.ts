import { sprint } from "../printing/print.ts";
import { GoSlice, type GoValue } from "../values/values.ts";

/** A value as `%v` prints it; as a template writes it is another thing. */
export function printed(value: GoValue): string {
	return sprint([value]);
}

/** A list as texts, nil left out; what is none is a list of itself. */
export function textsOfValue(value: GoValue): readonly string[] {
	const items = value instanceof GoSlice ? value.items : [value];
	return items.filter((item) => item !== undefined).map(printed);
}
