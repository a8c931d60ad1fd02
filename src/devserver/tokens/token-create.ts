import { ApiError } from "../api-error.ts";
import type { EngineContext, EngineRequest, Reply } from "../engine.ts";
import type { Fields } from "../fields.ts";
import { asTexts } from "../json-object.ts";
import { aclOf } from "../namespaces/access.ts";
import { calculateTtl } from "../ttl.ts";
import { PLAIN_TOKEN, sanitizePolicies, type TokenEntry, type TokenTerms } from "./token-entry.ts";

/** Who creates, and what that person may. */
interface Parent {
	readonly entry: TokenEntry;
	/** Root, or `sudo` on the path: may make orphans, periodic tokens and choose ids. */
	readonly isSudo: boolean;
	/** Whether the new token is made in another namespace, below the parent's: then nothing is inherited. */
	readonly isAbove: boolean;
}

/** https://developer.hashicorp.com/vault/api-docs/auth/token#create-token */
export function createToken(request: EngineRequest, { core }: EngineContext): Reply {
	const { fields } = request;
	const entry = findParent(request);
	const parent: Parent = {
		entry,
		isSudo: aclOf(entry, request.namespace).hasSudo(request.fullPath),
		isAbove: entry.namespace !== request.namespace,
	};
	if (parent.isAbove) checkAbove(fields, parent);
	const isBatch = readType(fields) === "batch";
	if (isBatch) refuseOnBatch(fields);
	const policies = resolvePolicies(fields, parent);
	if (isBatch && policies.includes("root")) throw new ApiError(400, "batch tokens cannot be root tokens");

	const life = readLife(fields, parent, policies);
	const now = core.clock.now();
	const grant = life.isEndless ? { seconds: 0, warnings: [] } : calculateTtl(life, now, now);
	if (grant.seconds === 0 && entry.ttl !== 0) {
		throw new ApiError(400, "expiring root tokens cannot create non-expiring root tokens");
	}
	const created = core.tokens.create({
		...readTerms(request, parent),
		type: isBatch ? "batch" : "service",
		policies,
		ttl: grant.seconds,
		period: life.period,
		explicitMaxTtl: life.explicitMaxTtl,
		renewable: !isBatch && grant.seconds > 0 && (fields.flag("renewable") ?? true),
	});
	const unknown = policies.filter((name) => !request.namespace.policies.get(name));
	const warnings = [
		...grant.warnings,
		...(fields.text("id") ? [CUSTOM_ID_WARNING] : []),
		...unknown.map((name) => `Policy "${name}" does not exist`),
	];
	return { auth: { entry: created, leaseSeconds: grant.seconds }, warnings };
}

/** @throws ApiError when the caller's token may not have children */
function findParent({ caller }: EngineRequest): TokenEntry {
	if (!caller) throw new ApiError(400, "parent token lookup failed: no parent found");
	if (caller.type === "batch") throw new ApiError(400, "batch tokens cannot create more tokens");
	if (caller.numUses !== 0) throw new ApiError(400, "restricted use token cannot generate child tokens");
	return caller;
}

/** @throws ApiError for what nobody may do from a namespace above */
function checkAbove(fields: Fields, { isSudo }: Parent): void {
	if (!isSudo) {
		const what = "directly generate a token in a child namespace";
		throw new ApiError(400, `root or sudo privileges required to ${what}`);
	}
	if (asksForPolicies(fields).includes("root"))
		throw new ApiError(400, "root tokens may not be created from a parent namespace");
}

/** All that has nothing to do with its life and its rights. */
function readTerms(request: EngineRequest, parent: Parent): TokenTerms {
	const { fields } = request;
	const id = readId(request, parent);
	const numUses = fields.integer("num_uses") ?? 0;
	if (numUses < 0) throw new ApiError(400, "number of uses cannot be negative");
	return {
		...PLAIN_TOKEN,
		namespace: request.namespace,
		path: request.fullPath,
		displayName: displayName(fields),
		meta: readMeta(fields),
		parent: isOrphan(request, parent) ? "" : parent.entry.id,
		numUses,
		...(id === undefined ? {} : { id }),
	};
}

