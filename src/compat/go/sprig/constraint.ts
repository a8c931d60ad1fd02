import { compareVersions, LONGEST_VERSION, parseVersion, type Version } from "./version.ts";

/** A version with an operator; parts of it may be left open (`1.x`). */
interface Constraint {
	readonly operator: string;
	readonly version: Version;
	/** The first part that is open, if any. */
	readonly open?: "major" | "minor" | "patch";
}

const NUMBER = String.raw`(?:\d+|[xX*])`;
const REST = String.raw`(?:-[\da-zA-Z.-]+)?(?:\+[\da-zA-Z.-]+)?`;
const ONE = new RegExp(
	String.raw`(?:^|[\s,])\s*(?<operator>=>|=<|>=|<=|!=|~>|[=><~^]?)\s*v?(?<major>${NUMBER})(?:\.(?<minor>${NUMBER}))?(?:\.(?<patch>${NUMBER}))?(?<rest>${REST})(?=[\s,]|$)`,
	"y",
);
const RANGE = new RegExp(String.raw`(v?${NUMBER}[\w.+*-]*)\s+-\s+(v?${NUMBER}[\w.+*-]*)`, "g");

/** Alternatives, each of constraints that must all be met; `undefined` for what is none. */
export function parseConstraints(text: string): readonly (readonly Constraint[])[] | undefined {
	if (text.length > LONGEST_VERSION) return undefined;
	const groups = text.replaceAll(RANGE, ">=$1 <=$2").split("||").map(parseAll);
	return groups.every((group) => group !== undefined) ? groups : undefined;
}

function parseAll(text: string): readonly Constraint[] | undefined {
	const found: Constraint[] = [];
	const segment = text.trim();
	ONE.lastIndex = 0;
	for (let match = ONE.exec(segment); match !== null; match = ONE.exec(segment)) {
		const constraint = constraintOf(match.groups ?? {});
		if (constraint === undefined) return undefined;
		found.push(constraint);
		if (ONE.lastIndex >= segment.length) return found;
	}
	return undefined;
}

const isOpen = (part: string | undefined): boolean => part === undefined || /[xX*]/.test(part);

function constraintOf(groups: Readonly<Record<string, string | undefined>>): Constraint | undefined {
	const { operator = "", major, minor, patch, rest = "" } = groups;
	const open = isOpen(major) ? "major" : isOpen(minor) ? "minor" : isOpen(patch) ? "patch" : undefined;
	const numbers = [
		open === "major" ? "0" : major,
		open === "major" || open === "minor" ? "0" : minor,
		open === undefined ? patch : "0",
	];
	const version = parseVersion(`${numbers.join(".")}${rest}`);
	return version && { operator, version, ...(open && { open }) };
}

/** Whether a version meets all of one of the alternatives. A version before another meets only what names such a one. */
export function isMet(alternatives: readonly (readonly Constraint[])[], version: Version): boolean {
	return alternatives.some((all) => all.every((one) => meets(version, one)));
}

type Check = (version: Version, constraint: Constraint) => boolean;

const atLeast: Check = (version, { version: other }) => compareVersions(version, other) >= 0;
const exactly: Check = (version, constraint) =>
	constraint.open === undefined
		? compareVersions(version, constraint.version) === 0
		: isNear(version, constraint);

const CHECKS: Readonly<Record<string, Check>> = {
	"": exactly,
	"=": exactly,
	"!=": differs,
	">": isAbove,
	"<": (version, { version: other }) => compareVersions(version, other) < 0,
	">=": atLeast,
	"=>": atLeast,
	"<=": isAtMost,
	"=<": isAtMost,
	"~": isNear,
	"~>": isNear,
	"^": isCompatible,
};

function meets(version: Version, constraint: Constraint): boolean {
	const isExactly = constraint.operator === "!=" && constraint.open === undefined;
	if (version.pre !== "" && constraint.version.pre === "" && !isExactly) return false;
	return CHECKS[constraint.operator]?.(version, constraint) ?? false;
}

function differs(version: Version, { version: other, open }: Constraint): boolean {
	if (open !== undefined && version.major !== other.major) return true;
	if (open === "minor") return false;
	if (open !== undefined && version.minor !== other.minor) return true;
	if (open === "patch") return version.pre !== other.pre;
	return compareVersions(version, other) !== 0;
}

function isAbove(version: Version, { version: other, open }: Constraint): boolean {
	if (open === "minor") return version.major > other.major;
	if (open === "patch" && version.major === other.major) return version.minor > other.minor;
	return compareVersions(version, other) > 0;
}

function isAtMost(version: Version, { version: other, open }: Constraint): boolean {
	if (open === undefined) return compareVersions(version, other) <= 0;
	if (version.major !== other.major) return version.major < other.major;
	return open === "minor" || version.minor <= other.minor;
}

function isNear(version: Version, { version: other, open }: Constraint): boolean {
	if (compareVersions(version, other) < 0) return false;
	const isZero = other.major === 0n && other.minor === 0n && other.patch === 0n;
	if (isZero && (open === undefined || open === "major")) return true;
	return version.major === other.major && (open === "minor" || version.minor === other.minor);
}

function isCompatible(version: Version, { version: other, open }: Constraint): boolean {
	if (compareVersions(version, other) < 0) return false;
	if (version.major !== other.major) return false;
	if (other.major > 0n || open === "minor") return true;
	if (version.minor !== other.minor) return false;
	return other.minor > 0n || open === "patch" || version.patch === other.patch;
}
