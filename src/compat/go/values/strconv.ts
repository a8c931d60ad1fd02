import { GoFault } from "./fault.ts";
import { GoInteger } from "./values.ts";

/** Longer ones of the kinds below are out of range, or full of noughts: nobody need reckon them out. */
const LONGEST_NUMBER = 1000;

const INTEGERS = { int64: /^[+-]?\d+$/, uint64: /^\d+$/ } as const;

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const HEXADECIMAL = /^(?<sign>[+-]?)0[xX](?<whole>[\da-f]*)\.?(?<part>[\da-f]*)[pP](?<exponent>[+-]?\d+)$/i;
const INFINITE = /^[+-]?inf(?:inity)?$/i;

/** An underscore that does not stand between two digits; the prefix of a hexadecimal number counts as one. */
const LOOSE_UNDERSCORE = /(?<!\d|0x)_|_(?!\d)/i;
const LOOSE_HEX_UNDERSCORE = /(?<![\da-f]|0x)_|_(?![\da-f])/i;

const BOOLS: ReadonlyMap<string, boolean> = new Map([
	...["1", "t", "T", "TRUE", "true", "True"].map((word) => [word, true] as const),
	...["0", "f", "F", "FALSE", "false", "False"].map((word) => [word, false] as const),
]);

/** `strconv.ParseBool`. @throws GoFault */
export function parseBool(text: string): boolean {
	const value = BOOLS.get(text);
	if (value === undefined) throw syntaxFault("ParseBool");
	return value;
}

/** `strconv.ParseInt` and `ParseUint` to base 10. @throws GoFault */
export function parseInteger(text: string, type: "int64" | "uint64"): GoInteger {
	const name = type === "int64" ? "ParseInt" : "ParseUint";
	if (!INTEGERS[type].test(text)) throw syntaxFault(name);
	const digits = text.replace(/^\+/, "");
	const value = digits.length > LONGEST_NUMBER ? undefined : new GoInteger(type, BigInt(digits));
	// What does not fit wraps around, and is another number then.
	if (value?.value !== BigInt(digits.slice(0, LONGEST_NUMBER))) throw rangeFault(name);
	return value;
}

/** `strconv.ParseFloat` to 64 bits. @throws GoFault */
export function parseFloat64(text: string): number {
	if (INFINITE.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
	if (/^nan$/i.test(text)) return Number.NaN;
	const isHex = /^[+-]?0x/i.test(text);
	const plain = text.replaceAll("_", "");
	const isLoose = plain !== text && (isHex ? LOOSE_HEX_UNDERSCORE : LOOSE_UNDERSCORE).test(text);
	const value = isLoose ? undefined : isHex ? hexadecimal(plain) : decimal(plain);
	if (value === undefined) throw syntaxFault("ParseFloat");
	if (!Number.isFinite(value)) throw rangeFault("ParseFloat");
	return value;
}

/** The same, and nothing for what is none or out of range. */
export function floatOf(text: string): number | undefined {
	try {
		return parseFloat64(text);
	} catch (error) {
		if (error instanceof GoFault) return undefined;
		throw error;
	}
}

function decimal(text: string): number | undefined {
	return DECIMAL.test(text) ? Number(text) : undefined;
}

/** `0x1.8p+01`; nothing for what is not written so. */
function hexadecimal(text: string): number | undefined {
	const { sign, whole = "", part = "", exponent } = HEXADECIMAL.exec(text)?.groups ?? {};
	if (whole + part === "" || text.length > LONGEST_NUMBER) return undefined;
	const mantissa = Number(BigInt(`0x${whole}${part}`)) * (sign === "-" ? -1 : 1);
	return mantissa * 2 ** (Number(exponent) - 4 * part.length);
}

function syntaxFault(name: string): GoFault {
	return new GoFault(`strconv.${name}: invalid syntax`);
}

function rangeFault(name: string): GoFault {
	return new GoFault(`strconv.${name}: value out of range`);
}
