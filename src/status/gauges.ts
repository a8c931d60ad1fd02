import { SECRET_STATES, type SecretReport, STATE_WORDS, type StatusReport, UNIT_STATES } from "./report.ts";

/** What the process has taken from the system. */
export interface ProcessUsage {
	readonly residentBytes: number;
	/** User and system time together. */
	readonly cpuSeconds: number;
	/** Seconds since the epoch. */
	readonly startedAt: number;
}

/** A metric that is looked up when somebody asks. */
export interface Gauge {
	readonly help: string;
	/** It only ever grows, while the agent runs. */
	readonly isCounter?: true;
	readonly labels: readonly string[];
	readonly values: (report: StatusReport, usage: ProcessUsage) => readonly Sample[];
}

/** One value, and one text for each label of its metric, in order. */
type Sample = readonly [value: number, ...labels: string[]];

/** By name. A metric without values now is left out of the answer. */
export const GAUGES: Readonly<Record<string, Gauge>> = {
	keyturn_build_info: {
		help: "Always 1; the label is the version of the agent.",
		labels: ["version"],
		values: ({ version }) => [[1, version]],
	},
	keyturn_state: {
		help: "The word that describes the agent now is 1, the others are 0.",
		labels: ["state"],
		values: ({ state }) => STATE_WORDS.map((word) => [Number(word === state), word]),
	},
	keyturn_ready: {
		help: "Whether the agent is ready, as GET /readyz says.",
		labels: [],
		values: ({ ready }) => [[Number(ready)]],
	},
	keyturn_generation: {
		help: "Number of the newest generation; 0 before the first delivery.",
		labels: [],
		values: ({ generation }) => [[generation.number]],
	},
	keyturn_generation_rejected: {
		help: "Whether the child could not live with the newest generation, so that the one before it serves.",
		labels: [],
		values: ({ generation }) => [[Number(generation.rejected === true)]],
	},
	keyturn_generation_age_seconds: {
		help: "Since the newest generation was delivered.",
		labels: [],
		values: ({ generation }) => known(generation.age_seconds),
	},
	keyturn_token_valid: {
		help: "Whether the agent holds a token that has not ended.",
		labels: [],
		values: ({ token }) => [[Number(token.valid)]],
	},
	keyturn_token_ttl_seconds: {
		help: "Until the token ends; left out for one that does not.",
		labels: [],
		values: ({ token }) => known(token.ttl_seconds),
	},
	keyturn_secrets: {
		help: "Secrets by state.",
		labels: ["state"],
		values: ({ secrets }) =>
			SECRET_STATES.map((word) => [secrets.filter(({ state }) => state === word).length, word]),
	},
	keyturn_secret_version: {
		help: "Version held, by path, the newest of several; KV v2 only.",
		labels: ["path"],
		values: ({ secrets }) => newest(secrets).flatMap(({ path, version }) => known(version, path)),
	},
	keyturn_secret_age_seconds: {
		help: "Since the newest version that is held was written, or the oldest credential was made; left out where Vault does not say.",
		labels: ["path"],
		values: ({ secrets }) => newest(secrets).flatMap(({ path, age_seconds }) => known(age_seconds, path)),
	},
	keyturn_files: {
		help: "Files by state.",
		labels: ["state"],
		values: ({ files }) => byState(files),
	},
	keyturn_variables: {
		help: "Variables of the child by state.",
		labels: ["state"],
		values: ({ variables }) => byState(variables),
	},
	keyturn_notifications_outstanding: {
		help: "Commands, calls, signals and restarts that have not happened yet.",
		labels: [],
		values: ({ notifications }) => [[notifications.outstanding]],
	},
	keyturn_child_up: {
		help: "Whether the child runs; left out where there is none.",
		labels: [],
		values: ({ child }) => (child === undefined ? [] : [[Number(child.state === "up")]]),
	},
	keyturn_child_draining: {
		help: "In rolling: replaced children that still end what they had begun.",
		labels: [],
		values: ({ child }) => (child?.front === undefined ? [] : [[child.draining?.length ?? 0]]),
	},
	keyturn_child_draining_open: {
		help: "What is open with those: connections or, where HTTP is understood, answers under way.",
		labels: [],
		values: ({ child }) => {
			const { front, draining = [] } = child ?? {};
			return front === undefined ? [] : [[draining.reduce((sum, { open }) => sum + open, 0)]];
		},
	},
	keyturn_front_connections: {
		help: "In rolling: clients that are connected to the public address.",
		labels: [],
		values: ({ child }) => known(child?.front?.connections),
	},
	keyturn_front_waiting: {
		help: "Of those, the ones for whom there is no child now.",
		labels: [],
		values: ({ child }) => known(child?.front?.waiting),
	},
	keyturn_front_accepted_total: {
		help: "In rolling: clients that ever connected to the public address.",
		isCounter: true,
		labels: [],
		values: ({ child }) => known(child?.front?.accepted),
	},
	keyturn_front_failed_total: {
		help: "Of those, the ones that no child took.",
		isCounter: true,
		labels: [],
		values: ({ child }) => known(child?.front?.failed),
	},
	process_resident_memory_bytes: {
		help: "Resident memory of the agent, without its child.",
		labels: [],
		values: (_report, { residentBytes }) => [[residentBytes]],
	},
	process_start_time_seconds: {
		help: "When the agent was started, since the epoch.",
		labels: [],
		values: (_report, { startedAt }) => [[startedAt]],
	},
};

/**
 * One secret for each path: an old version that is held beside the current one does not make that old; of several
 * credentials the oldest counts.
 */
function newest(secrets: readonly SecretReport[]): readonly SecretReport[] {
	const byPath = new Map<string, SecretReport>();
	for (const secret of secrets) {
		const other = byPath.get(secret.path);
		if (other === undefined || precedence(secret, other) > 0) byPath.set(secret.path, secret);
	}
	return [...byPath.values()];
}

function precedence(one: SecretReport, other: SecretReport): number {
	return (one.version ?? 0) - (other.version ?? 0) || (one.age_seconds ?? 0) - (other.age_seconds ?? 0);
}

function known(value: number | undefined, ...labels: string[]): readonly Sample[] {
	return value === undefined ? [] : [[value, ...labels]];
}

function byState(units: readonly { readonly state: string }[]): readonly Sample[] {
	return UNIT_STATES.map((word) => [units.filter(({ state }) => state === word).length, word]);
}
