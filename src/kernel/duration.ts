const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/gy;

/**
 * Reads a duration as Vault's files write it: `500ms`, `30s`, `1h30m`, `24h`, or a number of seconds.
 *
 * @returns milliseconds, or `undefined` when the text is no duration
 */
export function parseDuration(value: string | number): number | undefined {
	if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value * 1000 : undefined;
	if (/^\d+(\.\d+)?$/.test(value)) return parseDuration(Number(value));
	let total = 0;
	let end = 0;
	for (const part of value.matchAll(PART)) {
		total += Number(part[1]) * (UNIT_MS[part[2] ?? ""] ?? 0);
		end = part.index + part[0].length;
	}
	return end > 0 && end === value.length && Number.isFinite(total) ? total : undefined;
}

/** Writes a span of time for people: `340 ms`, `3.1 s`, `41m`, `2h 5m`. */
export function formatDuration(ms: number): string {
	if (ms < 1000) return `${Math.round(ms)} ms`;
	if (ms < 60_000) return `${(ms / 1000).toFixed(1).replace(/\.0$/, "")} s`;
	const minutes = Math.round(ms / 60_000);
	if (minutes < 60) return `${minutes}m`;
	const rest = minutes % 60;
	return rest === 0 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 60)}h ${rest}m`;
}
