import { X509Certificate } from "node:crypto";
import { type JsonValue, parseDuration } from "../kernel/mod.ts";
import { asNumber, asText } from "../vault/mod.ts";
import type { SecretRequest } from "./request.ts";
import { type Finding, isRotated, type SecretView } from "./view.ts";

/**
 * What decides when a request is made again: the poll interval; its lease; Vault's own rotation, beside the interval;
 * the end of what was made; nothing, for what cannot change or is made once.
 */
export type ClockKind = "poll" | "lease" | "rotation" | "expiry" | "pinned";

/** Part of its life after which something with a date of its own is made anew, before jitter. */
export const REPLACE_AT = 0.88;
const SPREAD = 0.02;

/** The read comes so much after a rotation, and no more often than this. */
const AFTER_ROTATION_MS = 1000;

/** Paths that make something new at each read although they are read, not written. */
const MAKING_READ = /^identity\/oidc\/token\//;

/** The clock that a finding runs on. */
export function clockOf(request: SecretRequest, finding: Finding): ClockKind {
	if (finding.kind === "absent") return "poll";
	const { view } = finding;
	if (request.version !== undefined && request.version > 0) return "pinned";
	if (lifeOf(request, view, 0) !== undefined) return "expiry";
	if (view.leaseId !== "") return "lease";
	if (request.parameters !== undefined) return "pinned";
	return isRotated(view) ? "rotation" : "poll";
}

/** Where something is held: when it was read, by steady time and by the wall clock, and jitter. */
export interface Reading {
	readonly readAt: number;
	readonly date: number;
	/** In [0, 1). */
	readonly random: () => number;
}

/** When what has a date of its own is made anew: at nine tenths of its life; infinite without such a date. */
export function expiryDueAt(
	request: SecretRequest,
	view: SecretView,
	{ readAt, date, random }: Reading,
): number {
	const lifeMs = lifeOf(request, view, date);
	if (lifeMs === undefined) return Number.POSITIVE_INFINITY;
	return readAt + Math.max(AFTER_ROTATION_MS, Math.round(lifeMs * (REPLACE_AT + SPREAD * random())));
}

/**
 * When a secret without a lease is to be read at the latest by what it says itself: just after the next rotation, or
 * after its `ttl`. Never before, so that the read is not wasted.
 */
export function hintDueAt(view: SecretView, { readAt, random }: Reading): number {
	if (view.kind !== "plain") return Number.POSITIVE_INFINITY;
	const { ttl, rotation_period: period } = view.fields;
	const hintMs = spanOf(ttl) ?? spanOf(period);
	if (hintMs === undefined || (hintMs === 0 && !isRotated(view))) return Number.POSITIVE_INFINITY;
	// A ttl that counts down is in whole seconds, and several agents may wait for the same rotation.
	const margin = isRotated(view) ? AFTER_ROTATION_MS * (1 + random()) : 0;
	return readAt + Math.max(AFTER_ROTATION_MS, hintMs + margin);
}

/** How long a thing that was made for us has to live, in milliseconds; `undefined` for what has no such end. */
function lifeOf(request: SecretRequest, view: SecretView, date: number): number | undefined {
	if (view.kind !== "plain") return undefined;
	const now = view.serverTime ?? date;
	const { fields } = view;
	if (MAKING_READ.test(request.path)) return spanOf(fields["ttl"]);
	if (request.parameters === undefined) return undefined;
	const tokenLife = asNumber(view.auth?.["lease_duration"]) * 1000;
	if (tokenLife > 0) return tokenLife;
	const expiration = asNumber(fields["expiration"]) * 1000;
	const endsAt = expiration > 0 ? expiration : certificateEnd(asText(fields["certificate"]));
	return endsAt === undefined ? undefined : Math.max(0, endsAt - now);
}

function certificateEnd(pem: string): number | undefined {
	if (pem === "") return undefined;
	try {
		return Date.parse(new X509Certificate(pem).validTo);
	} catch {
		return undefined; // something else that is called so
	}
}

/** Seconds, or a duration in Vault's words; a text of another kind is no hint. */
function spanOf(value: JsonValue | undefined): number | undefined {
	return typeof value === "number" || typeof value === "string" ? parseDuration(value) : undefined;
}
