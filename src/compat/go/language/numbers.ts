import { ConstantFault, unquotedLetter } from "./unquote.ts";
import { floatOf } from "../values/strconv.ts";
import { quoted } from "../printing/quote.ts";

/** A number of a template: which of Go's kinds it can be, and its value as each. */
export interface Constant {
	/** Within 64 bits with a sign. */
	readonly integer?: bigint;
	/** Within 64 bits without one. */
	readonly unsigned?: bigint;
	readonly float?: number;
	/** Alone it is a float64: it was written so. */
	readonly isFloating: boolean;
}

const MOST_INTEGER = 2n ** 63n - 1n;
const MOST_UNSIGNED = 2n ** 64n - 1n;

/** A digit may be followed by one underscore; the prefix of a base as well. */
const DIGITS = "(?:_?[0-9a-fA-F])+";
const INTEGER = new RegExp(
	`^(?<sign>[+-]?)(?:0[xX](?<hex>${DIGITS})|0[bB](?<binary>(?:_?[01])+)|0[oO]?(?<octal>(?:_?[0-7])+)|(?<decimal>0|[1-9](?:_?\\d)*))$`,
);

/** @throws ConstantFault for what is no number, does not fit, or is an imaginary one */
export function constantOf(source: string, kind: "number" | "charConstant" | "complex"): Constant {
	if (kind === "charConstant") {
		const letter = unquotedLetter(source);
		return { integer: BigInt(letter), unsigned: BigInt(letter), float: letter, isFloating: false };
	}
	if (kind === "complex" || source.endsWith("i")) {
		throw new ConstantFault(`imaginary numbers are not part of these templates: ${quoted(source)}`);
	}
	const whole = integerOf(source);
	if (whole !== undefined) return whole;
	const float = floatOf(source);
	if (float === undefined) throw new ConstantFault(`illegal number syntax: ${quoted(source)}`);
	if (!/[.eEpP]/.test(source)) throw new ConstantFault(`integer overflow: ${quoted(source)}`);
	const asInteger = Number.isInteger(float) ? BigInt(float) : undefined;
	const isHexInteger = /^0[xX]/.test(source) && !/[pP]/.test(source);
	return { float, isFloating: !isHexInteger, ...fitting(asInteger) };
}

function integerOf(source: string): Constant | undefined {
	const groups = INTEGER.exec(source)?.groups;
	if (groups === undefined) return undefined;
	const { sign, hex, binary, octal, decimal } = groups;
	const magnitude = BigInt(
		hex !== undefined
			? `0x${plain(hex)}`
			: binary !== undefined
				? `0b${plain(binary)}`
				: octal !== undefined
					? `0o${plain(octal)}`
					: plain(decimal ?? "0"),
	);
	const value = sign === "-" ? -magnitude : magnitude;
	const fits = fitting(value);
	// Go reads numbers without a sign only from what has none; a nought is one in any case.
	const hasNoSign = sign === "" || value === 0n;
	const constant: Pick<Constant, "integer" | "unsigned"> = hasNoSign ? fits : withoutUnsigned(fits);
	if (constant.integer === undefined && constant.unsigned === undefined) return undefined;
	return { ...constant, float: Number(value), isFloating: false };
}

function fitting(value: bigint | undefined): Pick<Constant, "integer" | "unsigned"> {
	if (value === undefined) return {};
	return {
		...(value >= -MOST_INTEGER - 1n && value <= MOST_INTEGER && { integer: value }),
		...(value >= 0n && value <= MOST_UNSIGNED && { unsigned: value }),
	};
}

function withoutUnsigned({ integer }: Pick<Constant, "integer">): Pick<Constant, "integer"> {
	return integer === undefined ? {} : { integer };
}

function plain(digits: string): string {
	return digits.replaceAll("_", "");
}
