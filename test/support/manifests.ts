import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Folder } from "./folder.ts";
import type { Kinds } from "./kubernetes-kinds.ts";

const ROOT = join(import.meta.dirname, "../..");
const KINDS = join(import.meta.dirname, "kubernetes-kinds.ts");

/** One object of a cluster, as its file says it. */
export interface Manifest {
	readonly apiVersion: string;
	readonly kind: string;
	readonly metadata: { readonly name: string; readonly namespace?: string };
}

export type Workload = Kinds["apps/v1 Deployment"] & Manifest;

/** The objects of a file. A key that stands twice is an error, as it is for the API server. */
export function manifestsIn(file: string): Manifest[] {
	return parseAllDocuments(readFileSync(file, "utf8")).map((document) => {
		if (document.errors[0] !== undefined) throw document.errors[0];
		return document.toJS() as Manifest;
	});
}

/**
 * What the types of Kubernetes' API say against manifests: unknown and misplaced keys, missing ones, wrong kinds of values.
 *
 * @param place where the check may write
 * @returns the compiler's messages; empty when there is nothing
 */
export function typeFaults(manifests: readonly Manifest[], place: Folder): string {
	const lines = manifests.map((manifest, n) => {
		const kind = JSON.stringify(`${manifest.apiVersion} ${manifest.kind}`);
		return `export const manifest${n} = ${JSON.stringify(manifest, null, "\t")} satisfies Kinds[${kind}];`;
	});
	const source = [`import type { Kinds } from ${JSON.stringify(KINDS)};`, ...lines].join("\n");
	const file = place.write("manifests.ts", source);
	const options =
		"--ignoreConfig --noEmit --strict --skipLibCheck --module nodenext --allowImportingTsExtensions";
	const compiler = join(ROOT, "node_modules/.bin/tsc");
	const { stdout, stderr } = spawnSync(compiler, [...options.split(" "), file], { encoding: "utf8" });
	return stdout + stderr;
}
