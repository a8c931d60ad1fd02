import type { GoFunctions } from "../functions/function.ts";
import { GoFault } from "../values/fault.ts";
import { GoInteger, type GoMethod, GoStruct, type GoValue } from "../values/values.ts";
import { isMet, parseConstraints } from "./constraint.ts";
import { fixed, INNOCENT, int } from "../functions/define.ts";
import { compareVersions, parseVersion, spelled, type Version } from "./version.ts";

/** The version behind each struct that templates hold. */
const VERSIONS = new WeakMap<GoStruct, Version>();

function versionOf(text: string): Version {
	const version = parseVersion(text);
	if (version === undefined) throw new GoFault("Invalid Semantic Version");
	return version;
}

function given(value: GoValue): Version {
	const version = value instanceof GoStruct ? VERSIONS.get(value) : undefined;
	if (version === undefined) throw new GoFault("wants a version that semver has made");
	return version;
}

const plain = (value: GoValue): GoMethod => ({ parameters: [], run: () => value });

function structOf(version: Version): GoStruct {
	const { major, minor, patch, pre, metadata, original } = version;
	const against = (run: (order: number) => GoValue): GoMethod => ({
		parameters: ["any"],
		run: ([other]) => run(compareVersions(version, given(other))),
	});
	const methods = new Map<string, GoMethod>([
		["Major", plain(new GoInteger("uint64", major))],
		["Minor", plain(new GoInteger("uint64", minor))],
		["Patch", plain(new GoInteger("uint64", patch))],
		["Prerelease", plain(pre)],
		["Metadata", plain(metadata)],
		["Original", plain(original)],
		["String", plain(spelled(version))],
		["Compare", against(int)],
		["Equal", against((order) => order === 0)],
		["LessThan", against((order) => order < 0)],
		["LessThanEqual", against((order) => order <= 0)],
		["GreaterThan", against((order) => order > 0)],
		["GreaterThanEqual", against((order) => order >= 0)],
	]);
	const struct = new GoStruct("*semver.Version", new Map(), methods);
	VERSIONS.set(struct, version);
	return struct;
}

function compared(constraint: string, text: string): boolean {
	const constraints = parseConstraints(constraint);
	if (constraints === undefined) throw new GoFault("improper constraint");
	return isMet(constraints, versionOf(text));
}

/** Versions of programs (`semver.go` of sprig). */
export const SEMVER: GoFunctions = new Map([
	["sprig_semver", fixed(["string"], (text) => structOf(versionOf(text)))],
	["sprig_semverCompare", fixed(["string", "string"], compared, INNOCENT)],
]);
