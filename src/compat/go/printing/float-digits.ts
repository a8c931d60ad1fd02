/** A number in decimal digits: `0.DIGITS × 10^point`, without noughts at the end; nought has no digits. */
export interface Decimal {
	readonly digits: string;
	readonly point: number;
}

const BITS = new DataView(new ArrayBuffer(8));

/** A float64 as `mantissa × 2^exponent`; without its sign. */
export function binaryOf(value: number): { readonly mantissa: bigint; readonly exponent: number } {
	BITS.setFloat64(0, value);
	const bits = BITS.getBigUint64(0);
	const raw = Number((bits >> 52n) & 0x7ffn);
	const part = bits & 0xfffffffffffffn;
	return raw === 0
		? { mantissa: part, exponent: -1074 }
		: { mantissa: part | (1n << 52n), exponent: raw - 1075 };
}

/** The fewest digits that give the number back. */
export function shortest(value: number): Decimal {
	const [mantissa = "", exponent = "0"] = Math.abs(value).toExponential().split("e");
	return trimmed(mantissa.replace(".", ""), Number(exponent) + 1);
}

/** All digits of the number, which is a finite one in decimals too. */
export function exact(value: number): Decimal {
	const { mantissa, exponent } = binaryOf(value);
	const scaled = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent);
	const digits = scaled.toString();
	return trimmed(digits, digits.length + Math.min(0, exponent));
}

/** Rounded to so many digits, which may be none or less; what is halfway goes to the even one. */
export function rounded({ digits, point }: Decimal, count: number): Decimal {
	if (count >= digits.length) return { digits, point };
	if (count < 0) return { digits: "", point: 0 };
	const kept = digits.slice(0, count);
	if (!isRoundedUp(digits, count)) return trimmed(kept, point);
	const up = (BigInt(`0${kept}`) + 1n).toString();
	return trimmed(up, point + up.length - count);
}

function isRoundedUp(digits: string, count: number): boolean {
	const next = digits[count] ?? "0";
	const isHalfway = next === "5" && count + 1 === digits.length;
	return isHalfway ? count > 0 && Number(digits[count - 1]) % 2 === 1 : next >= "5";
}

function trimmed(digits: string, point: number): Decimal {
	let end = digits.length;
	while (end > 0 && digits[end - 1] === "0") end--;
	if (end === 0) return { digits: "", point: 0 };
	return { digits: digits.slice(0, end), point };
}
