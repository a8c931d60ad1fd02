import type { GoFunctions } from "../functions/function.ts";
import { GoFault } from "../values/fault.ts";
import type { GoMap } from "../values/values.ts";
import { fixed, mapOf } from "../functions/define.ts";
import { kindOf } from "./kind.ts";
import { firstSegment, parseUrl, parseUser, type Url } from "./url-parse.ts";
import { escapedPart } from "./url-part.ts";

function hostName(host: string): string {
	const name = host.replace(/:\d*$/, "");
	return name.startsWith("[") && name.endsWith("]") ? name.slice(1, -1) : name;
}

function urlParts(text: string): GoMap {
	const url = parseUrl(text);
	return mapOf([...Object.entries(url), ["hostname", hostName(url.host)]]);
}

function part({ entries }: GoMap, name: keyof Url): string {
	const value = entries.get(name);
	if (!entries.has(name)) return "";
	if (typeof value === "string") return value;
	throw new GoFault(`unable to parse ${name} key, must be of type string, but ${kindOf(value)} found`);
}

function joinedUrl(map: GoMap): string {
	const opaque = part(map, "opaque");
	const [scheme, query, fragment] = [
		before(part(map, "scheme"), ":"),
		after("?", part(map, "query")),
		after("#", escapedPart(part(map, "fragment"), "fragment")),
	];
	return `${scheme}${opaque === "" ? place(map) : opaque}${query}${fragment}`;
}

/** Host and path; a host that is empty is said where a scheme would be followed by a path. */
function place(map: GoMap): string {
	const [scheme, host, path] = [part(map, "scheme"), part(map, "host"), part(map, "path")];
	const user = before(parseUser(part(map, "userinfo")), "@");
	const hasHost = host !== "" || user !== "" || (scheme !== "" && path !== "");
	const slash = host !== "" && path !== "" && !path.startsWith("/") ? "/" : "";
	const written = path === "*" ? path : escapedPart(path, "path");
	if (hasHost) return `//${user}${escapedPart(host, "host")}${slash}${written}`;
	const isMistaken = scheme === "" && firstSegment(path).includes(":");
	return `${isMistaken ? "./" : ""}${written}`;
}

const before = (text: string, sign: string): string => (text === "" ? "" : text + sign);
const after = (sign: string, text: string): string => (text === "" ? "" : sign + text);

/** URLs as a map of their parts (`url.go` of sprig). */
export const URLS: GoFunctions = new Map([
	["sprig_urlParse", fixed(["string"], urlParts)],
	["sprig_urlJoin", fixed(["map[string]any"], joinedUrl)],
]);
