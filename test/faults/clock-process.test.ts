import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { openVault } from "../support/vault.ts";

const DAY = 24 * 3_600_000;
const OPENAI = "secret/data/llm/openai";
const WALL_CLOCK = join(import.meta.dirname, "..", "fixtures", "wall-clock.cjs");
const POLICY = `
path "${OPENAI}" { capabilities = ["read"] }
path "database/creds/*" { capabilities = ["read"] }
`;

interface Terms {
	readonly tokenTtl: string;
	readonly leaseTtl: string;
}

/** The built agent with a key and a credential, which has delivered. */
async function running({ tokenTtl, leaseTtl }: Terms) {
	const vault = await openVault();
	vault.put(OPENAI, { api_key: "sk-1" });
	vault.server.seed({
		policies: { reader: POLICY },
		approles: { gateway: { token_policies: "reader", role_id: vault.roleId, token_ttl: tokenTtl } },
		database: { roles: { app: { default_ttl: leaseTtl, max_ttl: "24h" } } },
	});
	const place = folder();
	const config = configIn(place, vault, {
		templates: [
			{ contents: `{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`, destination: "key.txt" },
			{ contents: '{{#secret "database/creds/app"}}{{username}}{{/secret}}', destination: "user.txt" },
		],
	});
	const wall = place.write("wall", "0");
	const agent = startAgent(["start", "-c", config], {
		env: { ...vault.env, WALL_CLOCK: wall },
		nodeFlags: ["--require", WALL_CLOCK],
	});
	await agent.logged("rendered");
	const answered = (path: RegExp) => vault.server.requests.count({ path, status: 200 });
	return {
		vault,
		agent,
		text: (name: string) => readFileSync(place.at(name), "utf8"),
		counts: () => ({ logins: answered(/login$/), credentials: answered(/^database\/creds/) }),
		/** So far ahead of the machine's. */
		setWall: (ms: number) => {
			place.write("wall", String(ms));
			agent.signal("SIGUSR2");
		},
		tokens: async () =>
			((await vault.send("LIST", "auth/token/accessors"))["keys"] as readonly string[]).length,
		leases: async () =>
			await vault.send("LIST", "sys/leases/lookup/database/creds/app").then(
				({ keys }) => (keys as readonly string[]).length,
				() => 0,
			),
	};
}

test("an agent that was stopped until token and lease were over has both again: one login, one credential", async () => {
	const { agent, counts, leases, text, tokens } = await running({ tokenTtl: "5s", leaseTtl: "4s" });
	const user = text("user.txt");

	agent.signal("SIGSTOP");
	await eventually(async () => expect(await leases()).toBe(0));
	await eventually(async () => expect(await tokens()).toBe(1)); // the root token
	agent.signal("SIGCONT");

	await eventually(() => expect(text("user.txt")).not.toBe(user));
	expect(await leases()).toBe(1);
	expect(counts()).toEqual({ logins: 2, credentials: 2 });
});

test("a wall clock that is set ahead by a day, and back by two, neither stalls an agent nor makes it ask anew", async () => {
	const { vault, agent, counts, setWall, text } = await running({ tokenTtl: "1h", leaseTtl: "1h" });

	for (const [index, ahead] of [DAY, -DAY, 0].entries()) {
		setWall(ahead);
		await eventually(() =>
			expect(agent.log().filter(({ event }) => event === "clock").length).toBeGreaterThan(index),
		);
		vault.put(OPENAI, { api_key: `sk-at-${ahead}` });
		await eventually(() => expect(text("key.txt")).toBe(`sk-at-${ahead}`));
	}

	expect(counts()).toEqual({ logins: 1, credentials: 1 });
	expect(agent.log().filter(({ level }) => level === "error")).toEqual([]);
});
