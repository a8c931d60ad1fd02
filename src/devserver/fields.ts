import { JsonNumber, type JsonValue, parseDuration } from "../kernel/mod.ts";
import { ApiError } from "./api-error.ts";
import { isJsonObject, type JsonObject } from "./json-object.ts";

const BOOLEANS = new Map([
	["1", true],
	["t", true],
	["true", true],
	["0", false],
	["f", false],
	["false", false],
]);

/**
 * What a request carries (body, or query for methods without one), read leniently as the server does:
 * `"5"` is a number, `"a,b"` a list, `"1h"` a duration.
 */
export class Fields {
	readonly all: JsonObject;

	constructor(all: JsonObject) {
		this.all = all;
	}

	has(name: string): boolean {
		return this.get(name) !== undefined;
	}

	get(name: string): JsonValue | undefined {
		const value = Object.hasOwn(this.all, name) ? this.all[name] : undefined;
		return value === null ? undefined : value;
	}

	/** @throws ApiError when the value is an object or a list */
	text(name: string): string | undefined {
		const value = this.get(name);
		if (value === undefined || typeof value === "string") return value;
		if (typeof value === "object" && !(value instanceof JsonNumber)) throw this.#invalid(name, "string");
		return String(value);
	}

	/** @throws ApiError in the words of the real server when the value is no whole number */
	integer(name: string): number | undefined {
		const text = this.text(name)?.trim();
		if (text === undefined || text === "") return undefined;
		if (!/^[+-]?\d+$/.test(text)) throw this.#invalid(name, "int");
		return Number(text);
	}

	number(name: string): number | undefined {
		const text = this.text(name);
		if (text === undefined || text === "") return undefined;
		const value = Number(text);
		if (Number.isNaN(value)) throw this.#invalid(name, "float64");
		return value;
	}

	flag(name: string): boolean | undefined {
		const text = this.text(name)?.toLowerCase();
		if (text === undefined || text === "") return undefined;
		const value = BOOLEANS.get(text);
		if (value === undefined) throw this.#invalid(name, "bool");
		return value;
	}

	/** A duration in whole seconds; a bare number is seconds. */
	seconds(name: string): number | undefined {
		const text = this.text(name);
		if (text === undefined || text === "") return undefined;
		const ms = parseGoDuration(text);
		if (ms === undefined) throw this.#invalid(name, "int");
		return Math.trunc(ms / 1000);
	}

	/** A list, or a text with commas. */
	list(name: string): string[] | undefined {
		const value = this.get(name);
		if (value === undefined) return undefined;
		if (Array.isArray(value)) return (value as readonly JsonValue[]).map(String);
		const text = this.text(name) ?? "";
		return text === "" ? [] : text.split(",").map((part) => part.trim());
	}

	object(name: string): JsonObject | undefined {
		const value = this.get(name);
		if (value === undefined) return undefined;
		if (isJsonObject(value)) return value;
		const found = Array.isArray(value) ? "list" : typeof value;
		const complaint = `expected type 'map[string]interface {}', got unconvertible type '${found}'`;
		throw new ApiError(400, `error converting input for field "${name}": '' ${complaint}`);
	}

	#invalid(name: string, type: string): ApiError {
		const parser = type === "int" ? ": strconv.ParseInt: invalid syntax" : "";
		const what = `error converting input for field "${name}": '' cannot parse value as '${type}'${parser}`;
		return new ApiError(400, `Field validation failed: ${what}`);
	}
}

/** Durations as the API takes them: kernel's notation, days (`7d`) too, and a sign. */
export function parseGoDuration(text: string): number | undefined {
	const days = /^(\d+)d$/.exec(text);
	if (days) return Number(days[1]) * 86_400_000;
	if (text.startsWith("-")) {
		const ms = parseDuration(text.slice(1));
		return ms === undefined ? undefined : -ms;
	}
	return parseDuration(text);
}
