import { CR, LF, NUL, SP, TAB } from "./octets.ts";

type Place =
	| "size"
	| "size or extension"
	| "extension"
	| "LF of size"
	| "data"
	| "CR of data"
	| "LF of data"
	| "line of trailers"
	| "trailer"
	| "LF of trailer"
	| "last LF"
	| "end"
	| "lost";

/** Places at which one octet alone may stand. */
const ONLY: Partial<Record<Place, { readonly octet: number; readonly next: Place }>> = {
	"CR of data": { octet: CR, next: "LF of data" },
	"LF of data": { octet: LF, next: "size" },
	"LF of trailer": { octet: LF, next: "line of trailers" },
	"last LF": { octet: LF, next: "end" },
};
/** Sizes stay safe integers. */
const MOST_SIZE_DIGITS = 12;
/** Most bytes of a chunk's extension, or of all trailers. */
const MOST_TEXT = 16 * 1024;
const SEMICOLON = 0x3b;

/**
 * Finds the end of a chunked body (RFC 9112 section 7.1).
 *
 * Lost, once and for all, at whatever readers are known to take differently: a size that is no plain hexadecimal
 * number, white space after it, a line end that is no CRLF, chunk data that is longer than its size, a folded trailer.
 */
export class ChunkedBody {
	#place: Place = "size";
	#digits = 0;
	/** Bytes of this chunk that are still to come. */
	#left = 0;
	#text = 0;

	get hasEnded(): boolean {
		return this.#place === "end";
	}

	/** Two readers could find two ends. */
	get isLost(): boolean {
		return this.#place === "lost";
	}

	/** @returns where the body ended, or the end of `bytes` */
	read(bytes: Buffer, from: number): number {
		let at = from;
		while (at < bytes.length && this.#place !== "end" && this.#place !== "lost") {
			if (this.#place === "data") {
				const taken = Math.min(this.#left, bytes.length - at);
				at += taken;
				this.#left -= taken;
				if (this.#left === 0) this.#place = "CR of data";
			} else this.#place = this.#step(bytes[at++] ?? NUL);
		}
		return at;
	}

	#step(octet: number): Place {
		const only = ONLY[this.#place];
		if (only !== undefined) return octet === only.octet ? only.next : "lost";
		switch (this.#place) {
			case "size":
			case "size or extension":
				return this.#readSize(octet);
			case "LF of size":
				return octet === LF ? this.#startChunk() : "lost";
			case "line of trailers":
				if (octet === CR) return "last LF";
				return octet === SP || octet === TAB ? "lost" : this.#readText(octet, "LF of trailer");
			case "extension":
				return this.#readText(octet, "LF of size");
			case "trailer":
				return this.#readText(octet, "LF of trailer");
			default:
				return "lost";
		}
	}

	#readSize(octet: number): Place {
		const digit = hexDigit(octet);
		if (digit === -1) {
			if (this.#digits === 0) return "lost";
			if (octet === CR) return "LF of size";
			return octet === SEMICOLON ? "extension" : "lost";
		}
		if (++this.#digits > MOST_SIZE_DIGITS) return "lost";
		this.#left = this.#left * 16 + digit;
		return "size or extension";
	}

	#startChunk(): Place {
		this.#digits = 0;
		this.#text = 0;
		return this.#left === 0 ? "line of trailers" : "data";
	}

	#readText(octet: number, afterCr: Place): Place {
		if (octet === CR) return afterCr;
		if (octet === LF || octet === NUL || ++this.#text > MOST_TEXT) return "lost";
		return afterCr === "LF of size" ? "extension" : "trailer";
	}
}

function hexDigit(octet: number): number {
	if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
	const small = octet | SP;
	return small >= 0x61 && small <= 0x66 ? small - 0x57 : -1;
}
