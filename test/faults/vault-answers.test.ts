import { expect, test } from "vitest";
import { ANSWER_ROWS } from "./vault-rows.ts";
import { endure, expectSeldomSaid, MINUTE, OPENAI, openScene, recover } from "./vault-scene.ts";

const LASTS_MINUTES = 20;

test.for(ANSWER_ROWS)("$fault", async ({ begin, state, says, budget, backWithinMs }, { annotate }) => {
	const scene = await openScene();
	const { agent, vault } = scene;
	const before = vault.server.requests.total;

	const end = begin(scene);
	vault.put(OPENAI, { api_key: "sk-2" });
	const counted = vault.server.requests.total - agent.tried().length;
	const seen = await endure(scene, LASTS_MINUTES * MINUTE);

	await annotate(JSON.stringify(seen));
	expect(seen.state).toBe(state);
	expect(agent.said("read failed")[0]).toMatch(says);
	expect(seen.firstMinute).toBeLessThanOrEqual(budget.firstMinute);
	expect(seen.laterMinutes).toBeLessThanOrEqual(budget.laterMinutes);
	expect(vault.server.requests.total - agent.tried().length).toBe(counted);
	expect(before).toBeGreaterThan(0);

	end();
	const backMs = await recover(scene, backWithinMs);

	await annotate(`back after ${backMs} ms`);
	expectSeldomSaid(scene, LASTS_MINUTES);
});
