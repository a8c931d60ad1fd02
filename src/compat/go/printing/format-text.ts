import { type Flags, padded, paddingOf } from "./format-flags.ts";
import { canBackquote, quoted } from "./quote.ts";

/** A text for a verb of `printf`; `undefined` for a verb that it has no form for. */
export function formatText(text: string, verb: string, flags: Flags): string | undefined {
	switch (verb) {
		case "v":
			return flags.isSource ? formatQuoted(text, flags) : padded(cut(text, flags), flags);
		case "s":
			return padded(cut(text, flags), flags);
		case "q":
			return formatQuoted(text, flags);
		case "x":
		case "X":
			return formatBytes(Buffer.from(text), verb, flags);
		default:
			return undefined;
	}
}

/** A slice of bytes for the verbs that take it for a text. */
export function formatBytes(bytes: Uint8Array, verb: string, flags: Flags): string | undefined {
	if (verb !== "x" && verb !== "X") return formatText(Buffer.from(bytes).toString("utf8"), verb, flags);
	const text = hexadecimal(bytes, flags);
	return verb === "x" ? text : text.replaceAll(/[a-fx]/g, (letter) => letter.toUpperCase());
}

function formatQuoted(text: string, flags: Flags): string {
	const short = cut(text, flags);
	if (flags.isAlternate && canBackquote(short)) return padded(`\`${short}\``, flags);
	return padded(quoted(short, flags.hasSign), flags);
}

/** The precision counts letters. */
function cut(text: string, { precision }: Flags): string {
	if (precision === undefined || precision >= text.length) return text;
	let end = 0;
	for (let count = 0; count < precision && end < text.length; count++) {
		end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
	}
	return text.slice(0, end);
}

function hexadecimal(bytes: Uint8Array, flags: Flags): string {
	const { precision, width = 0, isAlternate, hasBlank, isLeft } = flags;
	const shown = bytes.subarray(0, precision ?? bytes.length);
	if (shown.length === 0) return paddingOf(width, flags);
	const pairs = Array.from(shown, (byte) => byte.toString(16).padStart(2, "0"));
	const text = hasBlank
		? pairs.map((pair) => (isAlternate ? `0x${pair}` : pair)).join(" ")
		: `${isAlternate ? "0x" : ""}${pairs.join("")}`;
	const padding = paddingOf(width - text.length, flags);
	return isLeft ? text + padding : padding + text;
}
