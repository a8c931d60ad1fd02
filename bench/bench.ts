import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { keyturn, peersOnPath } from "./contenders.ts";
import type { Bench, Group, Result } from "./context.ts";
import { readOptions, USAGE } from "./options.ts";
import { PEAK_METHOD } from "./process.ts";
import { asJson, table } from "./report.ts";
import { coldStart, many, memory } from "./rows/cold-start.ts";
import { endurance } from "./rows/endurance.ts";
import { idle } from "./rows/idle.ts";
import { leases } from "./rows/leases.ts";
import { passThrough } from "./rows/pass-through.ts";
import { renders } from "./rows/renders.ts";
import { requests } from "./rows/requests.ts";
import { rotation } from "./rows/rotation.ts";

// Measures the built program from outside. It prints numbers and never fails for them: they are of one machine.

const GROUPS: readonly Group[] = [
	coldStart,
	memory,
	idle,
	renders,
	requests,
	leases,
	many,
	rotation,
	passThrough,
	endurance,
];

const options = readOptions(process.argv.slice(2));
if (options === undefined) process.stdout.write(USAGE);
else {
	const unknown = options.only.find((name) => !GROUPS.some((group) => group.name === name));
	if (unknown !== undefined) throw new RangeError(`--only ${unknown}: there is no such group\n\n${USAGE}`);
	const folder = mkdtempSync(join(tmpdir(), "keyturn-bench-"));
	try {
		const bench: Bench = { options, folder, ours: keyturn, peers: peersOnPath() };
		await measureAll(bench);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

async function measureAll(bench: Bench): Promise<void> {
	const { only, json, runs } = bench.options;
	const results: Result[] = [];
	for (const group of GROUPS.filter(({ name }) => only.length === 0 || only.includes(name))) {
		process.stderr.write(`${group.name} …\n`);
		results.push(...(await group.measure(bench)));
	}
	const machine = `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} processors`;
	const names = [bench.ours, ...bench.peers].map(({ name }) => name).join(", ");
	console.log(table(results, bench.ours.name));
	console.log(`\n${machine}; ${names}; medians of ${runs}; peak memory: ${PEAK_METHOD}.`);
	console.log("A ratio is what the other needs for what keyturn needs once.");
	if (json === undefined) return;
	writeFileSync(json, `${JSON.stringify({ machine, runs, results: asJson(results) }, undefined, "\t")}\n`);
}
