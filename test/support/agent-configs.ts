import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../fixtures/compat");
const EXPECTED = ".expected.json";

/** A config of another program, of one file or several. */
export interface AgentConfigCase {
	/** `jwt.hcl`, `refused/cache-alone.hcl`, or the name of a folder. */
	readonly name: string;
	/** The file or folder. */
	readonly path: string;
	/** Where what is expected of it stands. */
	readonly expectedPath: string;
	readonly files: readonly { readonly name: string; readonly path: string; readonly text: string }[];
}

/** All of a program's corpus, by name. */
export function agentConfigs(program: string): readonly AgentConfigCase[] {
	return ["", "refused"].flatMap((folder) =>
		readdirSync(join(FOLDER, program, folder))
			.filter((name) => name !== "refused" && !name.endsWith(EXPECTED))
			.toSorted()
			.map((name) => caseAt(join(FOLDER, program), join(folder, name))),
	);
}

function caseAt(corpus: string, name: string): AgentConfigCase {
	const path = join(corpus, name);
	const paths = statSync(path).isDirectory()
		? readdirSync(path)
				.toSorted()
				.map((file) => join(path, file))
		: [path];
	const files = paths.map((file) => ({
		name: file.slice(file.lastIndexOf("/") + 1),
		path: file,
		text: readFileSync(file, "utf8"),
	}));
	return { name, path, expectedPath: `${path}${EXPECTED}`, files };
}
