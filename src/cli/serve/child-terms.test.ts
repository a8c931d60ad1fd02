import { expect, test } from "vitest";
import { loadConfig } from "../../config/mod.ts";
import { isForNextChild } from "./child-terms.ts";

const EXEC = { command: ["gw"], on_change: "rolling", listen: "127.0.0.1:4000", ready: { http: "/health" } };

async function configOf(over: object) {
	const env = { VAULT_ADDR: "https://vault.example:8200" };
	const readFile = async () => JSON.stringify({ exec: { ...EXEC, ...over } });
	return await loadConfig({ file: "a.yaml", readFile, env, flags: {}, cwd: "/", isTerminal: false });
}

test.each([{ drain_timeout: "5m" }, { ready: { http: "/other" }, pass: "http" }, { start_grace: "1m" }])(
	"%j is for the next child",
	async (over) => {
		expect(isForNextChild(await configOf({}), await configOf(over))).toBe(true);
	},
);

test.each([
	{ command: ["gw", "-v"] },
	{ inherit_env: [] },
	{ stop_signal: "SIGINT" },
	{ stop_timeout: "1m" },
])("%j asks for another child", async (over) => {
	expect(isForNextChild(await configOf({}), await configOf({ ...over, drain_timeout: "5m" }))).toBe(false);
});

test.each([{ splay: "1m" }, { fixed_env: true }])("%j restarts no child that runs", async (over) => {
	const plain = { on_change: "restart", listen: undefined, ready: undefined };

	expect(isForNextChild(await configOf(plain), await configOf({ ...plain, ...over }))).toBe(true);
});
