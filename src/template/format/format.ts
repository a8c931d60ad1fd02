import type { JsonNumber } from "../../kernel/mod.ts";

/** Where a value came from, for messages; names and places only, never the value. */
export interface Origin {
	/** Template file, or `contents` of the config. */
	readonly file: string;
	/** 1-based. */
	readonly line: number;
	/** 1-based. */
	readonly column: number;
	/** The expression as written, such as `{{api_key}}`. */
	readonly expression: string;
	/** Vault path of the value, when it came from a secret. */
	readonly path?: string;
	/** Field of the value, when it came from a secret. */
	readonly field?: string;
}

/** Whole JSON made by `toJSON`: structure where a format takes JSON bare, and a string everywhere else. */
export class JsonText {
	readonly source: string;

	constructor(source: string) {
		this.source = source;
	}

	toString(): string {
		return this.source;
	}
}

/** What a template can put into a text. */
export type Scalar = string | number | boolean | JsonNumber | JsonText;

/** A rendered template: literal text of the author, and values that must not break out of their place. */
export type Piece =
	| { readonly kind: "text"; readonly text: string }
	| { readonly kind: "value"; readonly value: Scalar; readonly raw: boolean; readonly origin: Origin };

/**
 * One output format. `Context` says where a value stands: bare, in double quotes, in a comment, …
 *
 * A format is pure: no I/O, no clock. It never sees secrets while it finds the contexts: in the text that
 * it lexes, every value is a marker of letters and digits alone.
 */
export interface Format<Context> {
	/** Lines of the format are `NAME=value`, and a value may be such a name when it is an identifier. */
	readonly hasNames?: true;
	/**
	 * Walks the text and tells in which context each marker stands, by marker number.
	 *
	 * @param text the rendered text, a marker in the place of each value
	 * @param markers finds the markers; group 1 is the number
	 * @throws FormatError when the author's text cannot be lexed at all
	 */
	lex(text: string, markers: RegExp): ReadonlyMap<number, Context>;
	/**
	 * The value as it has to be written in that context.
	 *
	 * @throws Unplaceable with the reason when no spelling gives the value back there
	 */
	escape(value: Scalar, context: Context): string;
	/**
	 * Reads a finished text as the programs that use the format do, into something comparable:
	 * plain objects, arrays, strings.
	 *
	 * @throws SyntaxError when the text is not well-formed; its message must not quote the text
	 */
	parse(text: string): unknown;
}

/** A value has no spelling in the place where the template put it. Caught by the driver, which knows the origin. */
export class Unplaceable extends Error {
	/** What would help: another quote, another dialect, another format. */
	readonly advice: string;

	constructor(reason: string, advice: string) {
		super(reason);
		this.name = "Unplaceable";
		this.advice = advice;
	}
}
