import { formatDuration, printable } from "../kernel/mod.ts";

/** What a JWT says of itself (RFC 7519, section 4.1), as far as it matters when a login is refused. */
export interface JwtClaims {
	readonly sub: string | undefined;
	readonly aud: readonly string[];
	/** When it ends, in milliseconds since the epoch. */
	readonly expiresAt: number | undefined;
}

/** Longest text that is taken for a JWT: those of service accounts have about a thousand letters. */
const LONGEST_JWT = 64 * 1024;

/** Longest claim that a message repeats. */
const LONGEST_CLAIM = 200;

/**
 * Reads the claims without checking the signature, which is Vault's business.
 *
 * @returns `undefined` for a text that is no JWT
 */
export function readClaims(jwt: string): JwtClaims | undefined {
	const [, payload = "", signature] = jwt.length > LONGEST_JWT ? [] : jwt.split(".", 3);
	if (signature === undefined) return undefined;
	const claims = parse(Buffer.from(payload, "base64url").toString("utf8"));
	if (typeof claims !== "object" || claims === null || Array.isArray(claims)) return undefined;
	const { sub, aud, exp } = claims as Readonly<Record<string, unknown>>;
	const expiresAt = typeof exp === "number" ? exp * 1000 : Number.NaN;
	return {
		sub: typeof sub === "string" ? sub : undefined,
		aud: (Array.isArray(aud) ? aud : [aud]).filter((one) => typeof one === "string"),
		expiresAt: Number.isFinite(expiresAt) ? expiresAt : undefined,
	};
}

/** `sub system:serviceaccount:ai:default  aud https://kubernetes.default.svc  expires in 58m`. One line, whatever the claims hold. */
export function describeClaims(claims: JwtClaims | undefined, now: number): string {
	if (claims === undefined) return "not a JWT: it has no claims that can be read";
	const { sub, aud, expiresAt } = claims;
	return [
		sub === undefined ? "no sub" : `sub ${short(sub)}`,
		aud.length === 0 ? "no aud" : `aud ${short(aud.join(", "))}`,
		expiresAt === undefined ? "no exp" : life(expiresAt - now),
	].join("  ");
}

function life(leftMs: number): string {
	return leftMs > 0 ? `expires in ${formatDuration(leftMs)}` : `expired ${formatDuration(-leftMs)} ago`;
}

/** The maker of a JWT is anybody: no line break and no escape sequence of theirs gets into a message. */
export function short(claim: string): string {
	const plain = printable(claim);
	return plain.length > LONGEST_CLAIM ? `${plain.slice(0, LONGEST_CLAIM)}…` : plain;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
