import { expect, test } from "vitest";
import { loadConfig } from "../../config/mod.ts";
import { refuseFixed } from "./settled.ts";

const ROLLING = { command: ["gw"], on_change: "rolling", listen: "127.0.0.1:4000", ready: { tcp: true } };

async function configOf(exec: object | undefined, others: object = {}) {
	return await loadConfig({
		file: "agent.yaml",
		readFile: () => Promise.resolve(JSON.stringify({ ...(exec && { exec }), ...others })),
		env: { VAULT_ADDR: "https://vault.example" },
		flags: {},
		cwd: "/etc/keyturn",
		isTerminal: false,
	});
}

test.each([
	[ROLLING, undefined, "a child cannot be added or taken away"],
	[ROLLING, { command: ["gw"] }, "exec.on_change cannot be changed to or from rolling"],
	[{ command: ["gw"], on_change: "none" }, ROLLING, "exec.on_change cannot be changed to or from rolling"],
	[ROLLING, { ...ROLLING, listen: "127.0.0.1:4001" }, "exec.listen cannot be changed"],
	[ROLLING, { ...ROLLING, ready: { http: "/health" } }, "exec.pass cannot be changed"],
	[ROLLING, { ...ROLLING, idle_timeout: "1m" }, "exec.idle_timeout cannot be changed"],
	[ROLLING, { ...ROLLING, proxy_protocol: "v1" }, "exec.proxy_protocol cannot be changed"],
])("a reload of %j to %j is refused", async (before, after, words) => {
	const configs = [await configOf(before), await configOf(after)] as const;

	expect(() => refuseFixed(...configs)).toThrow(`${words} while the agent runs`);
});

test.each([
	[
		ROLLING,
		{ ...ROLLING, command: ["gw2"], ready: { command: ["true"] }, drain_timeout: "5m", stop_timeout: "1s" },
	],
	[{ command: ["gw"] }, { command: ["gw2"], on_change: "none", ready: { tcp: "127.0.0.1:4000" } }],
])("a reload of %j to %j may be", async (before, after) => {
	const configs = [await configOf(before), await configOf(after)] as const;

	expect(() => refuseFixed(...configs)).not.toThrow();
});
