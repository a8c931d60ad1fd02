/** As one word of a POSIX shell (2.2.2 Single-Quotes). */
export function shellQuoted(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}
