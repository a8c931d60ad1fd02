import type { GoFunctions } from "../functions/function.ts";
import { GoFault } from "../values/fault.ts";
import { base64Bytes, decoded } from "../values/bytes.ts";
import { SLOW, fixed } from "../functions/define.ts";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function base32Encoded(text: string): string {
	let result = "";
	let bits = 0;
	let held = 0;
	for (const byte of Buffer.from(text)) {
		held = (held << 8) | byte;
		for (bits += 8; bits >= 5; bits -= 5) result += BASE32[(held >> (bits - 5)) & 31];
		held &= (1 << bits) - 1;
	}
	if (bits > 0) result += BASE32[(held << (5 - bits)) & 31];
	return result.padEnd(Math.ceil(result.length / 8) * 8, "=");
}

/** Letters of the last group that stand for whole bytes. */
const WHOLE_ENDS: ReadonlySet<number> = new Set([0, 2, 4, 5, 7]);

function base32Decoded(text: string): string {
	const padded = text.replaceAll(/[\r\n]/g, "");
	const digits = padded.replace(/={1,6}$/, "");
	if (padded.length % 8 !== 0 || !/^[A-Z2-7]*$/.test(digits) || !WHOLE_ENDS.has(digits.length % 8)) {
		throw new GoFault("illegal base32 data");
	}
	const bytes: number[] = [];
	let bits = 0;
	let held = 0;
	for (const digit of digits) {
		held = (held << 5) | BASE32.indexOf(digit);
		bits += 5;
		if (bits < 8) continue;
		bits -= 8;
		bytes.push((held >> bits) & 255);
		held &= (1 << bits) - 1;
	}
	return decoded(Buffer.from(bytes));
}

/** What is not of its encoding is an error; sprig would write the error into the file. */
export const ENCODING: GoFunctions = new Map([
	["sprig_b64enc", fixed(["string"], (text) => Buffer.from(text).toString("base64"))],
	["sprig_b64dec", fixed(["string"], (text) => decoded(base64Bytes(text)))],
	["sprig_b32enc", fixed(["string"], base32Encoded, SLOW)],
	["sprig_b32dec", fixed(["string"], base32Decoded)],
]);
