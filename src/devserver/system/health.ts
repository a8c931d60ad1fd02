import type { Core } from "../core.ts";

/** https://developer.hashicorp.com/vault/api-docs/system/health */
export function health(core: Core, query: URLSearchParams): { status: number; body: unknown } {
	const { isSealed } = core.seal;
	const code = query.get(isSealed ? "sealedcode" : "activecode");
	const status = code === null ? (isSealed ? 503 : 200) : Number(code);
	if (!Number.isInteger(status) || status < 200 || status > 599) return { status: 400, body: { errors: [] } };
	const mode = isSealed ? "unknown" : "disabled";
	const body = {
		initialized: true,
		sealed: isSealed,
		standby: isSealed,
		replication_performance_mode: mode,
		replication_dr_mode: mode,
		server_time_utc: Math.floor(core.clock.now() / 1000),
		version: VERSION,
		...(isSealed ? {} : clusterFields(core)),
	};
	return { status, body };
}

/** The version whose API this server speaks, marked so that nobody takes it for the real one. */
const VERSION = "2.0.0-keyturn-dev";

/** https://developer.hashicorp.com/vault/api-docs/system/seal-status */
export function sealStatus(core: Core): unknown {
	return {
		type: "shamir",
		initialized: true,
		sealed: core.seal.isSealed,
		t: 1,
		n: 1,
		progress: 0,
		nonce: "",
		recovery_seal: false,
		version: VERSION,
		commit_date: "",
		migration: false,
		...(core.seal.isSealed ? {} : clusterFields(core)),
		storage_type: "inmem",
	};
}

function clusterFields({ cluster }: Core): { cluster_name: string; cluster_id: string } {
	return { cluster_name: cluster.name, cluster_id: cluster.id };
}
