import { JsonNumber } from "../kernel/mod.ts";
import { checkLength } from "./text-bound.ts";

/**
 * Block-style YAML of plain JSON data. Strings are always double-quoted in JSON's spelling, which YAML 1.1 and
 * 1.2 read alike, so that no `no`, `1e3` or `12:30` changes its type on the way.
 *
 * @throws HelperFault for a result that would be too long
 */
export function toYaml(value: unknown): string {
	const lines = new Lines();
	write(value, { lines, first: "", rest: "" });
	return lines.text;
}

/** The lines that have been written; of what is nested deeply, most is indentation. */
class Lines {
	readonly #lines: string[] = [];
	#length = 0;

	/** @throws HelperFault when they have become too long */
	push(line: string): void {
		this.#length += line.length + 1;
		checkLength(this.#length);
		this.#lines.push(line);
	}

	get text(): string {
		return this.#lines.join("\n");
	}
}

interface Where {
	readonly lines: Lines;
	/** What stands before the first line of the value, and before the others. */
	readonly first: string;
	readonly rest: string;
}

function write(value: unknown, where: Where): void {
	const { lines, first, rest } = where;
	if (!isNested(value)) {
		lines.push(`${first}${JSON.stringify(value)}`);
	} else if (Array.isArray(value)) {
		for (const [index, item] of value.entries()) {
			write(item, { lines, first: `${index === 0 ? first : rest}- `, rest: `${rest}  ` });
		}
	} else {
		for (const [index, [key, item]] of Object.entries(value).entries()) {
			const head = `${index === 0 ? first : rest}${JSON.stringify(key)}:`;
			if (isNested(item)) lines.push(head);
			const below = `${rest}  `;
			write(item, { lines, first: isNested(item) ? below : `${head} `, rest: below });
		}
	}
}

/** A list or an object that takes lines of its own: an empty one is short. */
function isNested(value: unknown): value is object {
	return (
		typeof value === "object" &&
		value !== null &&
		!(value instanceof JsonNumber) &&
		Object.keys(value).length > 0
	);
}
