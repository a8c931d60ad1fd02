import { expect, test } from "vitest";
import { withMeantFlag } from "./unknown-flag.ts";

test.each([
	["run", "--drain-timeout", "(Did you mean --exec-drain-timeout?)"],
	["run", "--ready", "(Did you mean --exec-ready?)"],
	["run", "--pollInterval", "(Did you mean --poll-interval?)"],
	["status", "--on-change", "(--on-change is a flag of agent run)"],
])("agent %s %s", (command, flag, expected) => {
	const said = `error: unknown option '${flag}'\n`;

	expect(withMeantFlag(said, command)).toBe(`${said}${expected}\n`);
});

test.each([
	"error: unknown option '--zzzzzzzz'\n",
	"error: unknown option '--listn'\n(Did you mean --listen?)\n",
	"error: unknown command 'runn'\n(Did you mean run?)\n",
])("leaves %j as it is", (said) => {
	expect(withMeantFlag(said, "run")).toBe(said);
});
