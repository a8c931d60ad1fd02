import { createHash, createHmac } from "node:crypto";
import { parseJson } from "../../../kernel/mod.ts";
import { fixed, INNOCENT, JSON_TEXT } from "./define.ts";
import { base64Bytes, decoded } from "../values/bytes.ts";
import { fromJson } from "../values/from-json.ts";
import type { GoFunction, GoFunctions } from "./function.ts";
import { GoFault } from "../values/fault.ts";
import { parseBool, parseFloat64, parseInteger } from "../values/strconv.ts";
import { trimSpace } from "./texts.ts";
import { type JsonStyle, toGoJson } from "../documents/to-json.ts";
import { GoInteger, GoMap, type GoValue } from "../values/values.ts";

/** consul-template's functions that spell values and read them, but for YAML and TOML. */
export const ENCODING_FUNCTIONS: GoFunctions = new Map<string, GoFunction>([
	["base64Encode", fixed(["string"], (text) => Buffer.from(text).toString("base64"))],
	["base64Decode", fixed(["string"], (text) => named("base64Decode", () => fromBase64(text, "standard")))],
	["base64URLEncode", fixed(["string"], (text) => toUrlAlphabet(Buffer.from(text).toString("base64")))],
	["base64URLDecode", fixed(["string"], (text) => named("base64URLDecode", () => fromBase64(text, "url")))],
	["toJSON", toJson("toJSON", { isPretty: false, isHtmlSafe: true })],
	["toJSONPretty", toJson("toJSONPretty", { isPretty: true, isHtmlSafe: true })],
	["toUnescapedJSON", toJson("toUnescapedJSON", { isPretty: false, isHtmlSafe: false })],
	["toUnescapedJSONPretty", toJson("toUnescapedJSONPretty", { isPretty: true, isHtmlSafe: false })],
	["parseJSON", fixed(["string"], parsedJson)],
	["parseBool", parsing("parseBool", parseBool, false)],
	["parseInt", parsing("parseInt", (text) => parseInteger(text, "int64"), new GoInteger("int64", 0n))],
	["parseUint", parsing("parseUint", (text) => parseInteger(text, "uint64"), new GoInteger("uint64", 0n))],
	["parseFloat", parsing("parseFloat", parseFloat64, 0)],
	["sha256Hex", fixed(["string"], (text) => createHash("sha256").update(text).digest("hex"), INNOCENT)],
	["md5sum", fixed(["string"], (text) => createHash("md5").update(text).digest("hex"), INNOCENT)],
	[
		"hmacSHA256Hex",
		fixed(
			["string", "string"],
			(message, key) => createHmac("sha256", key).update(message).digest("hex"),
			INNOCENT,
		),
	],
]);

/** Says which function it was, as consul-template does. @throws GoFault */
export function named(name: string, run: () => GoValue): GoValue {
	try {
		return run();
	} catch (error) {
		throw error instanceof GoFault ? new GoFault(`${name}: ${error.message}`) : error;
	}
}

function toJson(name: string, style: JsonStyle): GoFunction {
	return fixed(["any"], (value) => named(name, () => trimSpace(toGoJson(value, style))), JSON_TEXT);
}

/** Of an empty text the zero value. */
function parsing(name: string, parse: (text: string) => GoValue, zero: GoValue): GoFunction {
	return fixed(["string"], (text) => (text === "" ? zero : named(name, () => parse(text))));
}

function parsedJson(text: string): GoValue {
	if (text === "") return new GoMap("interface {}", new Map());
	return fromJson(jsonOf(text), (digits) => {
		const value = Number(digits);
		if (!Number.isFinite(value)) throw new GoFault("parseJSON: a number is out of range");
		return value;
	});
}

function jsonOf(text: string): ReturnType<typeof parseJson> {
	try {
		return parseJson(text);
	} catch {
		throw new GoFault("parseJSON: this is not valid JSON");
	}
}

/** @throws GoFault for what is not encoded so, and for bytes that are no text */
function fromBase64(text: string, alphabet: "standard" | "url"): string {
	return decoded(
		base64Bytes(text, alphabet),
		"the bytes are no UTF-8 text, and a template holds nothing else",
	);
}

function toUrlAlphabet(base64: string): string {
	return base64.replaceAll("+", "-").replaceAll("/", "_");
}
