import { floatOf } from "../values/strconv.ts";
import { GoInteger, type GoValue } from "../values/values.ts";

/** What a scalar without quotes is to Go's yaml.v2, which reads much of YAML 1.1. */
export interface PlainScalar {
	readonly value: GoValue;
	/** Whether it would need quotes to be that text; a time is one, too, but its value is the text. */
	readonly isText: boolean;
}

const WORDS: ReadonlyMap<string, GoValue> = new Map<string, GoValue>([
	...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map(
		(word) => [word, true] as const,
	),
	...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map(
		(word) => [word, false] as const,
	),
	...["", "~", "null", "Null", "NULL"].map((word) => [word, undefined] as const),
	...[".nan", ".NaN", ".NAN"].map((word) => [word, Number.NaN] as const),
	...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map((word) => [word, Infinity] as const),
	...["-.inf", "-.Inf", "-.INF"].map((word) => [word, -Infinity] as const),
]);

/** Longer digits do not fit into 64 bits, whatever the base. */
const LONGEST_INTEGER = 100;
const INTEGER =
	/^(?<sign>[+-]?)(?:0[xX](?<hex>[\da-fA-F]+)|0[bB](?<binary>[01]+)|0[oO]?(?<octal>[0-7]+)|(?<decimal>0|[1-9]\d*))$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const TIME =
	/^(?<year>\d{4})-(?<rest>\d\d?-\d\d?)(?:[Tt](?<clock>\d\d?:\d\d?:\d\d?)(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)| (?<clock2>\d\d?:\d\d?:\d\d?)(?:[.,]\d+)?)?$/;

/** What the text is, without quotes around it. */
export function plainScalar(text: string): PlainScalar {
	if (WORDS.has(text)) return { value: WORDS.get(text), isText: false };
	if (isTime(text)) return { value: text, isText: false };
	const number = /^[+\-.\d]/.test(text) ? numberOf(text) : undefined;
	return number === undefined ? { value: text, isText: true } : { value: number, isText: false };
}

function numberOf(text: string): GoValue {
	if (text.startsWith(".")) return floatOf(text);
	const plain = text.replaceAll("_", "");
	return integerOf(plain) ?? (FLOAT.test(plain) ? floatOf(plain) : undefined);
}

function integerOf(text: string): GoInteger | undefined {
	const groups = text.length > LONGEST_INTEGER ? undefined : INTEGER.exec(text)?.groups;
	if (groups === undefined) return undefined;
	const { sign, hex, binary, octal, decimal = "0" } = groups;
	const prefixed = [hex && `0x${hex}`, binary && `0b${binary}`, octal && `0o${octal}`].find(Boolean);
	const magnitude = BigInt(prefixed ?? decimal);
	const value = sign === "-" ? -magnitude : magnitude;
	const types = sign === "" ? (["int", "uint64"] as const) : (["int"] as const);
	// What does not fit into the one wraps around, and is another number then.
	return types.map((type) => new GoInteger(type, value)).find((number) => number.value === value);
}

function isTime(text: string): boolean {
	const { year, rest, clock, clock2 } = TIME.exec(text)?.groups ?? {};
	if (year === undefined || rest === undefined) return false;
	const time = (clock ?? clock2 ?? "0:0:0").split(":");
	const [month = 0, ...others] = [...rest.split("-"), ...time].map(Number);
	// A day or an hour that there is not would be another one; years repeat after 400.
	const [day = 0, hour = 0, minute = 0, second = 0] = others;
	const date = new Date(Date.UTC(2000 + (Number(year) % 400), month - 1, day, hour, minute, second));
	const found = [date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes()];
	return [...found, date.getUTCSeconds()].join() === [month, ...others].join();
}