const CUSTOM_ID_WARNING =
	"Supplying a custom ID for the token uses the weaker SHA1 hashing instead of the more secure SHA2-256 HMAC for token obfuscation. SHA1 hashed tokens on the wire leads to less secure lookups.";

function readType(fields: Fields): string {
	const type = fields.text("type") ?? "service";
	if (!["", "service", "batch"].includes(type)) throw new ApiError(400, "invalid 'token_type' value");
	return type;
}

function refuseOnBatch(fields: Fields): void {
	const bad =
		((fields.seconds("explicit_max_ttl") ?? 0) !== 0 && "explicit_max_ttl") ||
		((fields.integer("num_uses") ?? 0) !== 0 && "num_uses") ||
		((fields.seconds("period") ?? 0) !== 0 && "period");
	if (bad) throw new ApiError(400, `batch tokens cannot have "${bad}" set`);
}

/** Without sudo only policies that the parent has; without any, the parent's. */
function resolvePolicies(fields: Fields, { entry, isSudo, isAbove }: Parent): string[] {
	const asked = asksForPolicies(fields);
	const wantsDefault = fields.flag("no_default_policy") !== true;
	if (isAbove) return sanitizePolicies(asked, wantsDefault);
	const policies = asked.length === 0 ? entry.policies : asked;
	const isSubset = sanitizePolicies(policies, false).every((name) => entry.policies.includes(name));
	if (!isSudo && !isSubset) throw new ApiError(400, "child policies must be subset of parent");
	const addDefault = wantsDefault && asked.length > 0 && (isSudo || entry.policies.includes("default"));
	const names = sanitizePolicies(policies, addDefault);
	if (names.includes("root") && !entry.policies.includes("root")) {
		throw new ApiError(400, "root tokens may not be created without parent token being root");
	}
	if (names.includes("response-wrapping"))
		throw new ApiError(400, 'cannot assign policy "response-wrapping"');
	return wantsDefault ? names : names.filter((name) => name !== "default");
}

/** No commas here, unlike in roles. */
function asksForPolicies(fields: Fields): string[] {
	const given = fields.get("policies");
	return typeof given === "string" ? [given] : (fields.list("policies") ?? []);
}

function readLife(fields: Fields, { isSudo }: Parent, policies: readonly string[]) {
	const explicitMaxTtl = positive(fields, "explicit_max_ttl");
	const period = positive(fields, "period");
	const ttl = fields.has("ttl") ? positive(fields, "ttl") : positive(fields, "lease");
	if (period > 0 && !isSudo) {
		throw new ApiError(400, "root or sudo privileges required to create periodic token");
	}
	const isEndless = policies.includes("root") && period === 0 && ttl === 0 && explicitMaxTtl === 0;
	return { explicitMaxTtl, period, ttl, isEndless };
}

function positive(fields: Fields, name: string): number {
	const seconds = fields.seconds(name) ?? 0;
	if (seconds < 0) throw new ApiError(400, `${name} must be positive`);
	return seconds;
}

function isOrphan({ path, fields }: EngineRequest, { isSudo }: Parent): boolean {
	if (path === "create-orphan") return true;
	if (fields.flag("no_parent") !== true) return false;
	if (!isSudo) throw new ApiError(400, "root or sudo privileges required to create orphan token");
	return true;
}

function readId({ fields, namespace }: EngineRequest, { isSudo }: Parent): string | undefined {
	const id = fields.text("id");
	if (id === undefined || id === "") return undefined;
	if (!isSudo) throw new ApiError(400, "root or sudo privileges required to specify token id");
	if (namespace.path !== "")
		throw new ApiError(400, "token IDs can only be manually specified in the root namespace");
	return id;
}

function displayName(fields: Fields): string {
	const name = fields.text("display_name") ?? "";
	return name === "" ? "token" : `token-${name}`.replaceAll(/[^a-zA-Z0-9-]/g, "-").replace(/-$/, "");
}

function readMeta(fields: Fields): Record<string, string> | null {
	const meta = fields.object("meta");
	return meta ? asTexts(meta) : null;
}
