import { describe, expect, test } from "vitest";
import type { Unit } from "../../src/agent/mod.ts";
import {
	AZURE,
	AZURE_FILE,
	agentBench,
	COMMAND,
	fileUnit,
	KEY_FILE,
	OPENAI,
	variableUnit,
} from "../support/agent-bench.ts";
import { AgentError } from "../../src/kernel/mod.ts";
import { MemoryFs } from "../support/memory-fs.ts";

const LENT = "secret/data/llm/lent";
const CALL = { kind: "http", url: "http://gateway/reload", method: "POST", timeoutMs: 1000 } as const;
const SWEEP = { kind: "command", command: ["sweep"], timeoutMs: 1000 } as const;
const SIGNAL = { kind: "signal", signal: "SIGHUP" } as const;

/** One of everything that is told of a change, a file that goes with its secret, and a variable. */
const UNITS: readonly Unit[] = [
	fileUnit("/out/command", KEY_FILE, { onChange: COMMAND }),
	fileUnit("/out/call", `${KEY_FILE} ${AZURE_FILE}`, { onChange: CALL }),
	fileUnit("/out/restart", KEY_FILE, { onChange: { kind: "restart" } }),
	fileUnit("/out/signal", AZURE_FILE, { onChange: SIGNAL }),
	fileUnit("/out/none", KEY_FILE),
	fileUnit("/out/lent", `{{#secret "${LENT}"}}{{api_key}}{{/secret}}`, {
		onChange: SWEEP,
		onDeleted: "remove",
		required: false,
	}),
	variableUnit("KEY", OPENAI),
];

const OLD = {
	"/out/command": "sk-1",
	"/out/call": "sk-1 az-1",
	"/out/restart": "sk-1",
	"/out/signal": "az-1",
	"/out/none": "sk-1",
	"/out/lent": "lent-1",
};
const NEW = {
	"/out/command": "sk-2",
	"/out/call": "sk-2 az-2",
	"/out/restart": "sk-2",
	"/out/signal": "az-2",
	"/out/none": "sk-2",
};

type Bench = ReturnType<typeof agentBench>;

function write({ secrets }: Bench, version: number): void {
	secrets.put(OPENAI, { api_key: `sk-${version}` });
	secrets.put(AZURE, { api_key: `az-${version}` });
	if (version === 1) secrets.put(LENT, { api_key: "lent-1" });
	else secrets.delete(LENT);
}

/**
 * An agent, every step of which on the disk and towards others is counted; and another one that starts where it was
 * killed.
 */
function twoLives() {
	const memory = new MemoryFs();
	const { promise: death, reject: bury } = Promise.withResolvers<never>();
	death.catch(() => undefined);
	let [steps, last] = [0, Number.POSITIVE_INFINITY];
	const step = async () => {
		if (++steps > last) await death;
	};
	/** Who was told, and which files stood then. */
	const told: { readonly name: string; readonly files: object }[] = [];
	const live = (secrets?: Bench["secrets"]) =>
		agentBench(UNITS, {
			memory,
			atNotice: async (name) => {
				await step();
				told.push({ name, files: memory.files });
			},
			...(secrets && { secrets }),
		});
	memory.gate = step;
	const first = live();
	return {
		memory,
		first,
		told,
		isDead: () => steps > last,
		/** It will not come to the end of its n-th step from now on. */
		doom: (n: number) => {
			last = steps + n - 1;
		},
		/** Another one starts with what the first has left. */
		async next(): Promise<Bench> {
			first.stop.abort(new Error("killed"));
			memory.gate = () => Promise.resolve();
			last = Number.POSITIVE_INFINITY;
			const second = live(first.secrets);
			await second.run();
			await second.clock.advance(61_000);
			bury(new Error("killed"));
			return second;
		},
	};
}

/** Each file is the old one or the new one. */
function expectWhole({ files }: MemoryFs): void {
	for (const [path, text] of Object.entries<string>(OLD)) {
		const { [path]: found } = files;
		expect([text, (NEW as Readonly<Record<string, string>>)[path]]).toContain(found);
	}
}

/** Everything stands as the newest generation has it, and everybody has been told of that. */
function expectNewest({ memory, told }: ReturnType<typeof twoLives>, second: Bench, files: object): void {
	expect(memory.files).toEqual(files);
	expect(memory.hidden).toEqual([]);
	for (const name of ["reload", CALL.url, "sweep"])
		expect(told.findLast((one) => one.name === name)?.files).toEqual(files);
	expect(second.supervisor.starts[0]?.files).toEqual(files);
	expect(second.agent.standing).toMatchObject({ notifications: { outstanding: 0 } });
}

/** More than either takes. */
const MOST_STEPS = 200;

describe("an agent that is killed at any of its steps leaves nothing to the next that it does not make up for", () => {
	test("while it delivers for the first time", async () => {
		let steps = 0;
		for (let n = 1; n < MOST_STEPS; n++) {
			const lives = twoLives();
			const { first } = lives;
			write(first, 1);
			lives.doom(n);
			first.start();
			await first.clock.advance(61_000);
			if (!lives.isDead()) break;
			steps = n;
			expectNewest(lives, await lives.next(), OLD);
		}

		expect(steps).toBeGreaterThan(40);
		expect(steps).toBeLessThan(MOST_STEPS - 1);
	});

	test("while it delivers a change and turns over", async () => {
		let steps = 0;
		for (let n = 1; n < MOST_STEPS; n++) {
			const lives = twoLives();
			const { first, memory } = lives;
			write(first, 1);
			await first.run();
			await first.clock.advance(1);
			expect(memory.files).toEqual(OLD);
			lives.doom(n);
			write(first, 2);
			await first.nextPoll();
			if (!lives.isDead()) break;
			steps = n;
			expectWhole(memory);
			expectNewest(lives, await lives.next(), NEW);
		}

		expect(steps).toBeGreaterThan(40);
		expect(steps).toBeLessThan(MOST_STEPS - 1);
	});
});

test("a notice for somebody who is not told any more goes with the next start", async () => {
	const first = agentBench([fileUnit("/out/a", KEY_FILE, { onChange: COMMAND })]);
	first.secrets.put(OPENAI, { api_key: "sk-1" });
	first.faults.set("reload", new AgentError("it fails", { code: "E_NOT_NOTIFIED", remedy: "retry" }));
	await first.run();
	await first.clock.advance(1);
	expect(first.memory.hidden).toEqual(["/out/.a.keyturn-notify"]);
	first.stop.abort(new Error("killed"));

	const second = agentBench([fileUnit("/out/a", KEY_FILE)], { memory: first.memory, secrets: first.secrets });
	await second.run();

	expect(second.memory.hidden).toEqual([]);
	expect(second.agent.standing).toMatchObject({ notifications: { outstanding: 0 } });
});
