import { expect, test } from "vitest";
import { watchTerminal } from "./terminal.ts";

test.each([
	{ atStart: true, now: true, gone: false },
	{ atStart: true, now: false, gone: true },
	{ atStart: false, now: false, gone: false },
	{ atStart: false, now: true, gone: false },
])(
	"watchTerminal() says $gone when a terminal was there: $atStart, and is: $now",
	({ atStart, now, gone }) => {
		const answers = [atStart, now];

		const isGone = watchTerminal(() => answers.shift() ?? now);

		expect(isGone()).toBe(gone);
	},
);
