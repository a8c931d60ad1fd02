import type { CommandSpec } from "../command-spec.ts";
import { COMMON_FLAGS } from "../common-flags.ts";

export const importSpec: CommandSpec = {
	name: "import",
	summary: "say another program's config in files of our own",
	description: [
		"Reads a config of Vault Agent, consul-template or envconsul, or a .env file or Kubernetes manifest whose variables name secrets as Bank-Vaults does (vault:path#key), and writes agent.yaml and templates/NAME.hbs. Says what could not be carried; a template that Handlebars cannot say stays in Go's language. Never writes over a file without --force.",
		'With --check it writes nothing: both sides are rendered, against Vault with the login of the config or against --fixtures, and compared byte for byte. Fixtures are JSON, fields by path: { "secret/data/x": { "api_key": "…" } }, a list of names for a path that is listed, and null where there is nothing.',
	].join(" "),
	operand: { name: "<file>", text: "the config, or a folder of such" },
	flags: [
		// What it reads is named without a flag.
		...COMMON_FLAGS.map((flag) =>
			flag.flags.startsWith("-c,") ? ({ ...flag, isHidden: true } as const) : flag,
		),
		{ flags: "--out <folder>", text: "where the files are written (default: the working folder)" },
		{ flags: "--force", text: "write over files that are there" },
		{ flags: "--stdout", text: "write nothing; print the files" },
		{ flags: "--check", text: "write nothing; render both, and compare" },
		{ flags: "--fixtures <file>", text: "with --check: secrets to render from, in place of Vault" },
	],
	example: "agent import agent.hcl --out keyturn",
	run: async ({ flags, operands, world }) => {
		const { importConfig } = await import("./import.ts");
		return await importConfig(operands, flags, world);
	},
};
