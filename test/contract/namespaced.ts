import { callApi } from "./client.ts";
import { Stage } from "./stage.ts";
import type { Target } from "./target.ts";

const ALL = 'capabilities = ["create", "read", "update"]';

export interface Created {
	readonly auth: { readonly client_token: string; readonly accessor: string; readonly entity_id: string };
	readonly data: { readonly id: string };
}

interface CallTerms {
	/** Default the root token. */
	readonly token?: string;
	readonly body?: object;
}

/** A server with the namespaces `c`, `c/deep` and `d`; the first two have `secret/` and in it `x`, which says where it is. */
export class Namespaced {
	readonly stage: Stage;

	constructor(stage: Stage) {
		this.stage = stage;
	}

	static async open(open: (() => Promise<Target>) | undefined): Promise<Namespaced> {
		const opened = new Namespaced(await Stage.open(open));
		await opened.call("POST sys/namespaces/c", "");
		await opened.call("POST sys/namespaces/d", "");
		await opened.call("POST sys/namespaces/deep", "c");
		for (const namespace of ["c", "c/deep"]) {
			await opened.call("POST sys/mounts/secret", namespace, { body: { type: "kv-v2" } });
			await opened.call("POST secret/data/x", namespace, { body: { data: { from: namespace } } });
		}
		const policies = [
			["", "down", `path "c/secret/data/*" { ${ALL} }`],
			["c", "own", `path "secret/data/*" { ${ALL} }`],
			["c", "below", `path "deep/secret/data/*" { ${ALL} }`],
		] as const;
		for (const [namespace, name, policy] of policies)
			await opened.call(`PUT sys/policies/acl/${name}`, namespace, { body: { policy } });
		return opened;
	}

	/** `GET secret/data/x` in `c`, or `c/deep`. */
	call(request: string, namespace: string, { token, body = {} }: CallTerms = {}) {
		const [method = "", path = ""] = request.split(" ");
		const { address, rootToken } = this.stage.target;
		const headers = namespace === "" ? {} : { "X-Vault-Namespace": namespace };
		const sent = method === "POST" || method === "PUT" ? body : undefined;
		return callApi(address, { method, path: `/v1/${path}`, token: token ?? rootToken, headers, body: sent });
	}

	/** A token made in the namespace by root. */
	async token(namespace: string, body: object): Promise<Created["auth"]> {
		return ((await this.call("POST auth/token/create", namespace, { body })).body as Created).auth;
	}
}
