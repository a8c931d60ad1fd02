import { Secret } from "../../kernel/mod.ts";

/** What a normal form is made of. */
export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain };

/** Stands where a secret is. */
export const HIDDEN = "••••";

/**
 * A part of the config in the keys and spellings of a file: `minBackoffMs: 1000` is `min_backoff: "1s"`, `mode: 0o640`
 * is `mode: "0640"`. What is absent stays absent, and a secret is hidden.
 */
export function nativeKeys(part: object): Record<string, Plain> {
	const entries = Object.entries(part).flatMap(([key, value]): [string, Plain][] =>
		value === undefined ? [] : [[snakeCase(key.replace(/Ms$/, "")), plain(key, value)]],
	);
	return Object.fromEntries(entries);
}

function plain(key: string, value: unknown): Plain {
	if (value instanceof Secret) return HIDDEN;
	if (Array.isArray(value)) return value.map((item) => plain(key, item));
	if (typeof value === "object" && value !== null) return nativeKeys(value);
	if (typeof value === "string" || typeof value === "boolean") return value;
	if (typeof value !== "number") throw new TypeError(`${key} has no normal form`);
	if (key.endsWith("Ms")) return durationText(value);
	return /(^m|M)ode$/.test(key) ? modeText(value) : value;
}

function snakeCase(name: string): string {
	return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `0640`. */
function modeText(mode: number): string {
	return mode.toString(8).padStart(4, "0");
}

/** `5m4s`; read again it is exactly as long. @param ms not negative */
export function durationText(ms: number): string {
	if (ms === 0) return "0s";
	const units = [
		["h", Math.floor(ms / 3_600_000)],
		["m", Math.floor(ms / 60_000) % 60],
		["s", Math.floor(ms / 1000) % 60],
		["ms", ms % 1000],
	] as const;
	return units.map(([unit, count]) => (count === 0 ? "" : `${count}${unit}`)).join("");
}
