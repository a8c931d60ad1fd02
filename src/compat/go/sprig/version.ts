/** A version as `semver` of Masterminds reads it: `v1`, `1.2`, `1.2.3-beta.1+build`. */
export interface Version {
	readonly major: bigint;
	readonly minor: bigint;
	readonly patch: bigint;
	readonly pre: string;
	readonly metadata: string;
	readonly original: string;
}

/** Letters; versions of programs have a few dozen. */
export const LONGEST_VERSION = 256;

const SHAPE =
	/^v?(?<major>\d+)(?:\.(?<minor>\d+))?(?:\.(?<patch>\d+))?(?:-(?<pre>[\da-zA-Z-]+(?:\.[\da-zA-Z-]+)*))?(?:\+(?<metadata>[\da-zA-Z-]+(?:\.[\da-zA-Z-]+)*))?$/;

/** `undefined` for what is no version. */
export function parseVersion(original: string): Version | undefined {
	const groups = original.length > LONGEST_VERSION ? undefined : SHAPE.exec(original)?.groups;
	if (groups === undefined) return undefined;
	const { major = "0", minor = "0", patch = "0", pre = "", metadata = "" } = groups;
	const numbers = [major, minor, patch].map(BigInt);
	const hasLeadingZero = pre.split(".").some((part) => /^0\d+$/.test(part));
	if (hasLeadingZero || numbers.some((number) => number >= 2n ** 64n)) return undefined;
	const [first = 0n, second = 0n, third = 0n] = numbers;
	return { major: first, minor: second, patch: third, pre, metadata, original };
}

export function spelled({ major, minor, patch, pre, metadata }: Version): string {
	return `${major}.${minor}.${patch}${pre && `-${pre}`}${metadata && `+${metadata}`}`;
}

/** Below, equal or above: -1, 0, 1; what was built with counts for nothing. */
export function compareVersions(a: Version, b: Version): number {
	return (
		compare(a.major, b.major) ||
		compare(a.minor, b.minor) ||
		compare(a.patch, b.patch) ||
		comparePre(a.pre, b.pre)
	);
}

/** A version before another comes before it; numbers count as such, and come before words. */
function comparePre(a: string, b: string): number {
	if (a === b) return 0;
	if (a === "" || b === "") return a === "" ? 1 : -1;
	const [left, right] = [a.split("."), b.split(".")];
	for (let at = 0; at < Math.max(left.length, right.length); at++) {
		const order = comparePart(left[at], right[at]);
		if (order !== 0) return order;
	}
	return 0;
}

function comparePart(a: string | undefined, b: string | undefined): number {
	if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
	const [isNumber, isOtherNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
	if (isNumber && isOtherNumber) return compare(BigInt(a), BigInt(b));
	if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
	return compare(a, b);
}

function compare<Kind extends bigint | string>(a: Kind, b: Kind): number {
	return a === b ? 0 : a < b ? -1 : 1;
}
