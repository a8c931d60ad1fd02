import { constantOf } from "../language/numbers.ts";
import { floatOf } from "../values/strconv.ts";
import { ConstantFault } from "../language/unquote.ts";
import { GoInteger, GoJsonNumber, type GoValue } from "../values/values.ts";

const LARGEST = 2n ** 63n - 1n;
const SMALLEST = -(2n ** 63n);

/** Go's `strconv.ParseInt(text, 0, 64)`, or 0. */
function parseWhole(text: string): bigint {
	try {
		const { integer, isFloating } = constantOf(text, "number");
		return isFloating ? 0n : (integer ?? 0n);
	} catch (error) {
		if (error instanceof ConstantFault) return 0n;
		throw error;
	}
}

/** Go's `strconv.ParseInt(text, base, 64)`, or 0. */
export function parseDigits(text: string, base: 8 | 10): bigint {
	const digits = base === 8 ? /^[+-]?[0-7]+$/ : /^[+-]?\d+$/;
	if (text.length > 64 || !digits.test(text)) return 0n;
	const unsigned = text.replace(/^[+-]/, "");
	const number = BigInt(base === 8 ? `0o${unsigned}` : unsigned) * (text.startsWith("-") ? -1n : 1n);
	return number > LARGEST || number < SMALLEST ? 0n : number;
}

/** A float as Go's `int64(f)` on the machines of today: what does not fit is the smallest number. */
function truncatedFloat(value: number): bigint {
	if (Number.isNaN(value) || Math.abs(value) >= 2 ** 63) return SMALLEST;
	return BigInt(Math.trunc(value));
}

/** Any value as a whole number, 0 where it is none (`cast.ToInt64`): what follows a point in a text must be zeros. */
export function toWhole(value: GoValue): bigint {
	if (value instanceof GoInteger) return BigInt.asIntN(64, value.value);
	if (typeof value === "number") return truncatedFloat(value);
	if (typeof value === "boolean") return value ? 1n : 0n;
	const text = value instanceof GoJsonNumber ? value.text : value;
	if (typeof text !== "string" || text.length > 64) return 0n;
	return parseWhole(text.replace(/\.0+$/, ""));
}

/** Any value as a float, 0 where it is none (`cast.ToFloat64`). */
export function toFloat(value: GoValue): number {
	if (value instanceof GoInteger) return Number(value.value);
	if (typeof value === "number") return value;
	if (typeof value === "boolean") return value ? 1 : 0;
	const text = value instanceof GoJsonNumber ? value.text : value;
	return typeof text === "string" ? (floatOf(text) ?? 0) : 0;
}
