import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { LAUNCHER } from "../support/agent-process.ts";
import { openPod, type Pod } from "../support/pod.ts";
import { startCommand } from "../support/shell.ts";

/** `bao` or `vault`, whichever is on PATH first. */
const peer = (process.env["PATH"] ?? "")
	.split(delimiter)
	.flatMap((folder) => ["bao", "vault"].map((name) => join(folder, name)))
	.find((path) => existsSync(path));

const LOGIN = `
vault { address = "ADDRESS" }
auto_auth {
  method "kubernetes" { config = { role = "agentgateway", token_path = "TOKEN" } }
}
`;

const OPENAI = 'secret "secret/data/llm/openai"';

/** A template in a heredoc. */
const template = (name: string, text: string, more = "") =>
	`template {\n  destination = "ROOT/${name}"\n  ${more}\n  contents = <<EOT\n${text}\nEOT\n}\n`;

const every = (...fields: string[]) => `{{ with ${OPENAI} }}${fields.join("\n")}{{ end }}`;

/** The rest of a config; what stands on disk before, with its mode; further files of the config's folder. */
interface Case {
	readonly config: string;
	readonly before?: Readonly<Record<string, readonly [text: string, mode: number]>>;
	readonly beside?: Readonly<Record<string, string>>;
}

const CASES: Readonly<Record<string, Case>> = {
	"a field, with the line end of the heredoc": { config: template("key", every("{{ .Data.data.api_key }}")) },
	"trim markers and an export": {
		config: template("openai", `{{- with ${OPENAI} -}}\nexport KEY="{{ .Data.data.api_key }}"\n{{- end }}`),
	},
	"permissions, said and unsaid, in folders that are not there": {
		config:
			template("a/600", "x", 'perms = "0600"') +
			template("b/c/640", "x", "perms = 0640") +
			template("d/unsaid", "x"),
	},
	"the mode of the file before, kept where none is said": {
		config: template("kept", "new") + template("said", "new", 'perms = "0644"'),
		before: { kept: ["old", 0o600], said: ["old", 0o600] },
	},
	"the file before beside the new one": {
		config: template("file", "new", "backup = true") + template("alone", "new", "backup = true"),
		before: { file: ["old", 0o640] },
	},
	"a field that is not there": { config: template("key", every("[{{ .Data.data.apikey }}]")) },
	"maps and lists as they print": {
		config: template(
			"all",
			every(
				"{{ .Data.data }}",
				"{{ range $k, $v := .Data.data }}{{ $k }}={{ $v }};{{ end }}",
				"{{ .Data.metadata.version }} {{ .LeaseDuration }} {{ .Renewable }} [{{ .LeaseID }}]",
			),
		),
	},
	"numbers and signs": {
		config: template(
			"signs",
			every(
				"{{ .Data.data.port }} {{ .Data.data.ratio }} {{ .Data.data.large }}",
				"{{ .Data.data.signs }}",
				"{{ .Data.data | toJSON }}",
				"{{ .Data.data | toJSONPretty }}",
				"{{ .Data.data | toUnescapedJSON }}",
				"{{ .Data.data.nested | toYAML }}",
			),
		),
	},
	"functions of strings and collections": {
		config: template(
			"functions",
			every(
				'{{ .Data.data.api_key | toUpper | base64Encode }} {{ base64Decode "aGk=" }}',
				"{{ .Data.data.pem | indent 2 }}",
				'{{ .Data.data.api_key | replaceAll "-" "_" }} {{ split "-" .Data.data.api_key | join "+" }}',
				'{{ if .Data.data.api_key | regexMatch "^sk-" }}yes{{ else }}no{{ end }}',
				"{{ sha256Hex .Data.data.api_key }} {{ add 2 3 }} {{ subtract 2 3 }} {{ .Data.data.list | len }}",
				'{{ range loop 3 }}{{ . }}{{ end }} {{ printf "%05d|%-6s|%q" 42 "ab" .Data.data.signs }}',
				'{{ .Data.data.api_key | sprig_trunc 4 }} {{ sprig_default "none" .Data.data.nothing }}',
				'{{ $x := "a" }}{{ range $i, $v := .Data.data.list }}{{ if $i }},{{ end }}{{ $x }}{{ $v }}{{ end }}',
			),
		),
	},
	"a path that a secret names": {
		config: template(
			"computed",
			`{{ with ${OPENAI} }}{{ with secret (printf "secret/data/llm/%s" .Data.data.other) }}{{ .Data.data.api_key }}{{ end }}{{ end }}`,
		),
	},
	"a list of secrets": {
		config: template("list", '{{ range secrets "secret/metadata/llm" }}{{ . }}\n{{ end }}'),
	},
	"other delimiters, and braces as they are": {
		config: template(
			"delimiters",
			`<< with ${OPENAI} >>{{ .x }} << .Data.data.api_key >><< end >>`,
			'left_delimiter = "<<"\n  right_delimiter = ">>"',
		),
	},
	"sub-templates, comments and variables": {
		config: template(
			"sub",
			`{{ define "line" }}{{ . }}!{{ end }}{{/* said by nobody */}}{{ with ${OPENAI} }}{{ template "line" .Data.data.api_key }}{{ end }}`,
		),
	},
	"text in quotes, with escapes": {
		config: `template {\n  destination = "ROOT/quoted"\n  contents = "a\\tb\\n{{ with secret \\"secret/data/llm/openai\\" }}{{ .Data.data.api_key }}{{ end }}"\n}\n`,
	},
	"a template of a file, and a command after it": {
		config:
			'template {\n  source = "ROOT/in.ctmpl"\n  destination = "ROOT/out"\n  exec { command = ["cp", "ROOT/out", "ROOT/copied"] }\n}\n',
		before: { "in.ctmpl": [every("{{ .Data.data.api_key }}"), 0o644] },
	},
	"a folder of files": {
		config: template("first", "1"),
		beside: {
			"b.hcl": template("second", "2"),
			"c.json": '{"template":[{"destination":"ROOT/third","contents":"3"}]}',
		},
	},
	"variables of a child": {
		config: `env_template "KEY" {\n  contents = "{{ with secret \\"secret/data/llm/openai\\" }}{{ .Data.data.signs }}{{ end }}"\n}\nexec {\n  command = ["sh", "-c", "printf %s \\"$KEY\\" > ROOT/env"]\n}\n`,
	},
};

