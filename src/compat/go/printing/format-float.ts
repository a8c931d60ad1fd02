import { binaryOf, type Decimal, exact, rounded, shortest } from "./float-digits.ts";
import { type Flags, padded, paddingOf } from "./format-flags.ts";

/** A double has no more digits than these; what is asked for beyond are noughts. */
const MOST_DIGITS = 1100;

/** A float64 for a verb of `printf`; `undefined` for a verb that it has no form for. */
export function formatFloat(value: number, verb: string, flags: Flags): string | undefined {
	const form = verb === "v" ? "g" : verb === "F" ? "f" : verb;
	if (!"bgGxXfeE".includes(form)) return undefined;
	if (!Number.isFinite(value)) return special(value, flags);
	const precision = flags.precision ?? ("feE".includes(form) ? 6 : undefined);
	const isNegative = value < 0 || Object.is(value, -0);
	const plain = spelledFloat(Math.abs(value), form, precision);
	const number = flags.isAlternate && form !== "b" ? withPoint(plain, verb, precision) : plain;
	return signed(number, isNegative, flags);
}

function special(value: number, flags: Flags): string {
	const { hasSign, hasBlank } = flags;
	const plus = hasSign ? "+" : hasBlank ? " " : "";
	const text = Number.isNaN(value) ? `${plus}NaN` : value < 0 ? "-Inf" : `${plus || "+"}Inf`;
	return padded(text, { ...flags, hasZeros: false });
}

function signed(number: string, isNegative: boolean, flags: Flags): string {
	const sign = isNegative ? "-" : flags.hasSign ? "+" : flags.hasBlank ? " " : "";
	const { width = 0, hasZeros, isLeft } = flags;
	const isFilled = hasZeros && !isLeft && sign !== "";
	if (!isFilled) return padded(sign + number, flags);
	return sign + paddingOf(width - number.length - 1, flags) + number;
}

function spelledFloat(value: number, form: string, precision: number | undefined): string {
	switch (form) {
		case "b": {
			const { mantissa, exponent } = binaryOf(value);
			return `${mantissa}p${exponent < 0 ? "" : "+"}${exponent}`;
		}
		case "x":
			return hexadecimal(value, precision);
		case "X":
			return hexadecimal(value, precision).toUpperCase();
		case "f":
			return fixed(
				decimalFor(value, precision, (point) => point),
				precision,
			);
		case "e":
		case "E":
			return exponential(
				decimalFor(value, precision, () => 1),
				precision,
			).replace("e", form);
		default:
			return general(value, precision).replace("e", form === "G" ? "E" : "e");
	}
}

/** Rounded to the precision, which counts from this digit on. */
function decimalFor(value: number, precision: number | undefined, from: (point: number) => number): Decimal {
	if (precision === undefined) return shortest(value);
	const all = exact(value);
	return rounded(all, from(all.point) + Math.min(precision, MOST_DIGITS));
}

function general(value: number, precision: number | undefined): string {
	const wanted = precision === 0 ? 1 : precision;
	const decimal = decimalFor(value, wanted, () => 0);
	const { length } = decimal.digits;
	let limit = wanted ?? 6;
	if (wanted !== undefined && limit > length && length >= decimal.point) limit = length;
	const exponent = decimal.point - 1;
	const after = exponent < -4 || exponent >= limit ? exponential : fixed;
	return after(decimal, undefined);
}

/** With as many digits behind the point as there are, unless told. */
function fixed({ digits, point }: Decimal, precision: number | undefined): string {
	const places = precision ?? Math.max(0, digits.length - point);
	const whole = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "0";
	const part = point > 0 ? digits.slice(point) : "0".repeat(Math.min(-point, places)) + digits;
	return places === 0 ? whole : `${whole}.${part.slice(0, places).padEnd(places, "0")}`;
}

function exponential({ digits, point }: Decimal, precision: number | undefined): string {
	const places = precision ?? Math.max(0, digits.length - 1);
	const [first = "0"] = digits;
	const part = places === 0 ? "" : `.${digits.slice(1).padEnd(places, "0")}`;
	return `${first}${part}e${exponentText(digits === "" ? 0 : point - 1)}`;
}

function exponentText(exponent: number): string {
	return `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** `0x1.8p+01`: one bit before the point. */
function hexadecimal(value: number, precision: number | undefined): string {
	let { mantissa, exponent } = binaryOf(value);
	if (mantissa === 0n) return `0x0${precision ? `.${"0".repeat(precision)}` : ""}p+00`;
	for (; mantissa < 1n << 52n; mantissa <<= 1n) exponent--;
	exponent += 52;
	if (precision !== undefined && precision < 13) {
		const cut = BigInt(52 - 4 * precision);
		const rest = mantissa & ((1n << cut) - 1n);
		const half = 1n << (cut - 1n);
		mantissa >>= cut;
		if (rest > half || (rest === half && mantissa % 2n === 1n)) mantissa++;
		mantissa <<= cut;
		if (mantissa >= 1n << 53n) [mantissa, exponent] = [mantissa >> 1n, exponent + 1];
	}
	const all = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, "0");
	const part =
		precision === undefined ? all.replace(/0+$/, "") : all.slice(0, precision).padEnd(precision, "0");
	return `0x1${part === "" ? "" : `.${part}`}p${exponentText(exponent)}`;
}

/** `#`: there is a point in any case, and for `%g` the noughts that make up the precision. */
function withPoint(number: string, verb: string, precision: number | undefined): string {
	const isHex = verb === "x" || verb === "X";
	const at = number.search(isHex ? /[pP]/ : /[eE]/);
	const [head, tail] = at < 0 ? [number, ""] : [number.slice(0, at), number.slice(at)];
	const body = head.includes(".") ? head : `${head}.`;
	if (!["v", "g", "G", "x"].includes(verb)) return body + tail;
	const significant = body.replaceAll(".", "").replace(/^0+/, "").length;
	const isNought = head === "0" ? 1 : 0;
	return body + "0".repeat(Math.max(0, (precision ?? 6) - significant - isNought)) + tail;
}
