import { appendFileSync } from "node:fs";

/** A line of the agent's JSON log. */
export interface LogLine {
	/** Milliseconds since the epoch, by the agent's clock. */
	readonly at: number;
	readonly event: string;
	readonly msg: string;
	readonly [field: string]: unknown;
}

/** Requests that the agent made to Vault. */
export interface RequestCounts {
	readonly total: number;
	readonly logins: number;
	readonly reads: number;
}

/** What the agent and its child print: kept in a file, and the agent's own lines also here. */
export class AgentLog {
	readonly file: string;
	/** Called with every line of the agent's from now on. */
	onEvent: (line: LogLine) => void = () => {};
	readonly #events: LogLine[] = [];
	/** Complaints that are no log lines: the agent's last word, or the child's. */
	readonly #complaints: string[] = [];

	constructor(file: string) {
		this.file = file;
	}

	add(text: string, from: "stdout" | "stderr"): void {
		appendFileSync(this.file, `${text}\n`, { mode: 0o600 });
		const line = parse(text);
		if (line !== undefined) {
			this.#events.push(line);
			this.onEvent(line);
		} else if (from === "stderr") this.#complaints.push(text.trim());
	}

	/** The first such line, if there was one. */
	find(event: string, fits: (line: LogLine) => boolean = () => true): LogLine | undefined {
		return this.#events.find((line) => line.event === event && fits(line));
	}

	/** Why it went wrong, as far as the agent or its child has said it; with a colon before it, or empty. */
	get reason(): string {
		const logged = this.#events.findLast((line) => line["level"] === "error")?.msg;
		const ended = this.#complaints.findLast((line) => line.startsWith("error: "));
		const reason = ended ?? logged ?? this.#complaints.at(-1);
		return reason === undefined ? "" : `: ${reason}`;
	}

	requests(): RequestCounts {
		const requests = this.#events.filter(({ event }) => event === "request");
		const count = (fits: (path: string, method: string) => boolean) =>
			requests.filter((line) => fits(String(line["path"]), String(line["method"]))).length;
		return {
			total: requests.length,
			logins: count((path) => /^auth\/.*\/login$/.test(path)),
			reads: count((path, method) => method === "GET" && path.startsWith("secret/")),
		};
	}
}

function parse(text: string): LogLine | undefined {
	try {
		const { time, ...fields } = JSON.parse(text) as { time: string; event: string; msg: string };
		return { ...fields, at: Date.parse(time) };
	} catch {
		return undefined; // the child's own words, or an error that the agent ended with
	}
}
