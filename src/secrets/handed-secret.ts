import type { JsonValue, Secret } from "../kernel/mod.ts";
import { asNumber, asObject, asText, type JsonObject } from "../vault/mod.ts";
import { type Entry, isStatic } from "./entry.ts";
import type { Found } from "./found.ts";
import { type Lease, leaseOf, leaseOn, type LeaseTerms, type Moment } from "./lease.ts";
import type { SecretRequest } from "./request.ts";
import type { SecretView } from "./view.ts";

/** What an agent has read, and the one after it goes on with: to ask again would make another. By our own steady time. */
export interface HandedSecret {
	readonly request: SecretRequest;
	/** The token that it was read with. */
	readonly token: Secret;
	readonly view: SecretView;
	readonly readAt: number;
	/** What is left of its lease; absent for what has none. */
	readonly lease?: LeaseTerms;
}

/** What is gone on with, wherever it was left. */
export type Resumable = Pick<HandedSecret, "view" | "readAt" | "lease">;

/** When something is handed over, and the token that goes over with it. */
export interface Handing {
	readonly at: number;
	readonly token: Secret;
}

/**
 * An entry for the next agent, as JSON carries it, times counted from the handing over; nothing for what is the same at
 * every read, and for what ends with another token.
 */
export function handedData(entry: Entry, { at, token }: Handing): JsonObject | undefined {
	const { request, finding, readAt, lease, clock } = entry;
	const isMade = !isStatic(entry) && (clock !== "pinned" || request.parameters !== undefined);
	if (finding?.kind !== "present" || readAt === undefined || !isMade) return undefined;
	if (lease?.holder !== undefined && lease.holder !== token) return undefined;
	const { path, data, auth, leaseId, leaseDuration, renewable, requestId, serverTime } = finding.view;
	const { path: asked, parameters } = request;
	return {
		request: { path: asked, ...(parameters && { parameters }) },
		view: {
			path,
			data,
			...(auth && { auth }),
			lease_id: leaseId,
			lease_duration: leaseDuration,
			renewable,
			request_id: requestId,
			...(serverTime !== undefined && { server_time: serverTime }),
		},
		age_ms: at - readAt,
		...(lease && Number.isFinite(lease.endsAt) && { lease: leaseData(lease, at) }),
	};
}

function leaseData({ termMs, endsAt, renewable }: Lease, at: number): JsonObject {
	return { term_ms: termMs, left_ms: endsAt - at, renewable };
}

/** What {@link handedData} gave; nothing for anything else. */
export function handedSecret(value: JsonValue, { at, token }: Handing): HandedSecret | undefined {
	const { request, view, age_ms: age, lease } = asObject(value) ?? {};
	const [asked, seen, terms] = [asObject(request), asObject(view), asObject(lease)];
	const [data, auth] = [asObject(seen?.["data"]), asObject(seen?.["auth"])];
	if (asked === undefined || seen === undefined || data === undefined) return undefined;
	const parameters = asObject(asked["parameters"]);
	const leaseId = asText(seen["lease_id"]);
	const serverTime = asNumber(seen["server_time"]);
	return {
		request: { kind: "read", path: asText(asked["path"]), ...(parameters && { parameters }) },
		token,
		view: {
			path: asText(seen["path"]),
			kind: "plain",
			fields: data,
			data,
			...(auth && { auth }),
			leaseId,
			leaseDuration: asNumber(seen["lease_duration"]),
			renewable: seen["renewable"] === true,
			...(leaseId !== "" && { holder: token }),
			requestId: asText(seen["request_id"]),
			...(serverTime > 0 && { serverTime }),
		},
		readAt: at - asNumber(age),
		...(terms && {
			lease: {
				termMs: asNumber(terms["term_ms"]),
				endsAt: at + asNumber(terms["left_ms"]),
				renewable: terms["renewable"] === true,
			},
		}),
	};
}

/** As if it had been read here; nothing for what has ended since. */
export function resumed({ view, readAt, lease: terms }: Resumable, moment: Moment): Found | undefined {
	const finding = { kind: "present", view } as const;
	if (terms === undefined) return { finding, readAt, lease: leaseOf(view, readAt, moment.random) };
	return terms.endsAt > moment.now ? { finding, readAt, lease: leaseOn(view, terms, moment) } : undefined;
}
