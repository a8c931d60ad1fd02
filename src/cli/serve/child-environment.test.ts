import { expect, test } from "vitest";
import { Secret } from "../../kernel/mod.ts";
import { commandEnvironment } from "./child-environment.ts";

const OWN = {
	HOME: "/root",
	AWS_KEY: "a",
	AWS_REGION: "b",
	"A.B": "c",
	VAULT_TOKEN: "hvs.planted",
	MINE: "role-secret",
	NOTIFY_SOCKET: "/run/notify",
};

const envOf = (rules?: Partial<NonNullable<Parameters<typeof commandEnvironment>[2]>>) =>
	commandEnvironment(
		OWN,
		[new Secret("role-secret")],
		rules && { pristine: false, custom: [], allowlist: [], denylist: [], ...rules },
	);

test("a command gets the agent's environment without credentials", () => {
	expect(envOf()).toEqual({ HOME: "/root", AWS_KEY: "a", AWS_REGION: "b", "A.B": "c" });
	expect(envOf({})).toEqual(envOf());
});

test("a pristine one holds what is custom alone, and that as it is written", () => {
	expect(envOf({ pristine: true, custom: ["K=v=$HOME", "E="], allowlist: ["HOME"] })).toEqual({
		K: "v=$HOME",
		E: "",
	});
});

test("names pass by patterns, and a refusal wins", () => {
	expect(Object.keys(envOf({ allowlist: ["AWS_*", "H?ME"], denylist: ["*_KEY"] }))).toEqual([
		"HOME",
		"AWS_REGION",
	]);
	expect(Object.keys(envOf({ denylist: ["A.*", "HOM"] }))).toEqual(["HOME", "AWS_KEY", "AWS_REGION"]);
	expect(envOf({ denylist: ["*"], custom: ["HOME=/tmp"] })).toEqual({ HOME: "/tmp" });
});

test("a credential passes where its name is written out, and by no pattern", () => {
	expect(envOf({ allowlist: ["VAULT_*", "MINE"] })).toEqual({ MINE: "role-secret" });
	expect(envOf({ allowlist: ["VAULT_TOKEN"] })).toEqual({ VAULT_TOKEN: "hvs.planted" });
	expect(envOf({ allowlist: ["VAULT_TOKEN"], denylist: ["VAULT_*"] })).toEqual({});
});
