/** What goes wrong with a request. */
export type Fault =
	/** Answers properly, but late. */
	| { readonly kind: "delay"; readonly ms: number }
	/** Answers with this status and nothing done; body default `{"errors": [<status>]}`. */
	| {
			readonly kind: "status";
			readonly status: number;
			readonly body?: unknown;
			readonly headers?: Readonly<Record<string, string>>;
	  }
	/** Destroys the connection; `afterwards` when the request has been carried out and only the answer is lost. */
	| { readonly kind: "cut"; readonly afterwards?: boolean }
	/** Takes the request and never answers. */
	| { readonly kind: "stall" }
	/** Carries the request out, announces the whole answer, sends the first half and cuts. */
	| { readonly kind: "half" }
	/** A page, as a proxy in between would send it; default status 200. */
	| { readonly kind: "html"; readonly status?: number }
	/** Says JSON and sends something else. */
	| { readonly kind: "garbage" };

export interface FaultRule {
	/** Path after `/v1/`, `*` at its end for a prefix, or an expression; default every path. */
	readonly path?: string | RegExp;
	readonly method?: string;
	/** Requests to let through before the first; default 0. */
	readonly after?: number;
	/** How often; default until removed. */
	readonly count?: number;
}

interface Active {
	readonly fault: Fault;
	readonly rule: FaultRule;
	seen: number;
}

/** Faults on demand. The oldest one that fits is the one that happens. */
export class FaultControl {
	#active: Active[] = [];

	/** @returns a function that takes the fault back */
	add(fault: Fault, rule: FaultRule = {}): () => void {
		const active = { fault, rule, seen: 0 };
		this.#active.push(active);
		return () => {
			this.#active = this.#active.filter((other) => other !== active);
		};
	}

	clear(): void {
		this.#active = [];
	}

	/** The fault for this request, counted as happened. */
	take(method: string, path: string): Fault | undefined {
		for (const active of this.#active.filter(({ rule }) => concerns(rule, method, path))) {
			active.seen++;
			const turn = active.seen - (active.rule.after ?? 0);
			if (turn > 0 && turn <= (active.rule.count ?? Number.POSITIVE_INFINITY)) return active.fault;
		}
		return undefined;
	}
}

function concerns(rule: FaultRule, method: string, path: string): boolean {
	if (rule.method !== undefined && rule.method !== method) return false;
	if (rule.path === undefined) return true;
	if (typeof rule.path !== "string") return rule.path.test(path);
	return rule.path.endsWith("*") ? path.startsWith(rule.path.slice(0, -1)) : path === rule.path;
}
