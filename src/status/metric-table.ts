// Every metric that the agent counts while it works. Those that are looked up when somebody asks are in gauges.ts.

/** What may be counted, with the names of the labels. */
export const COUNTERS = {
	keyturn_vault_requests_total: {
		help: "Requests to Vault by what they were for and by HTTP status; status none when no answer came.",
		labels: ["operation", "status"],
	},
	keyturn_secret_changes_total: {
		help: "Changes seen, by path; the first read of a path is none.",
		labels: ["path"],
	},
	keyturn_renders_total: {
		help: "Renderings by file or variable and by result: done or failed.",
		labels: ["unit", "result"],
	},
	keyturn_deliveries_total: {
		help: "Generations written to disk, by result: done or failed.",
		labels: ["result"],
	},
	keyturn_notifications_total: {
		help: "Tries to tell somebody of a change, by kind (restart, rolling, signal, command, http) and by result: done or failed. That of a restart or a hand-over is known when its child stands or is rejected.",
		labels: ["kind", "result"],
	},
	keyturn_child_starts_total: { help: "Starts of the child.", labels: [] },
	keyturn_child_exits_total: {
		help: "Ends of the child by exit code (128+n after signal n), and whether the agent had asked for it.",
		labels: ["code", "expected"],
	},
	keyturn_child_put_backs_total: {
		help: "Generations that the child could not live with, so that it was put back to the one before.",
		labels: [],
	},
	keyturn_turn_overs_total: {
		help: "Replacements of the child for new values, by way (restart, rolling) and by result: done, or rejected when the child could not live with them.",
		labels: ["way", "result"],
	},
	keyturn_connections_cut_total: {
		help: "Connections that a replaced child still had when exec.drain_timeout was over.",
		labels: [],
	},
	keyturn_reloads_total: {
		help: "Config read anew, by result: done or failed.",
		labels: ["result"],
	},
} as const;

/** What may be timed. */
export const HISTOGRAMS = {
	keyturn_rotation_delivery_seconds: {
		help: "From the writing of a new version in Vault, by Vault's clock, until its files and variables stood.",
	},
	keyturn_hand_over_seconds: {
		help: "In rolling: from the start of a new child until it took over from the one before it.",
	},
	keyturn_drain_seconds: {
		help: "In rolling: from then until the one before it was told to stop.",
	},
} as const;

/** Upper bounds in seconds: around the poll interval it is fine-grained, a day is the end. */
export const BUCKETS: readonly number[] = [0.5, 1, 2.5, 5, 10, 15, 20, 30, 60, 120, 300, 900, 3600, 86_400];

export type CounterName = keyof typeof COUNTERS;
export type HistogramName = keyof typeof HISTOGRAMS;

/** One text for each label of a counter. */
export type LabelsOf<N extends CounterName> = Readonly<
	Record<(typeof COUNTERS)[N]["labels"][number], string>
>;
