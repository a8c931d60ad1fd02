import { stripVTControlCharacters } from "node:util";
import type { WriteStream } from "node:tty";
import { colourful, type Paint, plain } from "./paint.ts";

const SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const WIDTH_WITHOUT_TERMINAL = 80;

/** Where the demo is watched: a terminal that is drawn over, or anything else that gets plain lines. */
export interface Screen {
	readonly paint: Paint;
	readonly columns: () => number;
	/** Lines that stay. */
	say(...lines: readonly string[]): void;
	/** Lines that stand for the moment, until the next call of anything; only a terminal shows them. */
	draw(lines: readonly string[]): void;
	/** Something is being waited for. */
	wait(what: string): void;
	/** Something happened, for those who see no drawing. */
	note(line: string): void;
	/** Gives the terminal back, without what stood for the moment. */
	close(): void;
}

export function openScreen(stream: WriteStream, env: NodeJS.ProcessEnv): Screen {
	const isTerminal = stream.isTTY && env["TERM"] !== "dumb";
	return isTerminal ? terminal(stream, env["NO_COLOR"] ? plain : colourful) : lineByLine(stream);
}

function lineByLine(stream: NodeJS.WritableStream): Screen {
	const say = (...lines: readonly string[]) => void stream.write(lines.map((line) => `${line}\n`).join(""));
	return {
		paint: plain,
		columns: () => WIDTH_WITHOUT_TERMINAL,
		say,
		draw: () => {},
		wait: () => {},
		note: say,
		close: () => {},
	};
}

function terminal(stream: WriteStream, paint: Paint): Screen {
	let drawn: readonly string[] = [];
	let turn = 0;
	stream.write("\x1b[?25l"); // a cursor that jumps about is no use to anybody
	/** A line that is too long for the terminal takes several rows. */
	const rows = (line: string) =>
		Math.max(1, Math.ceil(stripVTControlCharacters(line).length / stream.columns));
	const replace = (lines: readonly string[]) => {
		const up = drawn.reduce((sum, line) => sum + rows(line), 0);
		stream.write(`${up === 0 ? "" : `\x1b[${up}A\x1b[J`}${lines.map((line) => `${line}\n`).join("")}`);
	};
	const draw = (lines: readonly string[]) => {
		replace(lines);
		drawn = lines;
	};
	return {
		paint,
		columns: () => stream.columns,
		say: (...lines) => {
			replace(lines);
			drawn = [];
		},
		draw,
		wait: (what) => draw([`  ${paint("dim", SPINNER[turn++ % SPINNER.length] ?? "")} ${what}`]),
		note: () => {},
		close: () => {
			replace([]);
			stream.write("\x1b[?25h");
		},
	};
}
