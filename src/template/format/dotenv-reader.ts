/** One variable as a program reads it from an env file. */
export type Pair = readonly [key: string, value: string];

/** How one program reads env files. Our own words for its rules, checked against the program itself. */
export interface Reader {
	/** The program as people call it, for messages. */
	readonly name: string;
	/**
	 * Every variable of the file, in order.
	 *
	 * @throws SyntaxError when the program refuses the file; the message never quotes the text
	 */
	readonly read: (text: string) => Pair[];
}

/** Unicode white space as Go's `unicode.IsSpace` has it; JavaScript's `\s` lacks U+0085 and adds U+FEFF. */
export const GO_SPACE = "\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
