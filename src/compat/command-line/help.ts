import type { GoFlags } from "./go-flag.ts";
import { shape } from "./parse-flags.ts";

interface HelpPage {
	/** Such as `vault agent [flags]`. */
	readonly call: string;
	readonly about: string;
	readonly flags: GoFlags;
	readonly example: string;
}

/** What `-help` prints. Flags that are taken and do nothing, or are refused, are left out. */
export function helpPage({ call, about, flags, example }: HelpPage): string {
	const rows = Object.entries(flags)
		.filter(([, flag]) => flag.text !== undefined && flag.refused === undefined)
		.map(([name, flag]) => [shape(name, flag), flag.text ?? ""] as const);
	const width = Math.max(...rows.map(([left]) => left.length));
	const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
	return [
		`Usage: ${call}`,
		"",
		about,
		"",
		"Flags, with one dash or two:",
		...lines,
		"",
		`Example:\n  ${example}`,
		"",
	].join("\n");
}
