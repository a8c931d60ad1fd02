/**
 * Says in an answer's head that the connection ends after it (RFC 9112 section 9.6).
 *
 * What else `Connection` names stays named, since the fields it names are in the head; `Keep-Alive` goes, as it says
 * the contrary.
 *
 * @param head unambiguous, with its empty line
 */
export function withClose(head: Buffer): Buffer {
	const [status = "", ...lines] = head.toString("latin1").split("\r\n");
	const options = lines
		.filter((line) => nameOf(line) === "connection")
		.flatMap((line) => tokensOf(valueOf(line)));
	const others = options.filter((token) => !["", "close", "keep-alive"].includes(token));
	const fields = lines.filter((line) => !["", "connection", "keep-alive"].includes(nameOf(line)));
	const closing = `Connection: ${[...others, "close"].join(", ")}`;
	return Buffer.from([status, ...fields, closing, "", ""].join("\r\n"), "latin1");
}

function nameOf(line: string): string {
	return line.slice(0, Math.max(0, line.indexOf(":"))).toLowerCase();
}

function valueOf(line: string): string {
	return line.slice(line.indexOf(":") + 1);
}

/** Members of a list, in small letters; around them space and tab are optional (RFC 9110 section 5.6.1). */
function tokensOf(value: string): string[] {
	return value.split(",").map((member) => member.replaceAll(/[ \t]/g, "").toLowerCase());
}
