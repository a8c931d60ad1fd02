/** Where a real server that is not the recorded one may differ. */
export interface Tolerance {
	/** Keys that the other product does not send. */
	readonly mayMiss: ReadonlySet<string>;
	/** Texts that the other product words in its own way, as recorded. */
	readonly ownWords: readonly RegExp[];
	/** Seconds by which a TTL may be off: real time passes between two requests. */
	readonly seconds: number;
}

const PLACEHOLDER = /^<[a-z-]+-\d+>$/;
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What is made up anew each time: the end of a lease's id, a database user's name, a password. */
const LEASE_END = /(?<=^[a-z]+\/.*\/)[A-Za-z0-9]{24}$/;
const USERNAME_END = /(?<=^v-.*-)[A-Za-z0-9]{20}-\d{10}$/;
const PASSWORD = /^[A-Za-z0-9-]{20}$/;

/** What a certificate is made of; its own text is checked where certificates are made. */
const PEM = /^<pem:(?<what>[a-z_]+)>$/;
const HEX_PAIRS = /^([0-9a-f]{2}:)+[0-9a-f]{2}$/;
const SERIAL = /^(([0-9a-f]{2}:)+[0-9a-f]{2}|\d{30,})$/;

/** Facts about the server or the moment, not about the protocol. */
const VARIES = new Set([
	"cluster_id",
	"cluster_name",
	"commit_date",
	"creation_time",
	"expiration",
	"not_before",
	"running_plugin_version",
	"server_time_utc",
	"version",
]);
const SECONDS = new Set(["lease_duration", "ttl"]);

/** Compares answers with recorded ones; what a placeholder stands for is learned and held to. */
export class Matcher {
	readonly #tolerance: Tolerance;
	readonly #bound = new Map<string, string>();

	constructor(tolerance: Tolerance) {
		this.#tolerance = tolerance;
	}

	bind(placeholder: string, value: string): void {
		this.#bound.set(placeholder, value);
	}

	/** What a placeholder stands for. */
	bound(placeholder: string): string {
		const value = this.#bound.get(placeholder);
		if (value === undefined) throw new Error(`nothing is known yet about ${placeholder}`);
		return value;
	}

	/** The recorded value with every placeholder in it replaced. */
	fill(recorded: unknown): unknown {
		if (typeof recorded === "string") {
			return PLACEHOLDER.test(recorded) || LEASE_END.test(recorded) ? this.bound(recorded) : recorded;
		}
		if (Array.isArray(recorded)) return recorded.map((item) => this.fill(item));
		if (!isObject(recorded)) return recorded;
		return Object.fromEntries(Object.entries(recorded).map(([key, value]) => [key, this.fill(value)]));
	}

	/** Every difference, with its place; empty when the answer is as recorded. */
	differences(recorded: unknown, actual: unknown, at = "body"): string[] {
		if (Array.isArray(recorded)) return this.#listDifferences(recorded, actual, at);
		if (isObject(recorded)) return this.#objectDifferences(recorded, actual, at);
		const isSame = typeof recorded === "string" ? this.#isSameText(recorded, actual) : recorded === actual;
		return isSame ? [] : [`${at}: expected ${JSON.stringify(recorded)}, got ${JSON.stringify(actual)}`];
	}

	#listDifferences(recorded: readonly unknown[], actual: unknown, at: string): string[] {
		if (!Array.isArray(actual) || actual.length !== recorded.length) {
			return [`${at}: expected ${JSON.stringify(recorded)}, got ${JSON.stringify(actual)}`];
		}
		return recorded.flatMap((item, index) => this.differences(item, actual[index], `${at}[${index}]`));
	}

	#objectDifferences(recorded: Record<string, unknown>, actual: unknown, at: string): string[] {
		if (!isObject(actual)) return [`${at}: expected an object, got ${JSON.stringify(actual)}`];
		const keys = new Set([...Object.keys(recorded), ...Object.keys(actual)]);
		return [...keys].flatMap((key) => {
			const place = `${at}.${key}`;
			if (!(key in actual)) return this.#tolerance.mayMiss.has(key) ? [] : [`${place}: missing`];
			if (!(key in recorded)) return [`${place}: not in the recording, got ${JSON.stringify(actual[key])}`];
			return this.#fieldDifferences(key, [recorded[key], actual[key]], place);
		});
	}

	#fieldDifferences(key: string, [recorded, actual]: [unknown, unknown], place: string): string[] {
		if (VARIES.has(key) && typeof recorded === typeof actual && !isTimestamp(recorded)) {
			// a KV version is a number that must be right; a server version is a text
			if (key !== "version" || typeof recorded === "string") return [];
		}
		if (SECONDS.has(key) && typeof recorded === "number" && typeof actual === "number") {
			if (Math.abs(recorded - actual) <= this.#tolerance.seconds) return [];
		}
		if (key === "password" && isPassword(recorded) && isPassword(actual)) return [];
		return this.differences(recorded, actual, place);
	}

	#isSameText(recorded: string, actual: unknown): boolean {
		if (typeof actual !== "string") return false;
		if (PLACEHOLDER.test(recorded)) return this.#isSameAsBefore(recorded, actual);
		if (isTimestamp(recorded)) return isTimestamp(actual) && this.#isSameAsBefore(recorded, actual);
		if (UUID.test(recorded)) return UUID.test(actual);
		const pem = PEM.exec(recorded)?.groups?.["what"];
		if (pem !== undefined) return isPem(pem, actual);
		if (SERIAL.test(recorded))
			return SERIAL.test(actual) && HEX_PAIRS.test(recorded) === HEX_PAIRS.test(actual);
		const end = [LEASE_END, USERNAME_END].find((pattern) => pattern.test(recorded));
		if (end) return isAlikeBefore(end, recorded, actual) && this.#isSameAsBefore(recorded, actual);
		return recorded === actual || this.#isTolerated(recorded, actual);
	}

	#isTolerated(recorded: string, actual: string): boolean {
		const inSpan = (text: string) => text.replaceAll(/"(\d+h)?(\d+m)?(\d+s)?"/g, '"<span>"');
		if (this.#tolerance.seconds > 0 && inSpan(recorded) === inSpan(actual)) return true;
		return this.#tolerance.ownWords.some((words) => words.test(recorded));
	}

	/** One recorded value stands for one actual value, and two ids never for the same. */
	#isSameAsBefore(recorded: string, actual: string): boolean {
		const before = this.#bound.get(recorded);
		if (before !== undefined) return before === actual;
		const isId = PLACEHOLDER.test(recorded);
		const isTaken =
			isId && [...this.#bound].some(([key, value]) => PLACEHOLDER.test(key) && value === actual);
		if (actual === "" || isTaken) return false;
		this.#bound.set(recorded, actual);
		return true;
	}
}

function isTimestamp(value: unknown): boolean {
	return typeof value === "string" && RFC3339.test(value);
}

function isAlikeBefore(end: RegExp, recorded: string, actual: string): boolean {
	return end.test(actual) && recorded.replace(end, "") === actual.replace(end, "");
}

function isPassword(value: unknown): boolean {
	return typeof value === "string" && PASSWORD.test(value);
}

function isPem(what: string, text: string): boolean {
	const label = what === "private_key" ? "(RSA |EC )?PRIVATE KEY" : "CERTIFICATE";
	return new RegExp(`^-----BEGIN ${label}-----\\n[A-Za-z0-9+/=\\n]+\\n-----END ${label}-----$`).test(text);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
