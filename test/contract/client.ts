export interface ApiCall {
	readonly method: string;
	/** With `/v1` and query. */
	readonly path: string;
	/** Empty for none. */
	readonly token: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** A text is sent as it is; anything else as JSON. */
	readonly body?: unknown;
}

export interface ApiAnswer {
	readonly status: number;
	readonly headers: Headers;
	/** null for an empty body. */
	readonly body: unknown;
}

/** One HTTP call, without any cleverness. */
export async function callApi(address: string, call: ApiCall): Promise<ApiAnswer> {
	const body = call.body === undefined || call.body === null ? null : asText(call.body);
	const reply = await fetch(address + call.path, {
		method: call.method,
		headers: {
			"X-Vault-Request": "true",
			...(call.token === "" ? {} : { "X-Vault-Token": call.token }),
			...(body === null ? {} : { "Content-Type": "application/json" }),
			...call.headers,
		},
		body,
	});
	const text = await reply.text();
	return { status: reply.status, headers: reply.headers, body: text === "" ? null : JSON.parse(text) };
}

function asText(body: unknown): string {
	return typeof body === "string" ? body : JSON.stringify(body);
}
