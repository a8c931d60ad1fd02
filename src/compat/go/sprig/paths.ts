import { posix } from "node:path";
import type { GoFunctions } from "../functions/function.ts";
import { fixed } from "../functions/define.ts";

const withoutSlashes = (path: string): string => path.replace(/(?<!\/)\/+$/, "");

/** Go's `path.Clean`. */
function clean(path: string): string {
	const normal = posix.normalize(path);
	return normal === "/" ? normal : withoutSlashes(normal);
}

/** Go's `path.Base`. */
function base(path: string): string {
	if (path === "") return ".";
	const name = withoutSlashes(path);
	return name.slice(name.lastIndexOf("/") + 1) || "/";
}

/** Go's `path.Ext`: a name that begins with its only dot is all extension. */
function extension(path: string): string {
	const name = path.slice(path.lastIndexOf("/") + 1);
	const dot = name.lastIndexOf(".");
	return dot < 0 ? "" : name.slice(dot);
}

const FUNCTIONS = [
	["Base", fixed(["string"], base)],
	["Dir", fixed(["string"], (path) => clean(path.slice(0, path.lastIndexOf("/") + 1)))],
	["Clean", fixed(["string"], clean)],
	["Ext", fixed(["string"], extension)],
	["IsAbs", fixed(["string"], (path) => path.startsWith("/"))],
] as const;

/** Paths; those of the operating system (`os…`) are the same here. */
export const PATHS: GoFunctions = new Map(
	FUNCTIONS.flatMap(([name, run]) => [
		[`sprig_${name.slice(0, 1).toLowerCase()}${name.slice(1)}`, run],
		[`sprig_os${name}`, run],
	]),
);
