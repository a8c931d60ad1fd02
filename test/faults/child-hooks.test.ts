import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CHILD, started } from "../support/child-notes.ts";
import { processesWith } from "../support/processes.ts";
import { childScene, OPENAI, until } from "./child-scene.ts";

const OTHER = "secret/data/llm/other";

/** A file whose change a command is told of, and one that nobody is told of. */
function templates(command: readonly string[]) {
	return [
		{
			contents: `{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`,
			destination: "told.txt",
			on_change: { command, timeout: "500ms" },
		},
		{ contents: `{{#secret "${OTHER}"}}{{api_key}}{{/secret}}`, destination: "other.txt" },
	];
}

describe("a command after a change that never ends", () => {
	test("is killed with all that it has started, tried again, and holds up neither reading nor files", async () => {
		const { vault, place, notes, start, rotate, status } = await childScene();
		vault.put(OTHER, { api_key: "other-1" });
		const hook = `echo run >>${place.at("runs")}; sleep 1000 & : ${place.path}; wait`;
		const agent = start(
			{ command: ["sh", CHILD, notes], on_change: "none" },
			{ env: {}, templates: templates(["sh", "-c", hook]) },
		);
		await started(notes);

		rotate("sk-2");
		const failed = await agent.logged("notification failed");
		vault.put(OTHER, { api_key: "other-2" });
		await until("the other file is new", () => readFileSync(place.at("other.txt"), "utf8") === "other-2");
		await until("another try", () => readFileSync(place.at("runs"), "utf8").split("\n").length > 2);

		expect(failed.msg).toContain("not done within 500 ms");
		expect(await status()).toMatchObject({
			state: "degraded",
			notifications: { outstanding: 1, last_error: { code: "E_NOT_NOTIFIED" } },
		});
		agent.signal("SIGTERM");
		expect(await agent.ended).toBe(0);
		await until("nothing of it is left", () => processesWith(place.path).length === 0);
	});

	test("is over as soon as one try ends well: the agent is healthy again", async () => {
		const { vault, place, notes, start, rotate, status } = await childScene();
		vault.put(OTHER, { api_key: "other-1" });
		const hook = `test -e ${place.at("go")} || sleep 1000`;
		const agent = start(
			{ command: ["sh", CHILD, notes], on_change: "none" },
			{ env: {}, templates: templates(["sh", "-c", hook]) },
		);
		await started(notes);
		rotate("sk-2");
		await agent.logged("notification failed");
		expect((await status()).state).toBe("degraded");

		place.write("go", "");

		await until("it is healthy", async () => (await status()).state === "ready");
		expect((await status()).notifications).toEqual({ outstanding: 0 });
	});
});
