import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Group, Result } from "../context.ts";
import type { Look } from "../endurance-day.ts";

const DAY = join(import.meta.dirname, "..", "endurance-day.ts");

/** Lets an agent live through virtual time, in a process of its own. @returns what it holds after each of these hours */
export async function lookAfter(hours: readonly number[]): Promise<readonly Look[]> {
	const args = ["--expose-gc", "--no-warnings", DAY, hours.join(",")];
	const { stdout } = await promisify(execFile)(process.execPath, args);
	return JSON.parse(stdout) as Look[];
}

/** A rotation a minute for a day of virtual time: what is held may not grow. The server is in the same process. */
export const endurance: Group = {
	name: "endurance",
	async measure({ options, ours }) {
		const looks = await lookAfter(options.isQuick ? [1, 2] : [1, 12, 24]);
		const row = (what: string, unit: string, value: number): Result => {
			return { row: what, unit, values: new Map([[ours.name, value]]) };
		};
		return looks.flatMap(({ hour, rotations, heapMiB, files, handles }) => {
			const when = `after ${hour} h and ${rotations} rotations`;
			return [
				row(`heap ${when}`, "MiB", heapMiB),
				row(`open files ${when}`, "", files),
				row(`handles ${when}`, "", handles),
			];
		});
	},
};
