import { expect, test } from "vitest";
import { terminalText } from "./terminal-text.ts";

test("lines and tabs of a text are kept, what else a terminal would act upon is spelled out", () => {
	expect(terminalText("a\tb\r\nc \u001B[2J \u001B]52;c;x\u0007 \u009Bm\n", true)).toBe(
		"a\tb\r\nc \\u{1b}[2J \\u{1b}]52;c;x\\u{7} \\u{9b}m\n",
	);
});

test("the program's own colours are kept where there are colours", () => {
	const marked = "\u001B[33mlogin\u001B[0m done";

	expect(terminalText(marked, true)).toBe(marked);
	expect(terminalText(marked, false)).toBe("\\u{1b}[33mlogin\\u{1b}[0m done");
});
