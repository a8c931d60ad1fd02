import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Contender } from "./contenders.ts";
import { secretData } from "./job.ts";
import type { BenchOptions } from "./options.ts";
import type { Server } from "./server.ts";

/** What every row works with. */
export interface Bench {
	readonly options: BenchOptions;
	/** Scratch, on the disk that the temporary folder is on. */
	readonly folder: string;
	readonly ours: Contender;
	readonly peers: readonly Contender[];
}

/** One line of the table. */
export interface Result {
	readonly row: string;
	readonly unit: string;
	/** The number of keyturn must be below it, or equal. */
	readonly goal?: number;
	/** Medians by contender. */
	readonly values: ReadonlyMap<string, number>;
}

/** Rows that are measured together. */
export interface Group {
	readonly name: string;
	measure(bench: Bench): Promise<readonly Result[]>;
}

/** A folder that no other measurement uses. */
export function freshFolder({ folder }: Bench, name: string): string {
	return join(folder, `${name.replaceAll(" ", "-")}-${randomBytes(4).toString("hex")}`);
}

/** Writes so many secrets. @returns their paths */
export async function writeSecrets(server: Server, count: number): Promise<readonly string[]> {
	const paths = Array.from({ length: count }, (_, index) => `secret/data/bench/s${index}`);
	for (const path of paths) await server.write(path, secretData(`${path.split("/").at(-1)}-1`));
	return paths;
}
