/** What docs/templates.md says about one helper. The example is run, and its result stands beside it. */
export interface HelperRow {
	readonly args: readonly string[];
	readonly gives: string;
	/** Rendered inside of the secret `llm/openai` of the page. Absent for a name that is kept for later. */
	readonly example?: string;
}

/** In reading order. `dev/docs-templates.ts` fails when it and the helpers of `src/template` differ. */
export const HELPER_TABLE: Readonly<Record<string, HelperRow>> = {
	secret: {
		args: ["path", "version=…", "name=value …"],
		gives:
			"one secret; as a block it is entered, and `{{else}}` runs when there is none; with parameters it is a write that answers",
		example: '{{#with (secret "secret/data/llm/anthropic")}}{{api_key}}{{/with}}',
	},
	secrets: {
		args: ["path"],
		gives: "names below a path, sorted; folders end with `/`; an empty list when nothing is there",
		example: '{{join " " (secrets "secret/metadata/llm")}}',
	},
	get: {
		args: ["holder?", "name"],
		gives: "a field by any name, of the context or of the holder",
		example: '{{get "base.url"}}',
	},
	lookup: {
		args: ["holder", "name or index"],
		gives: "the same with a computed name, and items of lists",
		example: "{{lookup models 0}}",
	},
	has: {
		args: ["holder?", "name"],
		gives: "whether the field is there and not null; an empty text is there",
		example: '{{#if (has "project")}}yes{{else}}no{{/if}}',
	},
	default: {
		args: ["value", "fallback"],
		gives: "the fallback when the value is missing, null or empty; it may be empty",
		example: '{{default project "none"}}',
	},
	required: {
		args: ["value", "message"],
		gives: "the value, or an error in your words when it is missing, null or empty",
		example: '{{required api_key "ask the platform team for a key"}}',
	},
	raw: {
		args: ["value"],
		gives: "the value without any escaping: see [raw](#raw)",
		example: "{{{raw api_key}}}",
	},
	env: {
		args: ["name"],
		gives: "a variable of the agent's environment; an error when it is not set",
		example: '{{env "TEAM"}}',
	},
	file: {
		args: ["path"],
		gives: "text of a file; read when something else makes the template render, not watched",
		example: '{{file "/run/region"}}',
	},
	base64Encode: { args: ["text"], gives: "base64", example: "{{base64Encode api_key}}" },
	base64Decode: {
		args: ["base64"],
		gives: "the text; an error for what is not base64 or not UTF-8",
		example: '{{base64Decode "c2stMQ=="}}',
	},
	base64URLEncode: {
		args: ["text"],
		gives: "base64 with `-` and `_`, without `=`",
		example: "{{base64URLEncode api_key}}",
	},
	base64URLDecode: { args: ["base64url"], gives: "the text", example: '{{base64URLDecode "c2stMQ"}}' },
	toJSON: {
		args: ["value"],
		gives: "JSON: structure where the format is JSON or YAML and it stands without quotes, else a text",
		example: "{{toJSON labels}}",
	},
	toYAML: {
		args: ["value"],
		gives: "YAML as a text, every string in double quotes; to stand as structure it needs `raw`",
		example: "{{toYAML models}}",
	},
	parseJSON: {
		args: ["json"],
		gives: "what the JSON says; numbers keep their digits",
		example: `{{#with (parseJSON '{"port":8080}')}}{{port}}{{/with}}`,
	},
	sha256Hex: { args: ["text"], gives: "SHA-256, 64 hex digits", example: '{{sha256Hex "a"}}' },
	trim: {
		args: ["text"],
		gives: "the text without blanks and newlines at its ends",
		example: '{{trim "  a "}}',
	},
	toUpper: { args: ["text"], gives: "upper case", example: "{{toUpper labels.tier}}" },
	toLower: { args: ["text"], gives: "lower case", example: '{{toLower "EU"}}' },
	replaceAll: {
		args: ["from", "to", "text"],
		gives: "the text with every `from` replaced; no patterns",
		example: '{{replaceAll "/" "-" "a/b"}}',
	},
	split: {
		args: ["separator", "text"],
		gives: "a list",
		example: '{{#each (split "," "a,b")}}[{{this}}]{{/each}}',
	},
	join: { args: ["separator", "list"], gives: "one text", example: '{{join "," models}}' },
	indent: {
		args: ["width", "text"],
		gives: "every line that is not empty, moved to the right",
		example: '{{indent 2 "a"}}',
	},
	eq: {
		args: ["a", "b"],
		gives: "whether both are spelled alike: the number 5 equals the text `5`",
		example: '{{#if (eq labels.tier "gold")}}yes{{/if}}',
	},
	ne: {
		args: ["a", "b"],
		gives: "whether they are not",
		example: '{{#if (ne labels.tier "gold")}}yes{{else}}no{{/if}}',
	},
	and: {
		args: ["a", "b …"],
		gives: "the first that is not true, else the last; all of them are looked at",
		example: '{{#if (and (has "api_key") (has "project"))}}yes{{else}}no{{/if}}',
	},
	or: {
		args: ["a", "b …"],
		gives: "the first that is true, else the last; all of them are looked at",
		example: '{{#if (or (has "project") (has "api_key"))}}yes{{/if}}',
	},
	not: { args: ["a"], gives: "true or false", example: '{{#if (not (has "project"))}}yes{{/if}}' },
	timestamp: { args: [], gives: "the time of the render, in UTC", example: "{{timestamp}}" },
	if: {
		args: ["condition"],
		gives:
			"block; not true are false, null, an empty text, 0 and an empty list; takes `{{else if …}}` and `{{else}}`",
		example: "{{#if models}}some{{else}}none{{/if}}",
	},
	unless: {
		args: ["condition"],
		gives: "block; the contrary",
		example: "{{#unless models}}none{{else}}some{{/unless}}",
	},
	each: {
		args: ["list or object"],
		gives:
			"block for every item, with `this`, `@key`, `@index`, `@first`, `@last`; `{{else}}` when there is none",
		example: "{{#each labels}}{{@key}}={{this}} {{/each}}",
	},
	with: {
		args: ["value"],
		gives: "block with the value as its context; `{{else}}` when it is not true",
		example: "{{#with labels}}{{team}}{{/with}}",
	},
	pkiCert: {
		args: ["path", "name=value …"],
		gives:
			"a certificate with `Cert`, `Key`, `CA` and the list `CAChain`, kept until nine tenths of its life have passed",
	},
};

