/** What is remembered of a request: enough to count and compare, nothing that is secret. */
export interface RequestEntry {
	readonly method: string;
	/** Path with the query parameters that steer a read; anything that looks like a token is masked. */
	readonly path: string;
	/** What the client got; 0 when it got no answer. */
	readonly status: number;
	/** Milliseconds since the epoch, by the server's clock. */
	readonly at: number;
	/** X-Vault-Namespace; empty when not sent. */
	readonly namespace: string;
	/** Of the client's token; empty without one, or with one that is not alive. */
	readonly accessor: string;
}

export interface RequestFilter {
	readonly method?: string;
	readonly path?: string | RegExp;
	readonly status?: number;
}

/** Entries kept; older ones go, the total stays. */
const KEPT = 10_000;
const STEERING = ["version", "list", "depth", "after", "limit", "standbyok"];
const TOKEN_LIKE = /(?<![\w.])(?:hv[sbr]|[sbr])\.[\w.-]{16,}/g;

/** The requests that the server has seen, newest last. */
export class RequestLog {
	#entries: RequestEntry[] = [];
	#total = 0;

	/** Requests since the start or the last reset. */
	get total(): number {
		return this.#total;
	}

	get entries(): readonly RequestEntry[] {
		return this.#entries;
	}

	/** How many of the kept entries fit; a text path must be equal. */
	count(filter: RequestFilter = {}): number {
		return this.#entries.filter((entry) => fits(entry, filter)).length;
	}

	add(entry: RequestEntry): void {
		this.#total++;
		this.#entries.push(entry);
		if (this.#entries.length > KEPT) this.#entries.shift();
	}

	reset(): void {
		this.#entries = [];
		this.#total = 0;
	}
}

/** A path as it may be remembered. */
export function safePath(path: string, query: URLSearchParams): string {
	const steering = [...query].filter(([name]) => STEERING.includes(name));
	const text = steering.length === 0 ? path : `${path}?${new URLSearchParams(steering).toString()}`;
	return text.replaceAll(TOKEN_LIKE, "[token]");
}

function fits(entry: RequestEntry, { method, path, status }: RequestFilter): boolean {
	const isPath =
		path === undefined || (typeof path === "string" ? path === entry.path : path.test(entry.path));
	return isPath && (method ?? entry.method) === entry.method && (status ?? entry.status) === entry.status;
}
