import { shortest } from "./float-digits.ts";
import { formatFloat } from "./format-float.ts";
import { PLAIN } from "./format-flags.ts";

/** A number as `strconv.FormatFloat(x, 'g', -1, 64)` has it: with an exponent below 1e-4. */
export function shortestFloat(value: number): string {
	return formatFloat(value, "g", PLAIN) ?? "";
}

/** As `strconv.FormatFloat(x, 'f', -1, 64)`, of a finite number. */
export function withoutExponent(value: number): string {
	const { digits, point } = shortest(value);
	const sign = value < 0 || Object.is(value, -0) ? "-" : "";
	if (digits === "") return `${sign}0`;
	if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
	const whole = digits.slice(0, point).padEnd(point, "0");
	return digits.length > point ? `${sign}${whole}.${digits.slice(point)}` : `${sign}${whole}`;
}
