/** RFC 3339 as Go prints it: UTC, no trailing zeros in the fraction. */
export function rfc3339(ms: number): string {
	return new Date(ms).toISOString().replace(/\.?0*Z$/, "Z");
}

/** Go's `Duration.String()`: `0s`, `1m30s`, `1h0m0s`. */
export function goDuration(seconds: number): string {
	const hours = Math.floor(seconds / 3600);
	const minutes = Math.floor((seconds % 3600) / 60);
	const rest = `${seconds % 60}s`;
	if (hours > 0) return `${hours}h${minutes}m${rest}`;
	return minutes > 0 ? `${minutes}m${rest}` : rest;
}

/** The same without the zeros at the end, as it stands in warnings: `20m`, `2h`. */
export function humanDuration(seconds: number): string {
	return goDuration(seconds).replace(/m0s$/, "m").replace(/h0m$/, "h");
}
