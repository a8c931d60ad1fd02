/** Patterns of names; of a config that has not been checked yet they may be anything. */
interface Rules {
	readonly pristine?: unknown;
	readonly allowlist?: unknown;
	readonly denylist?: unknown;
}

/** Whether a variable of the agent's own passes by these rules to what it starts: `*` and `?` stand as in file names. */
export function isInherited(name: string, { pristine, allowlist, denylist }: Rules): boolean {
	if (pristine === true || isNamed(name, denylist)) return false;
	return !Array.isArray(allowlist) || allowlist.length === 0 || isNamed(name, allowlist);
}

function isNamed(name: string, patterns: unknown): boolean {
	return (
		Array.isArray(patterns) &&
		patterns.some((pattern) => typeof pattern === "string" && matches(pattern, name))
	);
}

/** `*` stands for any characters, `?` for one. */
function matches(pattern: string, name: string): boolean {
	const plain = pattern.replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`);
	const source = plain.replaceAll("*", ".*").replaceAll("?", ".");
	return new RegExp(`^${source}$`, "s").test(name);
}
