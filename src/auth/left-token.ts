import type { Log, Secret } from "../kernel/mod.ts";
import {
	asNumber,
	asObject,
	asText,
	type JsonObject,
	trimSlashes,
	type VaultClient,
	VaultError,
} from "../vault/mod.ts";
import type { TokenGrant } from "./auth-method.ts";
import { grantOfLookup } from "./grant.ts";
import type { SinkContent } from "./sink.ts";

/** Whose token is looked for. */
export interface OwnLogin {
	/** Where the login is made, such as `auth/approle/login`. */
	readonly path: string;
	/** The role that the config names, for methods whose tokens tell theirs. */
	readonly role?: string;
	/**
	 * Hides a token in what is printed, until the returned function has been called. It is not called when Vault could
	 * not be asked, as the error may quote the token.
	 */
	readonly hide: (token: Secret) => () => void;
}

/** Where an agent before this one may have left its token. */
export interface LeftToken {
	readonly path: string;
	/** Event of the log lines about it. */
	readonly event: "handover" | "sink";
	read(): Promise<SinkContent>;
}

interface SearchDeps {
	readonly client: VaultClient;
	readonly log: Log;
	/** Where the token lives, when that is not the client's own namespace. */
	readonly namespace?: string;
	readonly own: OwnLogin;
}

/** Less life than this is not worth taking up, in seconds. */
const LEAST_TTL = 10;

/** Nor is less than this part of the whole. */
const LEAST_PART = 0.1;

/**
 * A token that an agent before this one has left and that is still good: it spares a login, which may be the only one
 * that a secret id allows.
 *
 * Taken is only what the same login has given, from a file that nobody else can have written or read.
 *
 * @throws VaultError when Vault could not be asked
 */
export async function findLeftToken(
	places: readonly LeftToken[],
	{ client, log, namespace, own }: SearchDeps,
	signal: AbortSignal,
): Promise<{ readonly grant: TokenGrant; readonly path: string } | undefined> {
	for (const place of places) {
		const found = await place.read();
		if (found.kind === "absent") continue;
		if (found.kind === "unsafe") {
			pass(log, place, { level: "warn", why: `it ${found.reason}` });
			continue;
		}
		const show = own.hide(found.text);
		try {
			const call = { method: "GET", path: "auth/token/lookup-self", token: found.text } as const;
			const where = namespace === undefined ? {} : { namespace };
			const { data } = await client.send({ ...call, ...where }, signal);
			show();
			const why = fault(data ?? {}, own, namespace);
			if (why === undefined) return { grant: grantOfLookup(found.text, data), path: place.path };
			pass(log, place, { level: "info", why });
		} catch (error) {
			if (!(error instanceof VaultError) || error.remedy === "retry") throw error;
			show();
			pass(log, place, { level: "info", why: "Vault no longer knows it" });
		}
	}
	return undefined;
}

interface Pass {
	readonly level: "info" | "warn";
	readonly why: string;
}

function pass(log: Log, { path, event }: LeftToken, { level, why }: Pass): void {
	log.write(level, event, { msg: `the token in ${path} is not used: ${why}`, path });
}

/** Why a token that Vault knows is not used all the same. */
function fault(data: JsonObject, own: OwnLogin, namespace: string | undefined): string | undefined {
	if (asText(data["path"]) !== own.path) return "it comes from another login";
	const meta = asObject(data["meta"]);
	const role = asText(meta?.["role"]) || asText(meta?.["cert_name"]);
	if (own.role !== undefined && role !== "" && role !== own.role) return "it is of another role";
	const place = asText(data["namespace_path"]);
	if (place !== "" && namespace !== undefined && trimSlashes(place) !== trimSlashes(namespace))
		return "it is of another namespace";
	if (asText(data["expire_time"]) === "") return undefined;
	const ttl = asNumber(data["ttl"]);
	const least = Math.max(LEAST_TTL, asNumber(data["creation_ttl"]) * LEAST_PART);
	return ttl > least ? undefined : `it ends in ${ttl} s`;
}
