import {
	approleMethod,
	type AuthMethod,
	certMethod,
	type CredentialFiles,
	jwtMethod,
	kubernetesMethod,
	tokenMethod,
} from "../../auth/mod.ts";
import type { AuthConfig, CertConfig } from "../../config/mod.ts";
import type { Log } from "../../kernel/mod.ts";
import type { World } from "../world.ts";
import type { Clients } from "./clients.ts";
import { filesOnDisk } from "./credential-files.ts";
import type { SecretGuard } from "./secret-guard.ts";

export interface LoginParts extends Clients {
	readonly world: World;
	readonly guard: SecretGuard;
	readonly log: Log;
	readonly credentials: CredentialFiles;
}

/** The login that the config chooses. */
export function loginMethod(auth: AuthConfig, parts: LoginParts): AuthMethod {
	const { client, loginClient, refreshTls, world, log, guard, credentials } = parts;
	const files = filesOnDisk(world);
	const { clock } = world;
	const onCredential = guard.credential.bind(guard);
	const hide = guard.token.bind(guard);
	switch (auth.method) {
		case "approle":
			// A wrapping token serves once: what was in it is not in the file.
			return approleMethod(auth, {
				client,
				files: auth.wrappingPath === undefined ? credentials : files,
				log,
				onCredential,
			});
		case "cert":
			return certMethod(
				{ ...auth, files: certificateFiles(auth) },
				{ client: loginClient, refresh: refreshTls, clock },
			);
		case "jwt":
			return jwtMethod(auth, { client, files, log, clock, hide });
		case "kubernetes":
			return kubernetesMethod(auth, { client, files, clock, hide });
		case "token":
			return tokenMethod(auth, { client, files, onCredential });
		default:
			return auth satisfies never;
	}
}

/** Those of a login of its own; whoever watches files knows those of `vault` anyway. */
function certificateFiles({ own, reload }: CertConfig): readonly string[] {
	return own === undefined || !reload ? [] : Object.values(own);
}
