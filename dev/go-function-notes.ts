/** A function in the docs. */
export interface FunctionNote {
	/** How it is called; what is worked on comes last, and so through a pipe. */
	readonly usage: string;
	readonly text: string;
}

/** Title of a group, and its functions in the order in which they are shown. */
type Group = readonly [
	title: string,
	functions: Readonly<Record<string, readonly [usage: string, text: string]>>,
];

const GROUPS: readonly Group[] = [
	[
		"Vault",
		{
			secret: [
				'secret "path" ["name=value" …]',
				"The secret at a path, `path?version=3` an older one. With `name=value` it is a write that answers, made once per lease.",
			],
			secrets: ['secrets "path"', "The names below a path in order; none where there are none."],
			pkiCert: [
				'pkiCert "path" "name=value" …',
				"A certificate with `.Cert`, `.Key`, `.CA`, `.CAChain`, kept until nine tenths of its life have passed.",
			],
		},
	],
	[
		"This machine",
		{
			env: ['env "NAME"', "An environment variable, empty where it is not set; `BAO_X` is also `VAULT_X`."],
			mustEnv: ['mustEnv "NAME"', "An environment variable; an error where it is empty."],
			envOrDefault: [
				'envOrDefault "NAME" "other"',
				"An environment variable, or the other text where it is not set.",
			],
			file: ['file "path"', "The text of a file, within the sandbox."],
			executeTemplate: ['executeTemplate "name" [data]', "What a template makes that `define` has named."],
			scratch: [
				"scratch.Set, .SetX, .Get, .Key, .MapSet, .MapSetX, .MapValues",
				"Space in which one place of a template keeps something for another.",
			],
			writeToFile: [
				'writeToFile "path" "user" "group" "0600" ["append,newline"] text',
				"Writes a file beside the template's own, in the same generation; gives nothing.",
			],
			sockaddr: [
				'sockaddr "GetPrivateIP"',
				'An address of this machine: `GetPrivateIP`, `GetPublicIP`, `GetInterfaceIP "eth0"`, each also as `…IPs`.',
			],
			timestamp: [
				'timestamp ["layout"]',
				"The time in UTC as RFC 3339, by a layout of Go's, or as seconds for `unix`.",
			],
		},
	],
	[
		"Encoding",
		{
			base64Encode: ["base64Encode text", "Base64."],
			base64Decode: ["base64Decode text", "The text in base64; an error where the bytes are none."],
			base64URLEncode: ["base64URLEncode text", "Base64 in the alphabet of URLs, with its padding."],
			base64URLDecode: ["base64URLDecode text", "The text in such base64."],
			toJSON: ["toJSON value", "JSON on one line; `<`, `>` and `&` are escaped as Go does."],
			toJSONPretty: ["toJSONPretty value", "The same on many lines."],
			toUnescapedJSON: ["toUnescapedJSON value", "JSON on one line, without those escapes."],
			toUnescapedJSONPretty: ["toUnescapedJSONPretty value", "The same on many lines."],
			toYAML: ["toYAML value", "YAML in block style, as Go's yaml.v2 writes it."],
			toTOML: ["toTOML value", "TOML, as BurntSushi's encoder writes it."],
			parseJSON: [
				"parseJSON text",
				"The value of a JSON text; of an empty one an empty map. Numbers are floats.",
			],
			parseYAML: ["parseYAML text", "The value of a YAML text, read as Go's yaml.v2 does."],
			parseBool: ["parseBool text", "true or false, of an empty text false."],
			parseInt: ["parseInt text", "A whole number, of an empty text 0."],
			parseUint: ["parseUint text", "A whole number without a sign, of an empty text 0."],
			parseFloat: ["parseFloat text", "A number, of an empty text 0."],
			sha256Hex: ["sha256Hex text", "The SHA-256 digest in hexadecimal digits."],
			md5sum: ["md5sum text", "The MD5 digest in hexadecimal digits; not for secrets."],
			hmacSHA256Hex: ["hmacSHA256Hex message key", "The HMAC with SHA-256 in hexadecimal digits."],
		},
	],
	[
		"Texts",
		{
			toLower: ["toLower text", "In small letters."],
			toUpper: ["toUpper text", "In capitals."],
			toTitle: ["toTitle text", "Each word with a capital; the rest of a word stays."],
			trim: ['trim "letters" text', "Without these letters at both ends."],
			trimPrefix: ['trimPrefix "prefix" text', "Without the prefix, where it has it."],
			trimSuffix: ['trimSuffix "suffix" text', "Without the suffix, where it has it."],
			trimSpace: ["trimSpace text", "Without blanks and ends of lines at both ends."],
			replaceAll: ['replaceAll "from" "to" text', "With another text in the place of each one."],
			regexMatch: ['regexMatch "pattern" text', "Whether an RE2 pattern matches anywhere."],
			regexReplaceAll: [
				'regexReplaceAll "pattern" "replacement" text',
				"With a replacement for each match; `$1` and `${name}` are its groups.",
			],
			split: ['split "," text', "The parts of a text without blanks at its ends; none of an empty one."],
			splitToMap: [
				'splitToMap "," ":" text',
				"A map of `name:value` pairs; parts without the second sign are left out.",
			],
			join: ['join "," list', "The texts of a list with something between them."],
			indent: ["indent 4 text", "Each line that is not empty behind so many blanks."],
		},
	],
	[
		"Lists and maps",
		{
			in: ["in list value", "Whether a list holds a value, or a text a text."],
			contains: ["contains value list", "The same with its arguments the other way round."],
			containsAll: ["containsAll values list", "Whether all of them are in the list."],
			containsAny: ["containsAny values list", "Whether one of them is in the list."],
			containsNone: ["containsNone values list", "Whether none of them is in the list."],
			containsNotAll: ["containsNotAll values list", "Whether one of them is not in the list."],
			loop: [
				"loop [from] to",
				"The whole numbers from 0, or from the first one, up to the last one without it.",
			],
			explodeMap: ["explodeMap map", "A map whose keys are `a/b` as maps within each other."],
			mergeMap: ["mergeMap map other", "The first map with what the other has besides."],
			mergeMapWithOverride: [
				"mergeMapWithOverride map other",
				"The same, and what both have as in the other.",
			],
		},
	],
	[
		"Maths",
		{
			add: ["add b a", "a + b. Whole numbers wrap around at 64 bits."],
			subtract: ["subtract b a", "a − b, so that `5 | subtract 1` is 4."],
			multiply: ["multiply b a", "a × b."],
			divide: ["divide b a", "a ÷ b, of whole numbers without its fraction."],
			modulo: ["modulo b a", "What remains of a ÷ b, with the sign of a."],
			minimum: ["minimum b a", "The smaller one."],
			maximum: ["maximum b a", "The larger one."],
		},
	],
];

/** consul-template's functions by group and name, for the docs. */
export const FUNCTION_NOTES: ReadonlyMap<string, ReadonlyMap<string, FunctionNote>> = new Map(
	GROUPS.map(([title, functions]) => [
		title,
		new Map(Object.entries(functions).map(([name, [usage, text]]) => [name, { usage, text }])),
	]),
);
