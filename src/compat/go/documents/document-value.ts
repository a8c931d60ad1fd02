import { ownText } from "../values/types.ts";
import { GoStruct, type GoValue } from "../values/values.ts";

/** A value as documents have it: a struct that says itself is its text. */
export function documentValue(value: GoValue): GoValue {
	return value instanceof GoStruct ? (ownText(value) ?? value) : value;
}

/** The digits of a number of a secret as a whole number, where they are one and 64 bits hold it. */
export function wholeNumber(digits: string): bigint | undefined {
	const whole = /^-?\d{1,20}$/.test(digits) ? BigInt(digits) : undefined;
	return whole !== undefined && BigInt.asIntN(64, whole) === whole ? whole : undefined;
}
