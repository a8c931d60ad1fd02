import { JsonNumber } from "../kernel/mod.ts";

/**
 * Block-style YAML of plain JSON data. Strings are always double-quoted in JSON's spelling, which YAML 1.1 and
 * 1.2 read alike, so that no `no`, `1e3` or `12:30` changes its type on the way.
 */
export function toYaml(value: unknown): string {
	return lines(value).join("\n");
}

function lines(value: unknown): string[] {
	if (Array.isArray(value) && value.length > 0) return value.flatMap((item: unknown) => nest("-", item, " "));
	if (
		typeof value === "object" &&
		value !== null &&
		!Array.isArray(value) &&
		!(value instanceof JsonNumber)
	) {
		const entries = Object.entries(value);
		if (entries.length > 0)
			return entries.flatMap(([key, item]) => nest(`${JSON.stringify(key)}:`, item, "\n"));
	}
	return [JSON.stringify(value)];
}

/** Puts a value behind its dash or key: on the same line when it is short or a list item, else below it. */
function nest(head: string, value: unknown, joint: " " | "\n"): string[] {
	const body = lines(value);
	const isCollection = typeof value === "object" && value !== null && !(value instanceof JsonNumber);
	if (!isCollection || (body.length === 1 && /^[[{]/.test(body[0] ?? "")))
		return [`${head} ${body[0] ?? ""}`];
	if (joint === "\n") return [head, ...body.map((line) => `  ${line}`)];
	return body.map((line, index) => `${index === 0 ? `${head} ` : "  "}${line}`);
}
