import { GoFault } from "../values/fault.ts";

/** A number without the errors of binary ones: `coefficient × 10^exponent`. */
interface Decimal {
	readonly coefficient: bigint;
	readonly exponent: number;
}

/** Digits behind the point that a division keeps. */
const DIVISION_DIGITS = 16;

/** @throws GoFault for what is no number, or none that ends */
function decimalOf(value: number): Decimal {
	if (!Number.isFinite(value)) throw new GoFault("Cannot create a Decimal from NaN or an infinite number");
	const [digits = "0", exponent = "0"] = value.toExponential().split("e");
	const [whole = "0", fraction = ""] = digits.split(".");
	return { coefficient: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

function scaled({ coefficient, exponent }: Decimal, to: number): bigint {
	return coefficient * 10n ** BigInt(exponent - to);
}

const add = (a: Decimal, b: Decimal): Decimal => {
	const exponent = Math.min(a.exponent, b.exponent);
	return { coefficient: scaled(a, exponent) + scaled(b, exponent), exponent };
};

const subtract = (a: Decimal, b: Decimal): Decimal => add(a, { ...b, coefficient: -b.coefficient });

const multiply = (a: Decimal, b: Decimal): Decimal => ({
	coefficient: a.coefficient * b.coefficient,
	exponent: a.exponent + b.exponent,
});

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

/** Rounded half away from zero. */
function divide(a: Decimal, b: Decimal): Decimal {
	if (b.coefficient === 0n) throw new GoFault("decimal division by 0");
	const shift = a.exponent - b.exponent + DIVISION_DIGITS;
	const dividend = shift >= 0 ? a.coefficient * 10n ** BigInt(shift) : a.coefficient;
	const divisor = shift >= 0 ? b.coefficient : b.coefficient * 10n ** BigInt(-shift);
	const isUp = absolute(dividend % divisor) * 2n >= absolute(divisor);
	const sign = dividend < 0n === divisor < 0n ? 1n : -1n;
	return { coefficient: dividend / divisor + (isUp ? sign : 0n), exponent: -DIVISION_DIGITS };
}

const OPERATIONS = { add, subtract, multiply, divide };

/** Takes the others one after the other to the first. */
export function calculate(
	operation: keyof typeof OPERATIONS,
	first: number,
	others: readonly number[],
): number {
	const { coefficient, exponent } = others
		.map(decimalOf)
		.reduce((result, other) => OPERATIONS[operation](result, other), decimalOf(first));
	return Number(`${coefficient}e${exponent}`);
}
