import type { Log, Secret } from "../kernel/mod.ts";
import type { VaultClient, VaultError } from "../vault/mod.ts";
import type { AuthMethod, TokenGrant } from "./auth-method.ts";
import { type Credential, type CredentialFiles, CredentialReader } from "./credential.ts";
import { isRefusal, LoginError } from "./errors.ts";
import { loginCall, type LoginTerms } from "./login-call.ts";
import { secretIdUnwrapper } from "./wrapped-secret-id.ts";

export interface ApproleOptions extends LoginTerms {
	readonly roleId: Credential;
	/** Absent for roles with `bind_secret_id=false`. */
	readonly secretId?: Credential;
	/** The secret id is wrapped, and its wrapping token was made at this path: `auth/approle/role/gateway/secret-id`. */
	readonly wrappingPath?: string;
	/** Unlink the secret id's file once Vault has opened it, if it is wrapped, or else answered the login. */
	readonly removeSecretIdFile: boolean;
}

export interface ApproleDeps {
	readonly client: VaultClient;
	readonly files: CredentialFiles;
	readonly log: Log;
	/** Told every credential before it is sent, so that it can be hidden in whatever is printed. */
	readonly onCredential: (credential: Secret) => void;
}

/** AppRole login (developer.hashicorp.com/vault/api-docs/auth/approle#login-with-approle). */
export function approleMethod(options: ApproleOptions, deps: ApproleDeps): AuthMethod {
	const { mountPath, wrappingPath } = options;
	const roleId = new CredentialReader(deps.files, { what: "role id", credential: options.roleId });
	const secretId =
		options.secretId && new CredentialReader(deps.files, { what: "secret id", credential: options.secretId });
	const namespace = options.namespace === undefined ? {} : { namespace: options.namespace };
	const place = secretId?.path ?? "auto_auth.config.secret_id (VAULT_SECRET_ID)";
	const unwrap =
		wrappingPath === undefined
			? undefined
			: secretIdUnwrapper({ creationPath: wrappingPath, place, ...namespace }, deps.client);

	// Not before Vault has answered: what it never saw is wanted again after a restart.
	const removeSecretId = async () => {
		if (options.removeSecretIdFile) await secretId?.remove("remove_secret_id_file_after_reading", deps.log);
	};
	const readSecretId = async (signal: AbortSignal): Promise<Secret | undefined> => {
		const given = await secretId?.read();
		if (given === undefined) return undefined;
		deps.onCredential(given);
		if (unwrap === undefined) return given;
		const secret = await unwrap(given, signal);
		deps.onCredential(secret);
		await removeSecretId();
		return secret;
	};

	const logIn = loginCall(options, deps.client);
	return {
		name: "approle",
		...namespace,
		credentialFiles: [roleId.path, secretId?.path].filter((path) => path !== undefined),
		isTokenItself: false,
		hasNewCredential: async () => (await roleId.hasNew()) || ((await secretId?.hasNew()) ?? false),
		async login(signal: AbortSignal): Promise<TokenGrant> {
			const role = await roleId.read();
			deps.onCredential(role);
			const secret = await readSecretId(signal);
			const body = { role_id: role.reveal(), ...(secret && { secret_id: secret.reveal() }) };
			try {
				const grant = await logIn(body, signal);
				await removeSecretId();
				return grant;
			} catch (error) {
				if (!isRefusal(error)) throw error;
				await removeSecretId();
				throw LoginError.refused({ name: "approle", mount: mountPath }, error, advise(options, error));
			}
		},
	};
}

function advise({ mountPath, wrappingPath }: ApproleOptions, refusal: VaultError): string {
	if (refusal.status === 403 || refusal.status === 404)
		return `check that an AppRole mount is at ${mountPath} (auto_auth.mount_path)`;
	if (/missing secret_id/.test(refusal.message))
		return "this role asks for a secret id: set auto_auth.config.secret_id_file_path, or VAULT_SECRET_ID";
	const again = wrappingPath === undefined ? "make a new secret id" : "wrap a new secret id";
	return `check the role id, and ${again}: it may be used up, expired or bound to another address`;
}
