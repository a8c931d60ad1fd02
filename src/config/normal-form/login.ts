import type { AuthConfig, Credential, SinkConfig } from "../login-config.ts";
import { HIDDEN, nativeKeys, type Plain } from "./native-keys.ts";

/** `auto_auth:`. */
export function autoAuth(auth: AuthConfig): Plain {
	const { method, namespace, minBackoffMs, maxBackoffMs, wrapTtlMs, revokeOnShutdown } = auth;
	const mountPath = method === "token" ? undefined : auth.mountPath;
	return {
		method,
		...nativeKeys({ mountPath, namespace }),
		config: config(auth),
		...nativeKeys({ minBackoffMs, maxBackoffMs, wrapTtlMs, exitOnErr: auth.endsOnError }),
		sinks: auth.sinks.map(sink),
		...nativeKeys({ revokeOnShutdown }),
	};
}

function config(auth: AuthConfig): Plain {
	switch (auth.method) {
		case "approle":
			return {
				...credential("role_id", "role_id_file_path", auth.roleId),
				...(auth.secretId && credential("secret_id", "secret_id_file_path", auth.secretId)),
				...nativeKeys({ secretIdResponseWrappingPath: auth.wrappingPath }),
				remove_secret_id_file_after_reading: auth.removeSecretIdFile,
			};
		case "cert":
			return nativeKeys({ name: auth.name, ...auth.own, reload: auth.reload });
		case "jwt":
			return nativeKeys({
				role: auth.role,
				path: auth.path,
				removeJwtAfterReading: auth.removeJwtFile,
				removeJwtFollowsSymlinks: auth.removeFollowsLinks,
				jwtReadPeriodMs: auth.readPeriodMs,
			});
		case "kubernetes":
			return nativeKeys({ role: auth.role, tokenPath: auth.tokenPath });
		case "token":
			return { ...credential("token", "token_file_path", auth.token), unwrap_token: auth.isWrapped };
		default:
			return auth satisfies never;
	}
}

/** The file of a credential by its key, or that there is one. */
export function credential(value: string, file: string, given: Credential): Record<string, Plain> {
	return given.kind === "file" ? { [file]: given.path } : { [value]: HIDDEN };
}

function sink({ encryption, ...others }: SinkConfig): Plain {
	if (encryption === undefined) return nativeKeys(others);
	const { readerKeyPath: dhPath, isDerived: deriveKey, aad } = encryption;
	return {
		...nativeKeys(others),
		dh_type: "curve25519",
		...nativeKeys({ dhPath, deriveKey }),
		...(aad !== "" && { aad: HIDDEN }), // it may come from a variable
	};
}
