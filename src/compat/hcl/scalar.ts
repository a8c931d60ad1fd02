import type { HclValue } from "./body.ts";

/** A value of the kind that a key takes, or a sentence on what it should have been. */
export type Taken<T> = { readonly value: T } | { readonly fault: string };

/** What a number is where a duration is expected. */
export type DurationUnit = "seconds" | "nanoseconds";

export function takeText(value: HclValue): Taken<string> {
	if (value.kind === "text") return { value: value.text };
	if (value.kind === "number") return { value: value.source };
	return value.kind === "bool" ? { value: String(value.bool) } : { fault: "expected text" };
}

/** The spellings of Go's `strconv.ParseBool`, and an empty text for false. */
export function takeBool(value: HclValue): Taken<boolean> {
	if (value.kind === "bool") return { value: value.bool };
	const text = takeText(value);
	if ("value" in text) {
		if (/^(1|t|T|true|TRUE|True)$/.test(text.value)) return { value: true };
		if (/^(0|f|F|false|FALSE|False|)$/.test(text.value)) return { value: false };
	}
	return { fault: "expected true or false" };
}

export function takeNumber(value: HclValue): Taken<number> {
	if (value.kind === "number") return { value: value.number };
	if (value.kind === "text" && /^[+-]?\d+(\.\d+)?$/.test(value.text)) return { value: Number(value.text) };
	return { fault: "expected a number" };
}

export function takeInteger(value: HclValue): Taken<number> {
	const number = takeNumber(value);
	return "fault" in number || Number.isSafeInteger(number.value)
		? number
		: { fault: "expected a whole number" };
}

const UNIT_MS: Readonly<Record<string, number>> = {
	ns: 1e-6,
	us: 1e-3,
	µs: 1e-3,
	μs: 1e-3,
	ms: 1,
	s: 1000,
	m: 60_000,
	h: 3_600_000,
	d: 86_400_000,
};
const PARTS = /^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h|d))+$/;
const PART = /(\d+(?:\.\d*)?|\.\d+)([a-zµμ]+)/g;
const NATIVE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;

/** A duration as Go writes it, or a number, as our own files write it. */
export function takeDuration(value: HclValue, unit: DurationUnit): Taken<string> {
	const text = takeText(value);
	if ("fault" in text) return { fault: "expected a duration such as 30s" };
	const written = text.value.trim();
	if (written === "" && unit === "seconds") return { value: "0s" }; // to Vault Agent, as good as none
	if (written.startsWith("-")) return { fault: "expected a duration that is not negative" };
	const factor = unit === "seconds" ? 1000 : 1e-6;
	if (/^\d+(\.\d+)?$/.test(written)) {
		// A Go program reads a number in quotes as a duration without its unit, and knows none but 0.
		const isKnown = unit === "seconds" || value.kind === "number" || Number(written) === 0;
		return isKnown
			? { value: milliseconds(Number(written) * factor) }
			: { fault: 'expected a unit, such as "30s"' };
	}
	const isRead = PARTS.test(written) && (unit === "seconds" || !written.includes("d")); // days are Vault's own
	if (!isRead) return { fault: "expected a duration such as 500ms, 30s, 5m or 24h" };
	if (NATIVE.test(written)) return { value: written };
	const parts = [...written.matchAll(PART)];
	const total = parts.reduce((sum, [, count, name]) => sum + Number(count) * (UNIT_MS[name ?? ""] ?? 0), 0);
	return { value: milliseconds(total) };
}

function milliseconds(ms: number): string {
	return ms % 1000 === 0 ? `${ms / 1000}s` : `${Math.round(ms)}ms`;
}

const MODE = "expected a file mode such as 0600";

/** Permissions as `0600`. A number is what HCL has made of it: 0600 is octal there, 600 is not. */
export function takeMode(value: HclValue): Taken<string> {
	if (value.kind === "text" && /^0*[0-7]{1,3}$/.test(value.text.trim())) {
		return { value: octal(Number.parseInt(value.text, 8)) };
	}
	if (value.kind !== "number") return { fault: MODE };
	const isMode = Number.isInteger(value.number) && value.number >= 0 && value.number <= 0o777;
	if (isMode) return { value: octal(value.number) };
	return {
		fault: /^[0-7]{3}$/.test(value.source) ? `${MODE}; without a 0 before it this is no octal number` : MODE,
	};
}

function octal(mode: number): string {
	return `0${mode.toString(8).padStart(3, "0")}`;
}
