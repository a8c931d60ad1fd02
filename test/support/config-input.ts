import type { ConfigInput } from "../../src/config/mod.ts";

export const VAULT_ADDR = "https://vault.example:8200";

/** What `loadConfig()` is given: a file of this text in /etc/keyturn, and a Vault by its variable. */
export function configInput(text: string, over: Partial<ConfigInput> = {}): ConfigInput {
	return {
		file: "agent.yaml",
		readFile: () => Promise.resolve(text),
		env: { VAULT_ADDR },
		flags: {},
		cwd: "/etc/keyturn",
		isTerminal: false,
		...over,
	};
}
