import { expect, test } from "vitest";
import { openStage } from "../support/whole-agent.ts";

const OPENAI = "secret/data/llm/openai";
const AZURE = "secret/data/llm/azure";
const MINUTE = 60_000;

test("all fields of secrets are the child's variables, and what a pattern of its own environment lets through", async () => {
	const stage = await openStage();
	const { place, vault } = stage;
	vault.put(OPENAI, { "api-key": "sk-1", region: "eu" });
	vault.put(AZURE, { region: "us", url: "line one\nline two" });
	const told = place.at("told");
	const agent = stage.start({
		poll_interval: "15s",
		env_from: [
			{ secret: "secret/llm/openai", name: "openai_{{field}}", upcase: true },
			{ secret: AZURE, name: "OPENAI_{{field}}", upcase: true },
		],
		env: { OPENAI_URL: `${AZURE}#url` },
		exec: {
			command: [
				"/bin/sh",
				"-c",
				`echo "$OPENAI_API_KEY $OPENAI_REGION $OPENAI_URL" >>${told}; exec sleep 1000`,
			],
			inherit_env: { allowlist: ["PA*"], custom: ["MODE=x"] },
			start_grace: "0s",
		},
	});
	await agent.ready();
	await agent.passUntil(() => expect(agent.file("told").text).toBe("sk-1 us line one\nline two\n"), MINUTE);

	vault.put(OPENAI, { "api-key": "sk-2" });
	await agent.passUntil(() => expect(agent.file("told").text).toContain("sk-2 us line one"), MINUTE);

	expect(JSON.stringify(agent.lines)).not.toContain("sk-");
	expect(agent.said("rotation")).toHaveLength(1);
});

test("a secret that is not there holds the start up, unless it is not required", async () => {
	const stage = await openStage();
	stage.vault.put(AZURE, { region: "us" });
	const told = stage.place.at("told");
	const agent = stage.start({
		env_from: [{ secret: OPENAI, required: false }, { secret: AZURE }],
		exec: { command: ["sh", "-c", `echo "$region" >${told}; exec sleep 1000`], start_grace: "0s" },
	});
	await agent.ready();

	await agent.passUntil(() => expect(agent.file("told").text).toBe("us\n"), MINUTE);
});
