import type { JsonValue } from "../../kernel/mod.ts";
import type { JsonObject } from "../json-object.ts";

/** What a token must say of itself; empty for "anything". */
export interface Expected {
	readonly issuer: string;
	readonly subject: string;
	/** One of them is enough. */
	readonly audiences: readonly string[];
	/** Whether it must say anything about its time at all. */
	readonly needsTime: boolean;
}

/** Life of a token that says when it was made and not when it ends, and grace at either end of any: seconds. */
const ASSUMED_LIFE = 150;
const CLOCK_SKEW = 60;

/**
 * Checks the claims of RFC 7519, section 4.1.
 *
 * @param now ms
 * @returns what is wrong in the words of the real server, `undefined` when all is well
 */
export function claimFault(claims: JsonObject, expected: Expected, now: number): string | undefined {
	if (expected.issuer !== "" && claims["iss"] !== expected.issuer) return "invalid issuer (iss) claim";
	if (expected.subject !== "" && claims["sub"] !== expected.subject) return "invalid subject (sub) claim";
	const audiences = audiencesOf(claims);
	if (expected.audiences.length > 0 && !expected.audiences.some((one) => audiences.includes(one))) {
		return "invalid audience (aud) claim: audience claim does not match any expected audience";
	}
	return timeFault(claims, expected.needsTime, now / 1000);
}

/** One audience may stand without a list around it. */
export function audiencesOf({ aud }: JsonObject): JsonValue[] {
	if (aud === undefined || aud === null) return [];
	return Array.isArray(aud) ? [...(aud as readonly JsonValue[])] : [aud];
}

/** @returns seconds since 1970; 0 when the claim is not there */
export function timeOf(claim: JsonValue | undefined): number {
	return typeof claim === "number" ? claim : 0;
}

function timeFault(claims: JsonObject, isNeeded: boolean, now: number): string | undefined {
	const [issued, notBefore, expiry] = [claims["iat"], claims["nbf"], claims["exp"]].map(timeOf) as [
		number,
		number,
		number,
	];
	if (issued === 0 && notBefore === 0 && expiry === 0) {
		return isNeeded
			? "no issued at (iat), not before (nbf), or expiration time (exp) claims in token"
			: undefined;
	}
	const end = expiry || Math.max(issued, notBefore) + ASSUMED_LIFE;
	const start = notBefore || issued || end - ASSUMED_LIFE;
	if (now + CLOCK_SKEW < start) return "invalid not before (nbf) claim: token not yet valid";
	if (now - CLOCK_SKEW > end) return "invalid expiration time (exp) claim: token is expired";
	if (now + CLOCK_SKEW < issued) return "invalid issued at (iat) claim: token issued in the future";
	return undefined;
}