/** Vault Agent's way, ours, and what to know. Ours is run for every row. */
export const PORTING_TABLE: readonly (readonly [theirs: string, ours: string, note?: string])[] = [
	[
		'{{ with secret "secret/data/llm/openai" }}{{ .Data.data.api_key }}{{ end }}',
		'{{#with (secret "secret/data/llm/openai")}}{{Data.data.api_key}}{{/with}}',
		'shorter: `{{#secret "secret/data/llm/openai"}}{{api_key}}{{/secret}}`',
	],
	["{{ .Data.metadata.version }}", "{{Data.metadata.version}}", "or `{{@version}}`"],
	[
		"{{ .LeaseID }} {{ .LeaseDuration }} {{ .Renewable }}",
		'[{{default LeaseID ""}}] {{LeaseDuration}} {{Renewable}}',
		"a KV secret has an empty lease id",
	],
	[
		'{{ index .Data.data "base.url" }}',
		'{{get "base.url"}}',
		"or `{{[base.url]}}`, `{{Data.data.[base.url]}}`",
	],
	[
		'{{ range secrets "secret/metadata/llm" }}{{ . }} {{ end }}',
		'{{#each (secrets "secret/metadata/llm")}}{{this}} {{/each}}',
	],
	[
		"{{ range $k, $v := .Data.data.labels }}{{ $k }}={{ $v }} {{ end }}",
		"{{#each labels as |v k|}}{{k}}={{v}} {{/each}}",
		"or `{{@key}}` and `{{this}}`",
	],
	[
		"{{ if .Data.data.project }}…{{ end }}",
		'{{#if (has "project")}}{{project}}{{/if}}',
		"a missing field alone is an error, in `if` as well",
	],
	['{{ or .Data.data.project "none" }}', '{{default project "none"}}'],
	[
		'{{ if eq .Data.data.labels.tier "gold" }}…{{ else }}…{{ end }}',
		'{{#if (eq labels.tier "gold")}}1{{else}}2{{/if}}',
	],
	[
		"{{ .Data.data.api_key | trimSpace | base64Encode }}",
		"{{base64Encode (trim api_key)}}",
		"a pipe becomes parentheses",
	],
	["{{ .Data.data | toJSON }}", "{{toJSON this}}", "or `{{toJSON Data.data}}`"],
	['{{ env "TEAM" }}', '{{env "TEAM"}}'],
	["{{- .Data.data.api_key -}}", "{{~api_key~}}", "takes the blanks and newlines beside it away"],
	[
		'{{ $s := secret "…" }}',
		'{{#secret "secret/data/llm/openai" as |s|}}{{s.api_key}}{{/secret}}',
		"a name for the block, to be used further in",
	],
];
