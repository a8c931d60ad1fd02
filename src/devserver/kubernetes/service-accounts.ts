import { generateKeyPairSync, type KeyObject } from "node:crypto";
import type { Clock } from "../../kernel/mod.ts";
import { isSignedBy, type Jwt, signJwt } from "../jwt/jwt.ts";
import { timeOf } from "../jwt/registered-claims.ts";

/** Whose token it is to be. */
export interface ServiceAccountTokenRequest {
	readonly namespace: string;
	readonly serviceAccount: string;
	/** Default the cluster's own: `https://kubernetes.default.svc`. */
	readonly audience?: string | readonly string[];
	/** Default an hour. */
	readonly ttlSeconds?: number;
}

const HOUR = 3600;
const AUDIENCE = "https://kubernetes.default.svc";
const ISSUER = "https://kubernetes.default.svc.cluster.local";

/**
 * Stands for a cluster: it issues bound service account tokens and reviews them
 * (https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens).
 */
export class ServiceAccounts {
	readonly #clock: Clock;
	readonly #key: KeyObject;

	constructor(clock: Clock) {
		this.#clock = clock;
		this.#key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
	}

	issue(request: ServiceAccountTokenRequest): string {
		const { namespace, serviceAccount: name, audience = AUDIENCE, ttlSeconds = HOUR } = request;
		const now = Math.floor(this.#clock.now() / 1000);
		const claims = {
			iss: ISSUER,
			sub: `system:serviceaccount:${namespace}:${name}`,
			aud: typeof audience === "string" ? [audience] : [...audience],
			exp: now + ttlSeconds,
			iat: now,
			nbf: now,
			"kubernetes.io": {
				namespace,
				// The same account has the same uid in every token, as in a cluster.
				serviceaccount: { name, uid: `uid-${namespace}-${name}` },
			},
		};
		return signJwt(claims, this.#key);
	}

	/** What the TokenReview API says: issued here and, to the second, still alive. */
	accepts(jwt: Jwt): boolean {
		return isSignedBy(jwt, this.#key) && timeOf(jwt.claims["exp"]) * 1000 > this.#clock.now();
	}
}
