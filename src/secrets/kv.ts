import { asNumber, asObject, asText, type VaultReply } from "../vault/mod.ts";
import type { Finding, SecretView } from "./view.ts";

/**
 * What a reply to a read says about the path.
 *
 * A KV v2 reply is known by its shape, not by its path: `data.metadata.version` next to `data.data`
 * (developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-version).
 *
 * @param now the agent's own wall clock; the server's `Date` is preferred, since deletion times are the server's
 */
export function findingOf(path: string, reply: VaultReply, now: number): Finding {
	const data = reply.data ?? {};
	const metadata = asObject(data["metadata"]);
	const isKv2 = metadata !== undefined && "version" in metadata && "data" in data;
	if (!isKv2)
		return reply.status === 404 ? { kind: "absent", path, reason: "missing" } : present(path, reply);

	const version = asNumber(metadata["version"]);
	const createdTime = asText(metadata["created_time"]);
	const absent = { kind: "absent", path, version, createdTime } as const;
	if (metadata["destroyed"] === true) return { ...absent, reason: "destroyed" };
	const deletion = Date.parse(asText(metadata["deletion_time"]));
	const isDeleted = !Number.isNaN(deletion) && deletion <= (reply.serverTime ?? now);
	const fields = asObject(data["data"]);
	// A time in the future (delete_version_after) is an appointment, not a deletion.
	if (isDeleted || fields === undefined) return { ...absent, reason: "deleted" };
	return { kind: "present", view: { ...viewOf(path, reply), kind: "kv2", version, createdTime, fields } };
}

function present(path: string, reply: VaultReply): Finding {
	return { kind: "present", view: viewOf(path, reply) };
}

function viewOf(path: string, reply: VaultReply): SecretView {
	const data = reply.data ?? {};
	return {
		path,
		kind: "plain",
		fields: data,
		data,
		...(reply.auth && { auth: reply.auth }),
		leaseId: reply.leaseId,
		leaseDuration: reply.leaseDuration,
		renewable: reply.renewable,
		requestId: reply.requestId,
		...(reply.serverTime !== undefined && { serverTime: reply.serverTime }),
	};
}
