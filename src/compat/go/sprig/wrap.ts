import { checkLength } from "../values/bounds.ts";
import { bytesOf, sliceBytes, textOf } from "../values/bytes.ts";

/** How lines are broken. */
interface Wrapping {
	/** Bytes of a line; less than 1 is 1. */
	readonly width: number;
	readonly newline: string;
	/** Words that are longer than a line are broken as well. */
	readonly breaksWords: boolean;
}

/** Lines of a width, broken at spaces; a space at the start of a line is left out (`goutils.WrapCustom`). */
export function wrapped(text: string, { width, newline, breaksWords }: Wrapping): string {
	const bytes = bytesOf(text);
	const most = Math.max(width, 1);
	checkLength(bytes.length + Math.ceil(bytes.length / (breaksWords ? most : 1)) * newline.length);
	const lines: string[] = [];
	let at = 0;
	while (bytes.length - at > most) {
		if (bytes[at] === " ") {
			at++;
			continue;
		}
		const space = bytes.slice(at, at + most + 1).lastIndexOf(" ");
		const isBroken = space < 0 && breaksWords;
		const end = space >= 0 ? at + space : isBroken ? at + most : bytes.indexOf(" ", at + most);
		if (end < 0) break;
		lines.push(bytes.slice(at, end));
		at = isBroken ? end : end + 1;
	}
	lines.push(bytes.slice(at));
	return lines.map(textOf).join(newline);
}

const MARK = "...";

/** Shortened with dots, at the start too when an offset is asked for (`goutils.AbbreviateFull`); in bytes. */
export function abbreviated(text: string, offset: number, width: number): string {
	const length = Buffer.byteLength(text);
	if (width < 4 || (offset > 0 && width < 7) || length <= width) return text;
	const room = width - MARK.length;
	const start = Math.min(Math.min(offset, length), Math.max(length - room, 0));
	if (start <= 4) return sliceBytes(text, 0, room) + MARK;
	if (start + room < length) return MARK + abbreviated(sliceBytes(text, start), 0, room);
	return MARK + sliceBytes(text, length - room);
}
