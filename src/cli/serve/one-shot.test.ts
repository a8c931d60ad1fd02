import { expect, test } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { AgentError } from "../../kernel/mod.ts";
import type { VaultParts } from "../link/vault-parts.ts";
import { once } from "./one-shot.ts";

const refused = new AgentError("false failed: exit 1", {
	code: "E_NOT_NOTIFIED",
	exitCode: 6,
	remedy: "retry",
});

/** Everything stands at once, and whoever is told of it never hears. */
function telling(timeoutMs?: number) {
	const clock = new FakeClock();
	const { promise: never } = Promise.withResolvers<void>();
	const agent = { settle: () => never, waitingFor: { words: refused.message, error: refused } };
	const ended = once({
		agent,
		begun: Promise.resolve(),
		whole: Promise.resolve(),
		signIn: { run: () => Promise.resolve(), failure: undefined },
		config: { ...(timeoutMs !== undefined && { timeoutMs }) },
		world: { clock },
		stopping: new AbortController(),
		vault: {} as VaultParts,
	}).then(
		() => "done",
		(error: unknown) => error,
	);
	return { clock, ended };
}

test.each([
	["a minute where that is the bound on the whole", 60_000, 60_000],
	["half a minute where there is none", undefined, 30_000],
])("a command that keeps failing ends an init container with 6, after %s", async (_, timeoutMs, afterMs) => {
	const { clock, ended } = telling(timeoutMs);
	const isOver = () => Promise.race([ended.then(() => true), Promise.resolve(false)]);
	await clock.advance(0);

	await clock.advance(afterMs - 1);
	const before = await isOver();
	await clock.advance(1);

	expect(before).toBe(false);
	expect(await ended).toMatchObject({ code: "E_NOT_NOTIFIED", exitCode: 6 });
});
