import type { HclBody, HclItem } from "./hcl/body.ts";
import { readBody } from "./hcl/read-any.ts";

/** Which program a config was written for. */
export type ConfigFormat = "native" | "vault-agent" | "consul-template" | "envconsul";

// Keys at the top that say whose the file is; `vault`, `exec`, `log_level` and the like are everybody's.
const ENVCONSUL = ["secret", "prefix", "service", "sanitize", "upcase", "pristine"];
const VAULT_AGENT = ["template_config", "env_template", "api_proxy", "cache", "auto_auth", "listener"];
const CONSUL_TEMPLATE = [
	"template",
	"template_error_fatal",
	"consul",
	"nomad",
	"wait",
	"syslog",
	"deduplicate",
	"default_delimiters",
	"kill_signal",
	"reload_signal",
	"max_stale",
];

const KEY_AT_MARGIN = /^\s*"?(?<key>\w+)"?(?=\s*[:={"])/gm;

/**
 * Tells by its content which program a config was written for; of several files that are one config, by all of them.
 * What is YAML is ours: that is told by its first line alone.
 */
export function tellFormat(...texts: readonly string[]): ConfigFormat {
	const plain = texts.map((text) => text.replace(/^\uFEFF/, ""));
	const hcl = plain.filter(isHcl);
	const json = plain.filter(isJson);
	const found = new Set([...hcl, ...json].flatMap(keysOf));
	const has = (keys: readonly string[]) => keys.some((key) => found.has(key));
	if (has(ENVCONSUL)) return "envconsul";
	if (has(VAULT_AGENT)) return "vault-agent";
	return hcl.length > 0 || has(CONSUL_TEMPLATE) ? "consul-template" : "native";
}

function isJson(text: string): boolean {
	return /^\s*\{/.test(text);
}

/** In HCL a key is followed by labels, a value or a block, in YAML by a colon. */
function isHcl(text: string): boolean {
	const start = firstSign(text);
	const NAME = String.raw`(?:"[^"\n]*"|[\p{L}_][\p{L}\p{Nd}_.-]*)`;
	return new RegExp(String.raw`^(?://|/\*|${NAME}(?:\s+${NAME}|"[^"\n]*")*\s*[={])`, "u").test(start);
}

/** From the first that is neither blank nor a comment of the kind that both have; no more of it than a key needs. */
function firstSign(text: string): string {
	let at = 0;
	for (;;) {
		while (/\s/.test(text[at] ?? "")) at++;
		if (text[at] !== "#") return text.slice(at, at + 200);
		const end = text.indexOf("\n", at);
		at = end < 0 ? text.length : end;
	}
}

/** Keys at the top, without those that stand there as they do in a file of ours. */
function keysOf(text: string): string[] {
	let body: HclBody;
	try {
		body = readBody("", text);
	} catch {
		// Whose it is decides who says what is wrong with it.
		return [...text.matchAll(KEY_AT_MARGIN)].map(({ groups = {} }) => groups["key"] ?? "");
	}
	return body.items.filter((item) => !isJson(text) || !isOurs(item)).map(({ key }) => key.toLowerCase());
}

/** What Vault Agent calls the same, and holds something else there. */
function isOurs({ key, value }: HclItem): boolean {
	if (value.kind !== "object") return false;
	const { items } = value.body;
	if (key === "listener") return !items.some((item) => ["tcp", "unix", "type"].includes(item.key));
	return key === "auto_auth" && !items.some((item) => item.key === "method" && item.value.kind !== "text");
}
