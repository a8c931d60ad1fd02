import { existsSync, readFileSync, statSync } from "node:fs";
import { type Folder, folder } from "./folder.ts";
import { GATEWAY_ACCOUNT, openVault, type Vault } from "./vault.ts";

/** What a container of a pod sees: its files below a folder of the test, and a Vault that knows its service account. */
export interface Pod {
	readonly vault: Vault;
	readonly place: Folder;
	/** The same text for this pod: paths of the root and Vault's address are those of the test. */
	readonly here: (text: string) => string;
	/** Reads a file of the pod's root; nothing when it is not there. */
	readonly read: (path: string) => string | undefined;
	/** Permission bits in octal. */
	readonly mode: (path: string) => string;
}

const READER = `
path "secret/data/*" { capabilities = ["read"] }
path "secret/metadata/*" { capabilities = ["read", "list"] }
path "database/creds/model-server" { capabilities = ["read"] }
`;

const ROOTS = ["/etc", "/vault", "/home/vault", "/secrets", "/tpl", "/var/run/secrets"];

/** @param role the one that the service account `ai/<role>` may log in with */
export async function openPod(role = "agentgateway"): Promise<Pod> {
	const vault = await openVault();
	vault.server.seed({
		policies: { reader: READER },
		kubernetes: {
			roles: {
				[role]: {
					bound_service_account_names: role,
					bound_service_account_namespaces: GATEWAY_ACCOUNT.namespace,
					token_policies: "reader",
				},
			},
		},
		database: { roles: { "model-server": { default_ttl: "1h", max_ttl: "24h" } } },
	});
	const place = folder();
	const token = vault.server.issueServiceAccountToken({
		namespace: GATEWAY_ACCOUNT.namespace,
		serviceAccount: role,
		audience: ["https://kubernetes.default.svc"],
		ttlSeconds: 600,
	});
	place.write("/var/run/secrets/kubernetes.io/serviceaccount/token", token);
	const at = (path: string) => place.at(path.slice(1));
	return {
		vault,
		place,
		here: (text) =>
			ROOTS.reduce(
				(changed, root) => changed.replaceAll(new RegExp(`(?<![\\w/.-])${root}(?=/)`, "g"), at(root)),
				text.replaceAll("https://vault.vault.svc:8200", vault.address),
			),
		read: (path) => (existsSync(at(path)) ? readFileSync(at(path), "utf8") : undefined),
		mode: (path) => (statSync(at(path)).mode & 0o7777).toString(8),
	};
}