/** What stands below a folder, with permissions. */
function standing(root: string): Readonly<Record<string, readonly [mode: string, text: string]>> {
	const files = globSync("**/*", { cwd: root }).filter((name) => statSync(join(root, name)).isFile());
	const entries = files.toSorted().map((name) => {
		const mode = (statSync(join(root, name)).mode & 0o7777).toString(8);
		return [name, [mode, readFileSync(join(root, name), "utf8")]] as const;
	});
	return Object.fromEntries(entries);
}

/** Runs a case below a folder of its own. @returns how it ended, and what stands there then */
async function run(pod: Pod, name: string, { program, given }: { program: readonly string[]; given: Case }) {
	const { place } = pod;
	const root = place.at(`${name}/root`);
	const here = (text: string) =>
		text
			.replaceAll("ROOT", root)
			.replaceAll("ADDRESS", pod.vault.address)
			.replaceAll("TOKEN", place.at("var/run/secrets/kubernetes.io/serviceaccount/token"));
	for (const [file, [text, mode]] of Object.entries(given.before ?? {}))
		place.write(`${name}/root/${file}`, text, mode);
	place.write(`${name}/root/.keep`, "");
	place.write(`${name}/config/a.hcl`, here(LOGIN + given.config));
	for (const [file, text] of Object.entries(given.beside ?? {}))
		place.write(`${name}/config/${file}`, here(text));
	const env = { PATH: process.env["PATH"] ?? "", HOME: place.path };
	const isChild = given.config.includes('exec {\n  command = ["sh"');
	const words = [
		...program,
		"agent",
		`-config=${place.at(`${name}/config`)}`,
		...(isChild ? [] : ["-exit-after-auth"]),
	];
	const { code, stdout, stderr } = await startCommand(words, { env }).ended;
	return { code, said: `${stdout}${stderr}`, files: standing(root) };
}

const PKI = 'pkiCert "pki/issue/gw" "common_name=gw.ai.svc" "alt_names=gw.example.internal" "ttl=1h"';

describe.skipIf(peer === undefined)("a certificate that stands in its file", () => {
	test("is used again, whoever of the peer on PATH and us has put it there", async () => {
		const pod = await openPod();
		pod.vault.server.seed({
			policies: { reader: 'path "pki/issue/gw" { capabilities = ["update"] }' },
			pki: { roles: { gw: { allow_any_name: true, max_ttl: "2h" } } },
		});
		const config = template("tls.pem", `{{ with ${PKI} }}{{ .Cert }}{{ .CA }}{{ .Key }}{{ end }}`);
		const [theirs, ours] = [[peer ?? ""], [process.execPath, LAUNCHER]] as const;
		const runs = async (first: readonly string[], second: readonly string[]) => {
			const folder = first === ours ? "a" : "b";
			const before = pod.vault.count("pki/issue");
			const all = [];
			for (const program of [first, second, first, second])
				all.push(await run(pod, folder, { program, given: { config } }));
			return { all, issued: pod.vault.count("pki/issue") - before };
		};

		for (const { all, issued } of [await runs(ours, theirs), await runs(theirs, ours)]) {
			const [one, ...others] = all;
			expect(one?.files["tls.pem"]?.[1]).toMatch(/PRIVATE KEY/);
			for (const other of others) expect(other, other.said).toMatchObject({ code: 0, files: one?.files });
			expect(issued).toBe(1);
		}
	});
});

describe.skipIf(peer === undefined)("the same config, by the peer on PATH and by us", () => {
	test.each(Object.entries(CASES))("%s", async (_, given) => {
		const pod = await openPod();
		pod.vault.server.seed({
			secrets: {
				"secret/data/llm/openai": {
					api_key: "sk-first-Key/1+=",
					other: "anthropic",
					port: 8080,
					ratio: 1.5,
					large: 9007199254740991,
					signs: `<a href="x">&'\\ ü 漢 😀`,
					pem: "-----BEGIN-----\nAAAA\n-----END-----\n",
					list: ["x", "y", 3, true, null],
					nested: { deep: { z: 1, a: "two: 2" }, empty: {}, none: null },
				},
				"secret/data/llm/anthropic": { api_key: "sk-ant" },
			},
		});

		const theirs = await run(pod, "theirs", { program: [peer ?? ""], given });
		const ours = await run(pod, "ours", { program: [process.execPath, LAUNCHER], given });

		expect(theirs.code, theirs.said).toBe(0);
		expect(ours.code, ours.said).toBe(0);
		expect(Object.keys(theirs.files).length).toBeGreaterThan(0);
		expect(ours.files).toEqual(theirs.files);
	});
});
