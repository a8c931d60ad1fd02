import type { Log } from "../kernel/mod.ts";
import type { AuthMethod } from "./auth-method.ts";
import { type CredentialFiles, CredentialReader } from "./credential.ts";
import { LoginError } from "./errors.ts";
import { readClaims } from "./jwt-claims.ts";
import { type JwtLoginDeps, type JwtRefusal, jwtLogin } from "./jwt-login.ts";
import type { LoginTerms } from "./login-call.ts";

export interface JwtOptions extends LoginTerms {
	readonly role: string;
	/** File that holds the JWT. */
	readonly path: string;
	/** Unlink the file once Vault has answered a login with it. */
	readonly removeJwtFile: boolean;
	/** Of a link, what it leads to goes. Default false. */
	readonly removeFollowsLinks?: boolean;
	/** How often a new JWT is looked for, to log in with at once, in milliseconds; absent: it is for the next login. */
	readonly readPeriodMs?: number;
}

export interface JwtDeps extends JwtLoginDeps {
	readonly files: CredentialFiles;
	readonly log: Log;
}

/**
 * Login with a JWT that others put into a file (developer.hashicorp.com/vault/api-docs/auth/jwt#jwt-login). When the
 * file has gone, by us or by others, the last JWT serves for as long as it says of itself.
 */
export function jwtMethod(options: JwtOptions, deps: JwtDeps): AuthMethod {
	const { path, removeJwtFile, removeFollowsLinks = false, readPeriodMs, ...rest } = options;
	const jwt = new CredentialReader(deps.files, {
		what: "JWT",
		credential: { kind: "file", path },
		removeFollowsLinks,
		outlivesFile: (last) => {
			const expiresAt = readClaims(last.reveal())?.expiresAt;
			return expiresAt === undefined || expiresAt > deps.clock.date();
		},
	});
	const logIn = jwtLogin({ name: "jwt", ...rest, advise: (why) => advise(options, why) }, deps);
	const remove = async () => {
		if (removeJwtFile) await jwt.remove("remove_jwt_after_reading", deps.log);
	};
	return {
		name: "jwt",
		...(options.namespace !== undefined && { namespace: options.namespace }),
		credentialFiles: [path],
		isTokenItself: false,
		...(readPeriodMs !== undefined && { lookEveryMs: readPeriodMs }),
		hasNewCredential: () => jwt.hasNew(),
		async login(signal) {
			const shown = await jwt.read();
			try {
				const grant = await logIn(shown, signal);
				await remove();
				return grant;
			} catch (error) {
				// What Vault never saw is wanted again after a restart.
				if (error instanceof LoginError) await remove();
				throw error;
			}
		},
	};
}

/** What Vault says (its JWT plugin, `path_login.go`), and what to do about it. */
function advise({ mountPath, path, role }: JwtOptions, { status, words, claims, isExpired }: JwtRefusal) {
	return [
		[status === 403 || status === 404, `check that a JWT mount is at ${mountPath} (auto_auth.mount_path)`],
		[
			/could not be found|missing role/.test(words),
			`name a role of ${mountPath} in auto_auth.config.role, or make ${mountPath}/role/${role} in Vault`,
		],
		[claims === undefined, `put a JWT into ${path} (auto_auth.config.path)`],
		[isExpired || /is expired/.test(words), `put a new JWT into ${path}`],
		[/no issued at/.test(words), "ask the issuer for a JWT that says when it ends: a claim exp"],
		[/\((nbf|iat)\)/.test(words), "set the clocks right: to Vault, this JWT comes from the future"],
		[
			/\(aud\)/.test(words),
			"ask the issuer for a JWT for one of the role's bound_audiences, or add the JWT's aud to them",
		],
		[
			/signature|\(iss\)|could not load configuration/.test(words),
			`check that ${mountPath}/config in Vault names the issuer of this JWT and its keys`,
		],
		[
			true,
			"compare the JWT with what the role asks for: bound_subject, bound_claims, bound_audiences, token_bound_cidrs",
		],
	] as const;
}
