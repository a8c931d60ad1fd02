import type { Log, Secret } from "../kernel/mod.ts";
import { type VaultClient, VaultError } from "../vault/mod.ts";
import type { AuthMethod, TokenGrant } from "./auth-method.ts";
import { type Credential, type CredentialFiles, CredentialReader } from "./credential.ts";
import { LoginError } from "./errors.ts";
import { grantOf } from "./grant.ts";

export interface ApproleOptions {
	/** Such as `auth/approle`. */
	readonly mountPath: string;
	/** Login namespace when it differs from the client's. */
	readonly namespace?: string;
	readonly roleId: Credential;
	/** Absent for roles with `bind_secret_id=false`. */
	readonly secretId?: Credential;
	/** Unlink the secret id's file once it has been read. */
	readonly removeSecretIdFile: boolean;
}

export interface ApproleDeps {
	readonly client: VaultClient;
	readonly files: CredentialFiles;
	readonly log: Log;
	/** Told every secret id before it is sent, so that it can be hidden in whatever is printed. */
	readonly onCredential: (credential: Secret) => void;
}

/** AppRole login (developer.hashicorp.com/vault/api-docs/auth/approle#login-with-approle). */
export function approleMethod(options: ApproleOptions, deps: ApproleDeps): AuthMethod {
	const roleId = new CredentialReader("role id", options.roleId, deps.files);
	const secretId = options.secretId && new CredentialReader("secret id", options.secretId, deps.files);
	const path = `${options.mountPath}/login`;
	const namespace = options.namespace === undefined ? {} : { namespace: options.namespace };

	const forget = async () => {
		if (secretId?.path === undefined || !options.removeSecretIdFile) return;
		try {
			await deps.files.unlink(secretId.path);
		} catch (error) {
			const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
			if (code === "ENOENT") return;
			deps.log.write("warn", "login", {
				msg: `the secret id's file ${secretId.path} could not be removed (${code}); set remove_secret_id_file_after_reading: false if it is meant to stay`,
				path: secretId.path,
			});
		}
	};

	return {
		name: "approle",
		...namespace,
		credentialFiles: [roleId.path, secretId?.path].filter((path) => path !== undefined),
		isTokenItself: false,
		hasNewCredential: async () => (await roleId.hasNew()) || ((await secretId?.hasNew()) ?? false),
		async login(signal: AbortSignal): Promise<TokenGrant> {
			const role = await roleId.read();
			const secret = await secretId?.read();
			deps.onCredential(role);
			if (secret !== undefined) deps.onCredential(secret);
			await forget();
			const body = { role_id: role.reveal(), ...(secret && { secret_id: secret.reveal() }) };
			try {
				const call = { method: "POST", path, body, ...namespace } as const;
				return grantOf(await deps.client.send(call, signal));
			} catch (error) {
				if (!(error instanceof VaultError) || error.remedy === "retry") throw error;
				throw LoginError.refused(
					{ name: "approle", mount: options.mountPath },
					error,
					error.status === 403
						? `check that an AppRole mount is at ${options.mountPath} (auto_auth.mount_path)`
						: "check the role id, and make a new secret id: it may be used up, expired or bound to another address",
				);
			}
		},
	};
}
