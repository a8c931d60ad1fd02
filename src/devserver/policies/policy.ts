import type { JsonValue } from "../../kernel/mod.ts";
import { ApiError } from "../api-error.ts";
import { readPolicyBlocks } from "./hcl.ts";

/** In the order in which the server lists them. */
export const CAPABILITIES = ["create", "delete", "list", "patch", "read", "scan", "sudo", "update"] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** What one path pattern allows; `deny` wins over all else. */
export interface Rule {
	/** Without the `*` of a prefix. */
	readonly path: string;
	readonly isPrefix: boolean;
	/** Has `+` for one path segment somewhere. */
	readonly hasWildcards: boolean;
	readonly allows: ReadonlySet<Capability>;
	readonly isDenied: boolean;
}

export interface Policy {
	readonly name: string;
	readonly text: string;
	readonly rules: readonly Rule[];
}

const OLD_STYLE: Readonly<Record<string, readonly string[]>> = {
	deny: ["deny"],
	read: ["read", "list"],
	write: ["create", "read", "update", "delete", "list"],
	sudo: ["create", "read", "update", "delete", "list", "sudo"],
};

/** @throws ApiError 400 for a text that is no policy */
export function parsePolicy(name: string, text: string): Policy {
	try {
		const rules = readPolicyBlocks(text).map(({ path, body }) => toRule(path, capabilityNames(path, body)));
		// Identity templates have nobody to stand for here: a rule with one matches nothing, as for a token without entity.
		return { name, text, rules: rules.filter((rule) => !rule.path.includes("{{")) };
	} catch (error) {
		if (error instanceof SyntaxError) throw new ApiError(400, `failed to parse policy: ${error.message}`);
		throw error;
	}
}

function capabilityNames(path: string, body: Readonly<Record<string, JsonValue>>): string[] {
	const listed = body["capabilities"];
	const names = Array.isArray(listed) ? (listed as readonly JsonValue[]).map(String) : [];
	const style = body["policy"];
	if (typeof style !== "string" || style === "") return names;
	const old = OLD_STYLE[style];
	if (!old) throw new SyntaxError(`path "${path}": invalid policy "${style}"`);
	return [...names, ...old];
}

function toRule(pattern: string, names: readonly string[]): Rule {
	const path = pattern.replace(/^\//, "");
	if (path.includes("+*")) {
		throw new SyntaxError(`path "${path}": invalid use of wildcards ('+*' is forbidden)`);
	}
	const allows = new Set<Capability>();
	for (const name of names) {
		const capability = CAPABILITIES.find((known) => known === name);
		if (capability) allows.add(capability);
		else if (name !== "deny") throw new SyntaxError(`path "${pattern}": invalid capability "${name}"`);
	}
	const isDenied = names.includes("deny");
	return {
		path: path.replace(/\*$/, ""),
		isPrefix: path.endsWith("*"),
		hasWildcards: path === "+" || path.includes("/+") || path.startsWith("+/"),
		allows: isDenied ? new Set() : allows,
		isDenied,
	};
}
