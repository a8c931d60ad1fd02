import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One request to a real OpenBao server and what it answered. */
export interface Exchange {
	readonly note: string;
	readonly request: {
		readonly method: string;
		readonly path: string;
		/** `root`, `agent` (any other token that was sent) or none. */
		readonly token: "root" | "agent" | null;
		/** Common name of the certificate that was shown, null for none. */
		readonly client_certificate: string | null;
		readonly headers: Readonly<Record<string, string>>;
		/** A text is sent as it is. */
		readonly body: unknown;
	};
	readonly response: {
		readonly status: number;
		readonly headers: Readonly<Record<string, string>>;
		/** null for an empty body. */
		readonly body: unknown;
	};
}

/** The exchanges of one recorded file, in order: each builds on those before it. */
export function readExchanges(name: string): Exchange[] {
	const text = readFileSync(join(import.meta.dirname, "exchanges", `${name}.json`), "utf8");
	return (JSON.parse(text) as { exchanges: Exchange[] }).exchanges;
}
