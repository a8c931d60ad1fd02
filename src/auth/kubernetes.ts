import type { AuthMethod } from "./auth-method.ts";
import { type CredentialFiles, CredentialReader } from "./credential.ts";
import { short } from "./jwt-claims.ts";
import { type JwtLoginDeps, type JwtRefusal, jwtLogin } from "./jwt-login.ts";
import type { LoginTerms } from "./login-call.ts";

export interface KubernetesOptions extends LoginTerms {
	readonly role: string;
	/** File that holds the service account's token. */
	readonly tokenPath: string;
}

export interface KubernetesDeps extends JwtLoginDeps {
	readonly files: CredentialFiles;
}

/**
 * Login with a pod's service account (developer.hashicorp.com/vault/api-docs/auth/kubernetes#login).
 *
 * The kubelet replaces the token within its hour, and one that has gone was taken away: what stands in the file now
 * is shown, nothing older.
 */
export function kubernetesMethod(options: KubernetesOptions, deps: KubernetesDeps): AuthMethod {
	const { tokenPath, ...rest } = options;
	const token = new CredentialReader(deps.files, {
		what: "service account token",
		credential: { kind: "file", path: tokenPath },
		advice: "mount the service account's token there, readable by the agent's user, or set token_path",
		outlivesFile: () => false,
	});
	const logIn = jwtLogin({ name: "kubernetes", ...rest, advise: (why) => advise(options, why) }, deps);
	return {
		name: "kubernetes",
		...(options.namespace !== undefined && { namespace: options.namespace }),
		credentialFiles: [tokenPath],
		isTokenItself: false,
		hasNewCredential: () => token.hasNew(),
		login: async (signal) => await logIn(await token.read(), signal),
	};
}

/** What Vault says (its Kubernetes plugin, `path_login.go`), and what to do about it. */
function advise(options: KubernetesOptions, { words, claims, isExpired }: JwtRefusal) {
	const { mountPath, tokenPath, role } = options;
	const account = serviceAccountOf(claims?.sub);
	return [
		[
			/invalid role name|missing role/.test(words),
			`name a role of ${mountPath} in auto_auth.config.role, or make ${mountPath}/role/${role} in Vault`,
		],
		[
			/service account name not authorized/.test(words),
			`bind the role to ${account?.whole ?? "this service account"}, or run the pod as another service account`,
		],
		[
			/namespace not authorized/.test(words),
			`bind the role to namespace ${account?.namespace ?? "of the pod"}, or run the pod in another namespace`,
		],
		[
			claims === undefined || /missing jwt/.test(words),
			`put a service account's token into ${tokenPath} (auto_auth.config.token_path)`,
		],
		[
			isExpired || /is expired/.test(words),
			`find out why ${tokenPath} is no longer renewed by the kubelet, or set the clock right`,
		],
		[/\((nbf|iat)\)/.test(words), "set the clocks right: to Vault, this token comes from the future"],
		[
			/\(aud\)/.test(words),
			"project a token for the audience that the role asks for, or set the role's audience to the token's aud",
		],
		[
			true,
			`check that ${mountPath} is a Kubernetes mount (auto_auth.mount_path), that it asks the cluster of this pod, and that the role's audience is the token's aud`,
		],
	] as const;
}

/** The parts of `system:serviceaccount:<namespace>:<name>`. */
function serviceAccountOf(sub: string | undefined): { namespace: string; whole: string } | undefined {
	const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(short(sub ?? "")) ?? [];
	return namespace === undefined ? undefined : { namespace, whole: `${namespace}/${name}` };
}
