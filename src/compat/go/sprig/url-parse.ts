import { GoFault } from "../values/fault.ts";
import { escapedPart, unescapedPart } from "./url-part.ts";

/** A URL as Go's `net/url` takes it apart. */
export interface Url {
	readonly scheme: string;
	readonly opaque: string;
	/** As it stands in a URL, its parts escaped. */
	readonly userinfo: string;
	readonly host: string;
	readonly path: string;
	readonly query: string;
	readonly fragment: string;
}

/** RFC 3986, appendix B, with Go's sense of a scheme. */
const SHAPE =
	/^(?:(?<scheme>[A-Za-z][A-Za-z\d+.-]*):)?(?<rest>[^?#]*)(?:\?(?<query>[^#]*))?(?:#(?<fragment>.*))?$/s;

function fault(reason: string): GoFault {
	return new GoFault(`unable to parse url: ${reason}`);
}

/** @throws GoFault in Go's words, without the URL */
export function parseUrl(text: string): Url {
	// oxlint-disable-next-line no-control-regex -- exactly these are refused
	if (/[\u0000-\u001F\u007F]/.test(text)) throw fault("invalid control character in URL");
	if (text.startsWith(":")) throw fault("missing protocol scheme");
	const { scheme = "", rest = "", query = "", fragment = "" } = SHAPE.exec(text)?.groups ?? {};
	const url = { scheme: scheme.toLowerCase(), query, fragment: unescapedPart(fragment, "fragment") };
	const nowhere = { opaque: "", userinfo: "", host: "" };
	if (rest.startsWith("//") && (scheme !== "" || !rest.startsWith("///"))) {
		return { ...url, opaque: "", ...parseAuthority(rest.slice(2)) };
	}
	if (!rest.startsWith("/")) {
		if (scheme !== "") return { ...url, ...nowhere, opaque: rest, path: "" };
		if (firstSegment(rest).includes(":")) throw fault("first path segment in URL cannot contain colon");
	}
	return { ...url, ...nowhere, path: unescapedPart(rest, "path") };
}

/** Up to the first slash. */
export function firstSegment(path: string): string {
	return path.split("/", 1)[0] ?? "";
}

function parseAuthority(text: string): Pick<Url, "userinfo" | "host" | "path"> {
	const authority = firstSegment(text);
	const at = authority.lastIndexOf("@");
	return {
		userinfo: parseUser(authority.slice(0, Math.max(at, 0))),
		host: parseHost(authority.slice(at + 1)),
		path: unescapedPart(text.slice(authority.length), "path"),
	};
}

/** Name and password in Go's own spelling. */
export function parseUser(text: string): string {
	if (!/^[\w.~:!$&'()*+,;=%@-]*$/.test(text)) throw fault("net/url: invalid userinfo");
	const colon = text.indexOf(":");
	const words = colon < 0 ? [text] : [text.slice(0, colon), text.slice(colon + 1)];
	return words.map((word) => escapedPart(unescapedPart(word, "user"), "user")).join(":");
}

function parseHost(text: string): string {
	const bracket = text.lastIndexOf("]");
	if (text.startsWith("[") && bracket < 0) throw fault("missing ']' in host");
	const colon = text.startsWith("[") ? bracket + 1 : text.lastIndexOf(":");
	const port = colon < 0 ? "" : text.slice(colon);
	if (port !== "" && !/^:\d*$/.test(port)) throw fault("invalid port after host");
	return unescapedPart(text, "host");
}
