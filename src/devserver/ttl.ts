import { ApiError } from "./api-error.ts";
import { humanDuration } from "./go-time.ts";

/** The system's default and largest TTL: 32 days (https://developer.hashicorp.com/vault/docs/configuration#default_lease_ttl). */
export const SYSTEM_TTL_SECONDS = 32 * 24 * 3600;

export interface TtlRequest {
	/** What the caller of a renewal asks for. */
	readonly increment?: number;
	/** What the role or the token was made with. */
	readonly ttl?: number;
	/** Above 0 the token is periodic: its TTL is this, and no maximum but the explicit one binds it. */
	readonly period?: number;
	readonly maxTtl?: number;
	readonly explicitMaxTtl?: number;
}

/**
 * How long a token may live from now, all in seconds
 * (https://developer.hashicorp.com/vault/docs/concepts/tokens#token-time-to-live-periodic-tokens-and-explicit-max-ttls).
 *
 * @param issuedAt when the token was made, ms
 * @throws ApiError when its largest life is over
 */
export function calculateTtl(
	request: TtlRequest,
	issuedAt: number,
	now: number,
): { seconds: number; warnings: string[] } {
	const bounds = [SYSTEM_TTL_SECONDS, request.maxTtl ?? 0, request.explicitMaxTtl ?? 0];
	const maxTtl = Math.min(...bounds.filter((bound) => bound > 0));
	const period = request.period ?? 0;
	const wanted =
		period > 0 ? Math.min(period, maxTtl) : request.increment || request.ttl || SYSTEM_TTL_SECONDS;
	const boundBy = period > 0 ? (request.explicitMaxTtl ?? 0) : maxTtl;
	const warnings: string[] = [];
	if (period > maxTtl)
		warnings.push(
			`period of "${humanDuration(period)}" exceeded the effective max_ttl of "${humanDuration(maxTtl)}"; period value is capped accordingly`,
		);
	if (boundBy === 0) return { seconds: wanted, warnings };

	const left = boundBy - (Math.floor(now / 1000) - Math.floor(issuedAt / 1000));
	if (left <= 0) throw new ApiError(500, "past the max TTL, cannot renew");
	if (wanted <= left) return { seconds: wanted, warnings };
	warnings.push(
		`TTL of "${humanDuration(wanted)}" exceeded the effective max_ttl of "${humanDuration(left)}"; TTL value is capped accordingly`,
	);
	return { seconds: left, warnings };
}
