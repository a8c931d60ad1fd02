/** One `${…}` that cannot be replaced. */
export interface SubstitutionFault {
	readonly message: string;
	/** Offset of its `${` in the text. */
	readonly offset: number;
}

/** Without its end as well: no text is looked at twice, for none is too long for that. */
const PART = /\$\$\{|\$\{(?:(?<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?<fallback>[^}]*))?(?<end>\})?)?/g;

/** Nobody mends more at a time. */
const MOST_FAULTS = 20;

/**
 * Replaces `${NAME}` and `${NAME:-default}`; `$${` stands for a plain `${`.
 * As in a shell, the default also counts when the variable is empty.
 *
 * @returns the text, or each `${…}` that cannot be replaced
 */
export function substitute(
	text: string,
	env: Readonly<Record<string, string | undefined>>,
): string | readonly SubstitutionFault[] {
	const faults: SubstitutionFault[] = [];
	const result = text.replaceAll(PART, (whole: string, ...rest: unknown[]) => {
		if (whole === "$${") return "${";
		const offset = rest.find((argument) => typeof argument === "number") ?? 0;
		const [name, fallback, end] = rest as (string | undefined)[];
		if (name === undefined || end === undefined) {
			const message = 'cannot read what follows "${": write ${NAME}, ${NAME:-default}, or $${ for a plain ${';
			faults.push({ message, offset });
			return "";
		}
		const value = env[name];
		if (fallback !== undefined) return value === undefined || value === "" ? fallback : value;
		if (value !== undefined) return value;
		const message = `variable ${name} is not set; set it, or write \${${name}:-default}`;
		faults.push({ message, offset });
		return "";
	});
	return faults.length > 0 ? faults.slice(0, MOST_FAULTS) : result;
}
