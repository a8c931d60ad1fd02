import { request } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { openStage } from "../support/whole-agent.ts";

const OPENAI = "secret/data/llm/openai";
const AZURE = "secret/data/llm/azure";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** One secret is there, the other is not. */
async function scene() {
	const stage = await openStage();
	stage.vault.put(OPENAI, { api_key: "sk-1" });
	const file = (name: string, path: string) => ({
		contents: `{{#secret "${path}"}}{{api_key}}{{/secret}}`,
		destination: stage.place.at(name),
	});
	const settings = { on_missing: "wait", templates: [file("openai", OPENAI), file("azure", AZURE)] };
	const { place, vault } = stage;
	return { place, vault, settings, start: (terms: object) => stage.start(terms) };
}

async function readiness(socketPath: string): Promise<{ readonly status: number; readonly body: string }> {
	return await new Promise((resolve, reject) => {
		const asking = request({ socketPath, path: "/readyz", agent: false }, (reply) => {
			text(reply).then((body) => resolve({ status: reply.statusCode ?? 0, body }), reject);
		});
		asking.on("error", reject);
		asking.end();
	});
}

test("a sidecar delivers what there is, is not ready and says why, and delivers the rest when it is written", async () => {
	const { start, place, vault, settings } = await scene();
	const agent = start(settings);

	await agent.passUntil(() => expect(agent.file("openai").text).toBe("sk-1"), MINUTE);
	await agent.pass(HOUR);

	const { state, missing, files } = await agent.status();
	expect([state, missing]).toEqual([
		"degraded",
		[{ what: "file", name: place.at("azure"), code: "E_SECRET_MISSING" }],
	]);
	expect(files.map((file) => file.state)).toEqual(["current", "missing"]);
	const { status, body } = await readiness(place.at("agent.sock"));
	expect([status, body]).toEqual([503, expect.stringContaining(place.at("azure"))]);
	const reads = agent.tried().filter(({ path }) => path.includes("llm/azure")).length;
	expect(reads).toBeLessThan(1.3 * (HOUR / 15_000));
	vault.put(AZURE, { api_key: "az-1" });
	await agent.passUntil(() => expect(agent.file("azure").text).toBe("az-1"), MINUTE);
	await agent.ready();
	expect((await readiness(place.at("agent.sock"))).status).toBe(200);
});

test("a child waits for all of its variables, and finds its files", async () => {
	const { start, place, vault, settings } = await scene();
	const told = place.at("told");
	const agent = start({
		...settings,
		templates: settings.templates.slice(0, 1),
		env: { AZURE_API_KEY: `${AZURE}#api_key` },
		exec: {
			command: ["sh", "-c", `echo "$AZURE_API_KEY $(cat ${place.at("openai")})" >>${told}; exec sleep 1000`],
			start_grace: "0s",
		},
	});
	await agent.passUntil(() => expect(agent.file("openai").text).toBe("sk-1"), MINUTE);
	await agent.pass(HOUR);
	const { missing } = await agent.status();
	expect(missing).toEqual([
		{ what: "variable", name: "AZURE_API_KEY", code: "E_SECRET_MISSING" },
		{ what: "child", name: "sh", code: "waiting" },
	]);

	vault.put(AZURE, { api_key: "az-1" });
	await agent.passUntil(() => expect(agent.file("told").text).toBe("az-1 sk-1\n"), MINUTE);

	await agent.ready();
	await agent.pass(HOUR);
	expect(agent.file("told").text).toBe("az-1 sk-1\n");
});

test("an agent that waits for a child's variable ends when it is told to", async () => {
	const { start, settings } = await scene();
	const agent = start({ ...settings, exec: { command: ["sleep", "1000"] } });
	await agent.passUntil(() => expect(agent.file("openai").text).toBe("sk-1"), MINUTE);

	agent.signal("SIGTERM");
	await agent.pass(MINUTE);

	expect(await agent.ended).toBe(143);
});

/** Has waited for five minutes of ten. */
async function initContainer() {
	const { start, vault, settings } = await scene();
	const agent = start({ ...settings, exit_after_auth: true, timeout: "10m" });
	await agent.passUntil(() => expect(agent.file("openai").text).toBe("sk-1"), MINUTE);
	await agent.pass(5 * MINUTE);
	return { vault, agent };
}

test("an init container ends with 0 when all of it stands", async () => {
	const { vault, agent } = await initContainer();

	vault.put(AZURE, { api_key: "az-1" });
	await agent.passUntil(() => expect(agent.file("azure").text).toBe("az-1"), MINUTE);

	expect(await agent.ended).toBe(0);
});

test("an init container ends with 5 when time is up before", async () => {
	const { agent } = await initContainer();

	await agent.pass(6 * MINUTE);

	expect(await agent.ended).toBe(5);
});

test("what is missing ends it when the config says for how long it is borne", async () => {
	const { start, settings } = await scene();
	const agent = start({ ...settings, give_up_after: "5m4s" });
	await agent.passUntil(() => expect(agent.file("openai").text).toBe("sk-1"), MINUTE);

	await agent.pass(6 * MINUTE);

	expect(await agent.ended).toBe(4);
});
