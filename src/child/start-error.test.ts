import { expect, test } from "vitest";
import { startError } from "./start-error.ts";

const systemError = (code: string) => Object.assign(new Error(`spawn gw --key hvs.secret ${code}`), { code });

test.each([
	{ code: "ENOENT", exitCode: 127, message: 'Cannot start "gw": no such program' },
	{ code: "EACCES", exitCode: 126, message: 'Cannot start "gw": permission denied' },
	{ code: "E2BIG", exitCode: 126, message: 'Cannot start "gw": arguments and environment are too long' },
	{ code: "EAGAIN", exitCode: 126, message: 'Cannot start "gw": too many processes' },
	{ code: "EMFILE", exitCode: 126, message: 'Cannot start "gw": the system refused (EMFILE)' },
])("startError() ends as a shell would on $code, and says what to do", ({ code, exitCode, message }) => {
	const error = startError("gw", systemError(code));

	expect(error).toMatchObject({ code: "E_CHILD_START", exitCode, message });
	expect(error.rows["do"]).not.toBe("");
});

test("startError() repeats no argument of the command", () => {
	const error = startError("gw", systemError("ENOENT"));

	expect(JSON.stringify([error.message, error.rows, error.facts, error.cause])).not.toContain("hvs.secret");
});

test("startError() copes with a cause that has no code", () => {
	expect(startError("gw", new TypeError("null bytes")).message).toBe(
		'Cannot start "gw": the system refused (unknown)',
	);
});
