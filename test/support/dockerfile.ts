import { readFileSync } from "node:fs";

/** One line of a Dockerfile: `COPY --from=build /src/dist /opt/keyturn/dist`. */
export interface Instruction {
	readonly name: string;
	/** What stands in front of the words: `--from=build`. */
	readonly flags: Readonly<Record<string, string>>;
	readonly words: readonly string[];
	/** All behind the name. */
	readonly text: string;
}

/** The stages of a Dockerfile, each with its FROM at the front; what stands above the first is a stage of its own. */
export function stagesOf(file: string): Instruction[][] {
	const lines = readFileSync(file, "utf8")
		.replaceAll(/^\s*#.*\n/gm, "")
		.replaceAll("\\\n", " ")
		.split("\n")
		.filter((line) => line.trim() !== "");
	const stages: Instruction[][] = [[]];
	for (const line of lines) {
		const instruction = instructionOf(line);
		if (instruction.name === "FROM") stages.push([instruction]);
		else stages.at(-1)?.push(instruction);
	}
	return stages;
}

function instructionOf(line: string): Instruction {
	const [name = "", ...rest] = line.trim().split(/\s+/);
	const flags = rest.filter((word) => word.startsWith("--") && word.includes("="));
	return {
		name,
		flags: Object.fromEntries(flags.map((flag) => splitOnce(flag.slice(2)))),
		words: rest.filter((word) => !flags.includes(word)),
		text: line.trim().slice(name.length).trim(),
	};
}

function splitOnce(flag: string): [string, string] {
	const at = flag.indexOf("=");
	return [flag.slice(0, at), flag.slice(at + 1)];
}
