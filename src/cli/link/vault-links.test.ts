import { expect, test } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { type FakeAnswer, FakeVault, grantReply } from "../../../test/support/fake-vault.ts";
import { RecordingLog } from "../../../test/support/recording-log.ts";
import { approleMethod, TokenSession } from "../../auth/mod.ts";
import { Secret } from "../../kernel/mod.ts";
import { VaultLinks } from "./vault-links.ts";

const LOGIN = "auth/approle/login";
const ROLE = { kind: "value", value: new Secret("role") } as const;

/** A link to a server that answers so. */
function linkTo(answer: FakeAnswer, clock: FakeClock) {
	const client = new FakeVault(clock, answer);
	const log = new RecordingLog();
	const files = { readFile: () => Promise.reject(new Error("none")), unlink: () => Promise.resolve() };
	const method = approleMethod(
		{ mountPath: "auth/approle", roleId: ROLE, removeSecretIdFile: false },
		{ client, files, log, onCredential: () => {} },
	);
	const backoff = { minMs: 1000, maxMs: 1000 };
	const deps = { method, client, clock, random: () => 0, backoff, log, hide: () => () => undefined };
	const session = new TokenSession(deps);
	return { client, session, end: async () => await session.end() };
}

test("who waits for the login of a link that is replaced gets the token of the one in its place", async () => {
	const clock = new FakeClock();
	const stop = new AbortController();
	const thaw = Promise.withResolvers<void>();
	let logins = 0;
	const frozen = linkTo(async ({ path }) => {
		if (path === LOGIN && ++logins > 1) await thaw.promise;
		return grantReply(`hvs.old-${logins}`, { lease_duration: 100, renewable: false });
	}, clock);
	const links = new VaultLinks(frozen);
	await links.token(stop.signal);
	const keeping = links.keepAlive(stop.signal);
	await clock.advance(200_000); // the token is to be replaced, then it ends, and its server does not answer

	const token = links.token(stop.signal);
	links.replace(linkTo(() => grantReply("hvs.new"), clock));
	thaw.reject(new Error("cut off"));

	expect((await token).reveal()).toBe("hvs.new");
	stop.abort(new Error("the end"));
	await keeping;
});
