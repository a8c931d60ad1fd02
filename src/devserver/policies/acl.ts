import type { Operation } from "../engine.ts";
import { CAPABILITIES, type Capability, type Policy, type Rule } from "./policy.ts";

/** What the policies of one token allow together (https://developer.hashicorp.com/vault/docs/concepts/policies#priority-matching). */
export class Acl {
	readonly isRoot: boolean;
	readonly #rules: readonly Rule[];
	readonly #base: string;

	/** @param base what stands in front of every path that is asked about: the way down from where the rules begin */
	constructor(policies: readonly Policy[], base = "") {
		this.#base = base;
		this.isRoot = policies.some((policy) => policy.name === "root");
		this.#rules = mergeRules(policies.flatMap((policy) => policy.rules));
	}

	allows(operation: Operation, path: string): boolean {
		return this.isRoot || (this.#find(path, operation === "list")?.allows.has(operation) ?? false);
	}

	hasSudo(path: string): boolean {
		return this.isRoot || (this.#find(path, false)?.allows.has("sudo") ?? false);
	}

	/** As `sys/capabilities` lists them. */
	capabilities(path: string): string[] {
		if (this.isRoot) return ["root"];
		const allows = this.#find(path, true)?.allows ?? new Set<Capability>();
		const names = CAPABILITIES.filter((capability) => allows.has(capability));
		return names.length === 0 ? ["deny"] : names;
	}

	/** Whether anything at or below a mount is allowed; only then may its existence be told. */
	reaches(mountPath: string): boolean {
		if (!this.capabilities(mountPath).includes("deny")) return true;
		return this.#rules.some((rule) => rule.allows.size > 0 && overlaps(rule, this.#base + mountPath));
	}

	#find(below: string, isList: boolean): Rule | undefined {
		const path = this.#base + below;
		const bare = path.replace(/\/$/, "");
		const candidates = isList && bare !== path ? [path, bare] : [path];
		const exact = candidates.flatMap((candidate) => this.#rules.filter((rule) => isExact(rule, candidate)));
		if (exact[0]) return exact[0];
		for (const candidate of candidates) {
			const best = this.#rules.filter((rule) => matches(rule, candidate)).toSorted(byPriority)[0];
			if (best) return best;
		}
		return undefined;
	}
}

/** The same pattern in several policies allows the union, unless one of them denies. */
function mergeRules(rules: readonly Rule[]): Rule[] {
	const merged = new Map<string, Rule>();
	for (const rule of rules) {
		const key = `${rule.path}${rule.isPrefix ? "*" : ""}`;
		const before = merged.get(key);
		const isDenied = rule.isDenied || (before?.isDenied ?? false);
		const allows = isDenied ? new Set<Capability>() : new Set([...rule.allows, ...(before?.allows ?? [])]);
		merged.set(key, { ...rule, isDenied, allows });
	}
	return [...merged.values()];
}

function isExact(rule: Rule, path: string): boolean {
	return !rule.isPrefix && !rule.hasWildcards && rule.path === path;
}

function matches(rule: Rule, path: string): boolean {
	if (!rule.hasWildcards) return rule.isPrefix && path.startsWith(rule.path);
	const pattern = rule.path.split("/");
	const parts = path.split("/");
	if (rule.isPrefix ? parts.length < pattern.length : parts.length !== pattern.length) return false;
	return pattern.every((segment, at) => {
		const part = parts[at] ?? "";
		if (segment === "+" || segment === part) return true;
		return rule.isPrefix && at === pattern.length - 1 && part.startsWith(segment);
	});
}

/** The rule that wins comes first. */
function byPriority(a: Rule, b: Rule): number {
	return (
		firstWildcard(b) - firstWildcard(a) ||
		Number(a.isPrefix) - Number(b.isPrefix) ||
		wildcardCount(a) - wildcardCount(b) ||
		b.path.length - a.path.length ||
		(a.path > b.path ? -1 : 1)
	);
}

function firstWildcard(rule: Rule): number {
	return rule.hasWildcards ? rule.path.indexOf("+") : rule.path.length;
}

function wildcardCount(rule: Rule): number {
	return rule.path.split("/").filter((segment) => segment === "+").length;
}

/** Whether the rule can match something below the mount. */
function overlaps(rule: Rule, mountPath: string): boolean {
	if (!rule.hasWildcards) return rule.path.startsWith(mountPath);
	const mount = mountPath.replace(/\/$/, "").split("/");
	const pattern = rule.path.split("/");
	return mount.every((segment, at) => pattern[at] === "+" || pattern[at] === segment);
}
