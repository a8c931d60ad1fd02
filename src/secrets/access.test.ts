import { expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { type FakeAnswer, FakeVault, refusal, reply } from "../../test/support/fake-vault.ts";
import { AccessSurvey } from "./access.ts";

const NEVER = new AbortController().signal;

/** A server with these mounts, whose token may do what is listed. */
function scene(
	mounts: Readonly<Record<string, object>>,
	allowed: Readonly<Record<string, readonly string[]>>,
) {
	const answer: FakeAnswer = (call) => {
		if (call.path === "sys/capabilities-self") {
			const paths = call.body?.["paths"] as readonly string[];
			return reply({
				data: Object.fromEntries(paths.map((path) => [path, [...(allowed[path] ?? ["deny"])]])),
			});
		}
		const rest = `${call.path.slice("sys/internal/ui/mounts/".length)}/`;
		const found = Object.entries(mounts).find(([path]) => rest.startsWith(path));
		if (found === undefined) throw refusal(call, 403);
		return reply({ data: { path: found[0], ...found[1] } });
	};
	const vault = new FakeVault(new FakeClock(), answer);
	return { vault, survey: new AccessSurvey((call, signal) => vault.send(call, signal)) };
}

const KV2 = { type: "kv", options: { version: "2" } };

test("names the API path as the mount has it, and asks about each mount once", async () => {
	const { vault, survey } = scene(
		{ "secret/": KV2, "old/": { type: "kv", options: { version: "1" } } },
		{ "secret/data/a": ["read"], "secret/metadata/a/": ["list"], "old/a": ["read", "update"] },
	);

	const found = await survey.of(
		[
			{ kind: "read", path: "secret/a" },
			{ kind: "read", path: "secret/data/a" },
			{ kind: "list", path: "secret/a" },
			{ kind: "read", path: "old/a" },
			{ kind: "read", path: "secret/b" },
		],
		NEVER,
	);

	expect(found).toEqual([
		{ path: "secret/data/a", capability: "read", capabilities: ["read"], isAllowed: true, isHarmless: true },
		{ path: "secret/data/a", capability: "read", capabilities: ["read"], isAllowed: true, isHarmless: true },
		{
			path: "secret/metadata/a",
			capability: "list",
			capabilities: ["list"],
			isAllowed: true,
			isHarmless: true,
		},
		{
			path: "old/a",
			capability: "read",
			capabilities: ["read", "update"],
			isAllowed: true,
			isHarmless: true,
		},
		{ path: "secret/data/b", capability: "read", capabilities: ["deny"], isAllowed: false, isHarmless: true },
	]);
	expect(vault.to("sys/internal/ui/mounts/").length).toBe(2);
	expect(vault.to("sys/capabilities-self").length).toBe(1);
});

test.each([
	["database", "creds/app", false],
	["database", "static-creds/app", true],
	["pki", "issue/app", false],
	["pki", "cert/ca", true],
	["aws", "creds/app", false],
	["somebody-s-plugin", "anything", false],
])("knows whether a read of %s %s is harmless: %s", async (type, name, isHarmless) => {
	const { survey } = scene({ "engine/": { type } }, { [`engine/${name}`]: ["read"] });

	const [access] = await survey.of([{ kind: "read", path: `engine/${name}` }], NEVER);

	expect(access).toMatchObject({ isAllowed: true, isHarmless });
});

test("a request with parameters is an update, and never harmless", async () => {
	const { survey } = scene({ "pki/": { type: "pki" } }, { "pki/issue/app": ["update"] });

	const [access] = await survey.of(
		[{ kind: "read", path: "pki/issue/app", parameters: { common_name: "a.b" } }],
		NEVER,
	);

	expect(access).toMatchObject({ capability: "update", isAllowed: true, isHarmless: false });
});

test("a mount that may not be asked about is left alone; a list of it is not", async () => {
	const { survey } = scene({}, { "x/creds/app": ["read"], "x/app/": ["list"] });

	const [read, list] = await survey.of(
		[
			{ kind: "read", path: "x/creds/app" },
			{ kind: "list", path: "x/app" },
		],
		NEVER,
	);

	expect(read).toMatchObject({ path: "x/creds/app", isAllowed: true, isHarmless: false });
	expect(list).toMatchObject({ path: "x/app", isAllowed: true, isHarmless: true });
});

test("a token that may not ask for its capabilities is taken to have them", async () => {
	const vault = new FakeVault(new FakeClock(), (call) => {
		if (call.path === "sys/capabilities-self") throw refusal(call, 403);
		return reply({ data: { path: "secret/", ...KV2 } });
	});
	const survey = new AccessSurvey((call, signal) => vault.send(call, signal));

	const [access] = await survey.of([{ kind: "read", path: "secret/a" }], NEVER);

	expect(access).toEqual({ path: "secret/data/a", capability: "read", isAllowed: true, isHarmless: true });
});
