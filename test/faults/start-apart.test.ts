import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { runAgent, startAgent } from "../support/agent-process.ts";
import { askStatus } from "../support/ask-status.ts";
import { notesIn } from "../support/child-notes.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { openVault } from "../support/vault.ts";

const NAMES = Array.from({ length: 10 }, (_, index) => `provider-${index}`);
const DENIED = "provider-9";
const OTHERS = NAMES.filter((name) => name !== DENIED);

/** Ten templates of ten secrets, each with a command that notes its name. */
async function tenProviders(ofDenied: object = {}) {
	const [vault, place] = [await openVault(), folder()];
	const told = place.at("told");
	const put = (version: number) => {
		for (const name of NAMES) vault.put(`secret/data/llm/${name}`, { api_key: `${name} v${version}` });
	};
	const mayRead = async (names: readonly string[]) => {
		const rules = names.map((name) => `path "secret/data/llm/${name}" { capabilities = ["read"] }`);
		await vault.send("POST", "sys/policies/acl/reader", { policy: rules.join("\n") });
	};
	const config = configIn(place, vault, {
		templates: NAMES.map((name) => ({
			contents: `{{#secret "secret/data/llm/${name}"}}{{api_key}}{{/secret}}`,
			destination: place.at(`out/${name}.txt`),
			on_change: { command: ["sh", "-c", `echo ${name} >>${told}`] },
			...(name === DENIED && ofDenied),
		})),
		listener: { address: `unix:${place.at("agent.sock")}` },
	});
	put(1);
	return {
		vault,
		put,
		mayRead,
		start: () => startAgent(["start", "-c", config], { env: vault.env }),
		status: async () => await askStatus(place.at("agent.sock")),
		told: () => notesIn(told).toSorted(),
		/** What the file of each holds. */
		texts: (names: readonly string[] = NAMES) =>
			names.map((name) => {
				const path = place.at(`out/${name}.txt`);
				return existsSync(path) ? readFileSync(path, "utf8") : "absent";
			}),
	};
}

const all = (names: readonly string[], version: number) => names.map((name) => `${name} v${version}`);

describe("of ten templates, one whose path is denied holds up none of the others", () => {
	test("while the agent runs: nine are written and told once, and the tenth keeps its last good text", async () => {
		const { mayRead, put, start, status, texts, told, vault } = await tenProviders();
		await mayRead(NAMES);
		const agent = start();
		await eventually(() => expect(told()).toEqual(NAMES));

		await mayRead(OTHERS);
		put(2);
		agent.signal("SIGHUP");

		await eventually(() => expect(told()).toEqual([...NAMES, ...OTHERS].toSorted()));
		expect(texts()).toEqual([...all(OTHERS, 2), ...all([DENIED], 1)]);
		const { state, ready, secrets } = await status();
		expect({ state, ready }).toEqual({ state: "degraded", ready: true });
		const path = `secret/data/llm/${DENIED}`;
		expect(secrets.filter(({ last_error: error }) => error !== undefined)).toMatchObject([
			{
				path,
				version: 1,
				last_error: { code: "E_PERMISSION_DENIED", message: `permission denied on ${path} (403)` },
			},
		]);

		// Whatever becomes of the tenth, the others have been told.
		const reads = vault.count("secret/data/llm/provider-0");
		await eventually(() => expect(vault.count("secret/data/llm/provider-0")).toBeGreaterThan(reads + 2));
		expect(told()).toHaveLength(19);

		await mayRead(NAMES);
		agent.signal("SIGHUP");
		await eventually(() => expect(told()).toEqual([...NAMES, ...NAMES].toSorted()));
		expect(texts()).toEqual(all(NAMES, 2));
		await eventually(async () => expect(await status()).toMatchObject({ state: "ready" }));
	});

	test("at the start, where it is not required", async () => {
		const { mayRead, start, status, texts, told } = await tenProviders({ required: false });
		await mayRead(OTHERS);

		start();

		await eventually(() => expect(told()).toEqual(OTHERS));
		expect(texts()).toEqual([...all(OTHERS, 1), "absent"]);
		const { state, ready, files } = await status();
		expect({ state, ready }).toEqual({ state: "degraded", ready: true });
		expect(files.find(({ state: word }) => word === "missing")).toMatchObject({
			destination: expect.stringContaining(DENIED),
			last_error: { code: "E_PERMISSION_DENIED" },
		});
	});
});

describe("a run that is to end waits for every command", () => {
	/** Three templates; the first one's command takes its time, the second one's ends so. */
	const threeCommands = async (second: string) => {
		const [vault, place] = [await openVault(), folder()];
		vault.put("secret/data/llm/openai", { api_key: "sk-1" });
		const commands = {
			slow: `sleep 0.7; touch ${place.at("slow")}`,
			second,
			last: `touch ${place.at("last")}`,
		};
		const config = configIn(place, vault, {
			templates: Object.entries(commands).map(([name, script]) => ({
				contents: `{{#secret "secret/data/llm/openai"}}{{api_key}}{{/secret}}`,
				destination: place.at(`out/${name}.txt`),
				on_change: { command: ["sh", "-c", script] },
			})),
		});
		const args = ["start", "-c", config, "--exit-after-auth", "--timeout", "2s", "--log-format", "pretty"];
		const { code, stderr } = await runAgent(args, { env: vault.env });
		return { code, stderr, done: ["slow", "last"].filter((name) => existsSync(place.at(name))) };
	};

	test("and ends with 0 when all have done their work", async () => {
		expect(await threeCommands("true")).toMatchObject({ code: 0, done: ["slow", "last"] });
	});

	test("and with the code of the one that has not, the others being done all the same", async () => {
		const { code, done, stderr } = await threeCommands("echo no gateway >&2; exit 3");

		expect({ code, done }).toEqual({ code: 6, done: ["slow", "last"] });
		expect(stderr.slice(stderr.indexOf("error: "))).toBe(`error: timed out after 2 s; sh failed: exit 3
  run  echo no gateway >&2; exit 3
  said no gateway
  do   mend what on_change names; it is tried again by itself      E_NOT_NOTIFIED, exit 6
`);
	});
});
