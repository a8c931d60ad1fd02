import { expect, test } from "vitest";
import { childEnvironment } from "./child-environment.ts";

const OWN = { PATH: "/bin", APP_A: "1", APP_B: "2", VAULT_TOKEN: "t" };
const RULES = { pristine: false, custom: [], allowlist: [], denylist: [] };
const VARIABLES = new Map([["KEY", "from Vault"]]);

test.each([
	["all but credentials without any pattern", {}, { PATH: "/bin", APP_A: "1", APP_B: "2" }],
	["what the allowlist lets through", { allowlist: ["APP_*"] }, { APP_A: "1", APP_B: "2" }],
	["nothing that the denylist has", { allowlist: ["APP_*"], denylist: ["*_B"] }, { APP_A: "1" }],
	["a credential that is named outright", { allowlist: ["VAULT_TOKEN"] }, { VAULT_TOKEN: "t" }],
	["what is custom, in a pristine one too", { pristine: true, custom: ["X=1=2"] }, { X: "1=2" }],
])("a child gets by patterns %s, and its variables", (_, rules, expected) => {
	const environment = childEnvironment(OWN, { inherit: { ...RULES, ...rules }, credentials: [] }, VARIABLES);

	expect(environment).toEqual({ ...expected, KEY: "from Vault" });
});
