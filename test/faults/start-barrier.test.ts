import { expect, test } from "vitest";
import { agentBench, COMMAND, fileUnit, variableUnit } from "../support/agent-bench.ts";
import { away, reply } from "../support/fake-vault.ts";
import { MemoryFs } from "../support/memory-fs.ts";
import { vaultBench } from "../support/secrets-bench.ts";
import { seededRandom } from "../support/seeded-random.ts";

const RUNS = 200;
const LONGEST_ANSWER_MS = 5000;
const LONGEST_WRITE_MS = 200;
const NAMES = ["a", "b", "c", "d", "e", "f"];
const FILES = Object.fromEntries(NAMES.map((name) => [`/out/${name}`, `value of ${name}`]));

const pathOf = (name: string) => `kv/llm/${name}`;

/**
 * An agent before a server that takes its time for each answer, or fails, and a disk that takes its time for each call,
 * as the dice have it.
 */
function slowWorld(seed: number) {
	const random = seededRandom(seed);
	const memory = new MemoryFs();
	const told: object[] = [];
	const over = new AbortController();
	const bench = agentBench(
		[
			...NAMES.map((name) =>
				fileUnit(`/out/${name}`, `{{#secret "${pathOf(name)}"}}{{api_key}}{{/secret}}`, {
					onChange: COMMAND,
				}),
			),
			...NAMES.map((name) => variableUnit(name, pathOf(name))),
		],
		{
			memory,
			atNotice: async () => void told.push(await Promise.resolve(memory.files)),
			vault: (clock) => {
				const vault = vaultBench(clock, { ttlMs: 1, maxMs: 1 });
				vault.serve(async (call) => {
					await clock.sleep(random() * LONGEST_ANSWER_MS, over.signal);
					if (random() < 0.3) throw away(call);
					return reply({ data: { api_key: `value of ${call.path.at(-1) ?? ""}` } });
				});
				return vault;
			},
		},
	);
	memory.gate = async () => await bench.clock.sleep(random() * LONGEST_WRITE_MS, over.signal);
	return {
		...bench,
		told,
		end: () => {
			bench.stop.abort(new Error("the run is over"));
			over.abort(new Error("the run is over"));
		},
	};
}

test(`no child is started and nobody told before every file stands, however long each takes (${RUNS} times)`, async () => {
	for (let seed = 1; seed <= RUNS; seed++) {
		const { clock, end, memory, start, supervisor, told } = slowWorld(seed);
		memory.onWrite = () => {
			expect([supervisor.starts.length, told.length]).toEqual([0, 0]);
		};

		const up = new AbortController();
		void start().started.then(() => up.abort());
		while (!up.signal.aborted) await clock.advance(1000);
		memory.onWrite = () => undefined;
		await clock.advance(1000);
		end();

		expect(supervisor.starts).toEqual([
			{ env: Object.fromEntries(NAMES.map((name) => [name, `value of ${name}`])), files: FILES },
		]);
		expect(told).toEqual([FILES]);
	}
});
