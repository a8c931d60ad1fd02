import { GoFault } from "../values/fault.ts";
import { decoded } from "../values/bytes.ts";

type UrlPart = "path" | "user" | "host" | "fragment";

/** Letters that Go leaves as they are in a part, besides those that no part escapes. */
const PLAIN: Readonly<Record<UrlPart, RegExp>> = {
	path: /^[\w.~$&+,/:;=@-]$/,
	user: /^[\w.~$&+,;=-]$/,
	host: /^[\w.~!$&'()*+,;=:[\]<>"-]$/,
	fragment: /^[\w.~$&+,/:;=?@!()*-]$/,
};

/** As `net/url` writes a part. */
export function escapedPart(text: string, part: UrlPart): string {
	let result = "";
	for (const byte of Buffer.from(text)) {
		const letter = String.fromCharCode(byte);
		result +=
			byte < 0x80 && PLAIN[part].test(letter)
				? letter
				: `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
	}
	return result;
}

/** @throws GoFault for a percent sign without two digits, and for what a host cannot have */
export function unescapedPart(text: string, part: UrlPart): string {
	if (/%(?![\da-fA-F]{2})/.test(text)) throw new GoFault("invalid URL escape");
	if (part === "host") {
		// oxlint-disable-next-line no-control-regex -- all of ASCII is meant
		if (/%(?!25)[0-7]/.test(text)) throw new GoFault("invalid URL escape");
		if (/[\0-\u007F]/.test(text.replaceAll(/[\w.~!$&'()*+,;=:[\]<>"%-]/g, ""))) {
			throw new GoFault("invalid character in host name");
		}
	}
	const bytes = Buffer.from(text).toString("latin1");
	const plain = bytes.replaceAll(/%([\da-fA-F]{2})/g, (_all, digits: string) =>
		String.fromCharCode(Number.parseInt(digits, 16)),
	);
	return decoded(Buffer.from(plain, "latin1"), "cannot stand in a template: its bytes are no UTF-8 text");
}
