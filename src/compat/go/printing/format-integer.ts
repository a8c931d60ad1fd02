import { type Flags, padded, paddingOf } from "./format-flags.ts";
import { isPrintable, quotedLetter } from "./quote.ts";

const BASES: Readonly<Record<string, number>> = { d: 10, v: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
const MOST_LETTER = 0x10ffffn;

/** A whole number for a verb of `printf`; `undefined` for a verb that it has no form for. */
export function formatInteger(
	value: bigint,
	{ verb, isSigned }: { readonly verb: string; readonly isSigned: boolean },
	flags: Flags,
): string | undefined {
	const unsigned = BigInt.asUintN(64, value);
	switch (verb) {
		case "c":
			return padded(letterOf(unsigned), flags);
		case "q":
			return padded(quotedLetter(letterOf(unsigned), flags.hasSign), flags);
		case "U":
			return padded(unicode(unsigned, flags), { ...flags, hasZeros: false });
		case "v":
			if (flags.isSource && !isSigned) return digits(value, "x", { ...flags, isAlternate: true });
			return digits(value, verb, flags);
		default:
			return Object.hasOwn(BASES, verb) ? digits(value, verb, flags) : undefined;
	}
}

function digits(value: bigint, verb: string, flags: Flags): string {
	const { precision, width, isLeft, hasZeros, hasSign, hasBlank } = flags;
	if (precision === 0 && value === 0n) return paddingOf(width ?? 0, { ...flags, hasZeros: false });
	const sign = value < 0n ? "-" : hasSign ? "+" : hasBlank ? " " : "";
	const isFilled = precision === undefined && hasZeros && !isLeft && width !== undefined;
	const fewest = isFilled ? width - sign.length : (precision ?? 0);
	const plain = (value < 0n ? -value : value).toString(BASES[verb]).padStart(fewest, "0");
	const cased = verb === "X" ? plain.toUpperCase() : plain;
	return padded(`${sign}${prefix(cased, verb, flags)}${cased}`, { ...flags, hasZeros: false });
}

function prefix(plain: string, verb: string, { isAlternate }: Flags): string {
	if (verb === "O") return isAlternate && !plain.startsWith("0") ? "0o0" : "0o";
	if (!isAlternate) return "";
	switch (BASES[verb]) {
		case 2:
			return "0b";
		case 8:
			return plain.startsWith("0") ? "" : "0";
		case 16:
			return verb === "X" ? "0X" : "0x";
		default:
			return "";
	}
}

function letterOf(code: bigint): string {
	const letter = code > MOST_LETTER ? "\uFFFD" : String.fromCodePoint(Number(code));
	return letter.isWellFormed() ? letter : "\uFFFD";
}

function unicode(code: bigint, { precision = 0, isAlternate }: Flags): string {
	const number = code.toString(16).toUpperCase().padStart(Math.max(4, precision), "0");
	const letter = letterOf(code);
	const isShown = isAlternate && code <= MOST_LETTER && isPrintable(letter);
	return `U+${number}${isShown ? ` '${letter}'` : ""}`;
}
