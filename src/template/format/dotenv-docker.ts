import { GO_SPACE, type Pair, type Reader } from "./dotenv-reader.ts";

const LEAD = new RegExp(`^[${GO_SPACE}]+`);
/** Go's `bufio.MaxScanTokenSize`: a line that fills the buffer is an error. */
const LONGEST_LINE_BYTES = 65_535;

function read(source: string): Pair[] {
	const pairs: Pair[] = [];
	for (const whole of source.replace(/^\ufeff/, "").split("\n")) {
		if (Buffer.byteLength(whole) > LONGEST_LINE_BYTES) {
			throw new SyntaxError("docker finds a line of more than 64 KiB");
		}
		const line = whole.replace(/\r$/, "").replace(LEAD, "");
		if (line === "" || line.startsWith("#")) continue;
		const equals = line.indexOf("=");
		const key = equals < 0 ? line : line.slice(0, equals);
		if (key === "") throw new SyntaxError("docker finds a line without a name");
		if (/[ \t]/.test(key))
			throw new SyntaxError('docker finds a name with a blank in it (it knows no "export")');
		if (equals >= 0) pairs.push([key, line.slice(equals + 1)]);
	}
	return pairs;
}

/** `docker run --env-file`: what follows the first `=` is the value as it is, quotes and blanks included. */
export const DOCKER_READER: Reader = { name: "docker", read };
