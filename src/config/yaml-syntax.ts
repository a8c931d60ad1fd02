/** What is wrong, by the YAML parser's error code: its own messages may quote the file, and with it a secret. */
export function syntaxSentence(code: string): string {
	return SYNTAX[code] ?? "this is not valid YAML";
}

const SYNTAX: Readonly<Record<string, string>> = {
	BAD_DQ_ESCAPE: "unknown escape in double quotes; a backslash is written \\\\",
	BAD_INDENT: "this line is not indented like its neighbours, or a bracket is not closed",
	BAD_SCALAR_START: "a text that starts with this character needs quotes",
	BLOCK_AS_IMPLICIT_KEY: 'a key or a text that holds ": " needs quotes',
	DUPLICATE_KEY: "this key stands twice in the same map",
	MISSING_CHAR: "a closing quote, bracket, comma or colon is missing here",
	MULTILINE_IMPLICIT_KEY: "a key has to stand on one line; is a colon missing?",
	MULTIPLE_DOCS: "the file holds more than one document (---)",
	NON_STRING_KEY: "a key has to be plain text; a text that starts with { or [ needs quotes",
	TAB_AS_INDENT: "YAML is indented with spaces, not tabs",
	TAG_RESOLVE_FAILED: "unknown tag (!name); a text that starts with ! needs quotes",
};
