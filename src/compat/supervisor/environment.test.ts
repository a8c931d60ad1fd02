import { expect, test } from "vitest";
import { configInput } from "../../../test/support/config-input.ts";
import { loadConfig } from "../../config/mod.ts";
import { loadMapping } from "../mod.ts";

test.each(["consul-template", "envconsul"] as const)("%s reads no variable of OpenBao's", async (program) => {
	const { environment, translate } = await loadMapping(program);
	const variables = {
		BAO_ADDR: "https://bao.example",
		BAO_TOKEN: "bao",
		BAO_NAMESPACE: "bao",
		VAULT_ADDR: "https://vault.example",
		VAULT_TOKEN: "vault",
	};
	const load = async (env: Readonly<Record<string, string>>) => {
		const seen = environment(env);
		return await loadConfig({ ...configInput(""), env: seen, foreign: translate([], { env: seen }) });
	};

	const both = await load(variables);
	const { BAO_ADDR, BAO_TOKEN } = variables;
	const others = await load({ BAO_ADDR, BAO_TOKEN, HOME: "/home/a" });

	expect(both.vault).toMatchObject({ addresses: ["https://vault.example"] });
	expect(both.vault.namespace).toBeUndefined();
	expect(both.auth).toMatchObject({ method: "token", token: { kind: "value" } });
	expect(
		both.auth?.method === "token" && both.auth.token.kind === "value" && both.auth.token.value.reveal(),
	).toBe("vault");
	expect(others.vault).toMatchObject({ addresses: ["https://127.0.0.1:8200"] });
	expect(others.auth).toMatchObject({ token: { kind: "file", path: "/home/a/.vault-token" } });
});
