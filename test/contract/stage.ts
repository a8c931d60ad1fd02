import { type ApiAnswer, callApi, type TlsTerms } from "./client.ts";
import type { Exchange } from "./exchange.ts";
import { Matcher } from "./matcher.ts";
import type { Target } from "./target.ts";

type Data = Record<string, unknown>;

const READER = `
path "secret/data/llm/*"         { capabilities = ["read"] }
path "secret/data/litellm/*"     { capabilities = ["create", "read", "update", "delete"] }
path "secret/metadata/litellm/*" { capabilities = ["read", "list", "delete"] }
path "kv1/*"                     { capabilities = ["read"] }
path "database/creds/*"          { capabilities = ["read"] }
path "database/static-creds/*"   { capabilities = ["read"] }
`;

/** A server with what was there when the exchanges were recorded, and whose token comes next. */
export class Stage {
	readonly target: Target;
	readonly matcher: Matcher;
	/** What the recording calls `agent`. */
	agentToken = "";
	/** What is to be closed when the file is over. */
	readonly afterwards = new AsyncDisposableStack();
	/** Certificates that clients show, by their common names. */
	readonly clients = new Map<string, Pick<TlsTerms, "cert" | "key">>();

	constructor(target: Target) {
		this.target = target;
		this.matcher = new Matcher(target.tolerance);
	}

	/** @param open absent where there is no such server: the tests are skipped then, and so is this */
	static async open(open: (() => Promise<Target>) | undefined): Promise<Stage> {
		if (open === undefined) throw new Error("no server to play against");
		const stage = new Stage(await open());
		await stage.prepare();
		return stage;
	}

	/** Takes back what would hinder the next file; a sealed server does not listen, and goes away. */
	async close(): Promise<void> {
		const { address, rootToken } = this.target;
		await callApi(address, {
			method: "DELETE",
			path: "/v1/sys/quotas/rate-limit/contract",
			token: rootToken,
			tls: this.tls(null),
		});
		await this.afterwards.disposeAsync();
		await this.target[Symbol.asyncDispose]();
	}

	/** The policy, the roles and the mounts that every file relies on; what is there already stays. */
	async prepare(): Promise<void> {
		await this.root("PUT sys/policies/acl/reader", { policy: READER });
		const mounts = (await this.root("GET sys/mounts")) as { data: Data };
		if (!("kv1/" in mounts.data))
			await this.root("POST sys/mounts/kv1", { type: "kv", options: { version: "1" } });
		const auth = (await this.root("GET sys/auth")) as { data: Data };
		if (!("approle/" in auth.data)) await this.root("POST sys/auth/approle", { type: "approle" });
		await this.role("gw", { token_ttl: "20m" });
		this.agentToken = await this.token({});
	}

	async role(name: string, settings: Data): Promise<string> {
		await this.root(`POST auth/approle/role/${name}`, { token_policies: "reader", ...settings });
		const { data } = (await this.root(`GET auth/approle/role/${name}/role-id`)) as {
			data: { role_id: string };
		};
		return data.role_id;
	}

	async secretId(role: string): Promise<string> {
		const body = await this.root(`POST auth/approle/role/${role}/secret-id`, {});
		return (body as { data: { secret_id: string } }).data.secret_id;
	}

	/** A token with the reader policy. */
	async token(terms: Data): Promise<string> {
		const body = await this.root("POST auth/token/create", { policies: ["reader"], ...terms });
		return (body as { auth: { client_token: string } }).auth.client_token;
	}

	/** A call with the root token that has to work: `GET sys/mounts`. */
	async root(
		request: string,
		body?: unknown,
		headers: Readonly<Record<string, string>> = {},
	): Promise<unknown> {
		const [method = "", path = ""] = request.split(" ");
		const { address, rootToken: token } = this.target;
		const call = { method, path: `/v1/${path}`, token, body, headers, tls: this.tls(null) };
		const answer = await callApi(address, call);
		if (answer.status >= 300)
			throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
		return answer.body;
	}

	/** Sends a recorded request as it was sent then. */
	async play({ request }: Exchange): Promise<ApiAnswer> {
		const tokens = { root: this.target.rootToken, agent: this.agentToken };
		return callApi(this.target.address, {
			method: request.method,
			path: request.path,
			token: request.token === null ? "" : tokens[request.token],
			headers: request.headers,
			body: this.matcher.fill(request.body),
			tls: this.tls(request.client_certificate),
		});
	}

	/** @param commonName of the client certificate to show, null for none; without TLS there is nothing to say */
	tls(commonName: string | null): TlsTerms | undefined {
		const { caCert } = this.target;
		return caCert === undefined ? undefined : { ca: caCert, ...this.clients.get(commonName ?? "") };
	}

	/** The recorded answer's status and headers, and every difference of the body; and the same of the actual one. */
	async compare(exchange: Exchange): Promise<{ actual: unknown; expected: unknown }> {
		const { status, headers, body } = exchange.response;
		const answer = await this.play(exchange);
		const sent = Object.fromEntries(Object.keys(headers).map((name) => [name, answer.headers.get(name)]));
		const differences = this.matcher.differences(body, answer.body);
		return {
			actual: { status: answer.status, headers: sent, differences },
			expected: { status, headers, differences: [] },
		};
	}
}
