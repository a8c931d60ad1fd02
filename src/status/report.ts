// What `GET /v1/status` says, as JSON. Names are snake_case as in everything that programs read, spans are seconds, and
// what is not known is left out. No value of a secret has a place in it.

/**
 * - `starting`: the first generation is not complete yet.
 * - `ready`: everything stands and is up to date.
 * - `stale`: everything stands, but Vault cannot be asked whether it is up to date.
 * - `degraded`: something is missing, kept from before, or could not be passed on; the report names it.
 * - `stopping`: the agent ends.
 */
export type StateWord = (typeof STATE_WORDS)[number];

export const STATE_WORDS = ["starting", "ready", "stale", "degraded", "stopping"] as const;

/** A fault by its stable name and its sentence. */
export interface FaultReport {
	readonly code: string;
	readonly message: string;
}

/** The report of a running agent. */
export interface StatusReport {
	readonly version: string;
	readonly state: StateWord;
	/** What `GET /readyz` answers: the token is valid, what is required is rendered and delivered, the child is up. */
	readonly ready: boolean;
	/** What readiness lacks. */
	readonly missing: readonly MissingReport[];
	readonly generation: {
		/** 0 before the first delivery. */
		readonly number: number;
		readonly age_seconds?: number;
		/** The child could not live with it: the one before it serves. */
		readonly rejected?: true;
	};
	readonly token: TokenReport;
	readonly secrets: readonly SecretReport[];
	readonly files: readonly FileReport[];
	readonly variables: readonly VariableReport[];
	readonly child?: ChildReport;
	readonly notifications: {
		/** Commands, calls, signals and restarts that have not happened yet. */
		readonly outstanding: number;
		readonly last_error?: FaultReport;
	};
	/** Why the newest generation could not be written; absent when it stands. */
	readonly delivery_error?: FaultReport;
	readonly last_reload?: ReloadReport;
}

/** One thing that readiness lacks: by kind and name, for its reader may be anybody who can reach the address. */
export interface MissingReport {
	readonly what: "token" | "file" | "variable" | "delivery" | "child";
	readonly name?: string;
	/** Code of the fault behind it, where there is one. */
	readonly code?: string;
}

export interface TokenReport {
	readonly valid: boolean;
	readonly method: string;
	readonly accessor?: string;
	/** Absent for a token that does not end. */
	readonly ttl_seconds?: number;
	/** Since the login or the last renewal. */
	readonly renewed_seconds_ago?: number;
	/** Files that get the token; absent without any. */
	readonly sinks?: readonly SinkReport[];
}

export interface SinkReport {
	readonly path: string;
	/** Why it does not hold the token; absent when it does. */
	readonly last_error?: FaultReport;
}

/**
 * - `fresh`: the last read brought it. `held`: its lease is good. `pinned`: this version is never read again.
 * - `failing`: the last read or renewal failed; what was read before stays.
 * - `absent`: Vault has no such secret, or it was deleted.
 * - `pending`: not read yet.
 */
export type SecretState = (typeof SECRET_STATES)[number];

export const SECRET_STATES = ["fresh", "held", "pinned", "failing", "absent", "pending"] as const;

export interface SecretReport {
	readonly path: string;
	/** `kv2`, `plain`, `list` or `lease`; absent before the first read. */
	readonly kind?: string;
	readonly version?: number;
	/** Since this version was written, or this credential was made; absent where Vault does not say. */
	readonly age_seconds?: number;
	/** Until the next read or renewal. */
	readonly next_seconds?: number;
	readonly lease_seconds?: number;
	readonly state: SecretState;
	readonly last_error?: FaultReport;
}

/**
 * - `current`: it stands as the newest secrets say. `kept`: it could not be rendered; the last good version stands.
 * - `pending`: the child that is to get the newest value does not serve yet; the one that does has the value before.
 * - `removed`: its secret was deleted and the file with it. `rejected`: the child could not live with the newest
 *   version; the one before stands. `missing`: it has never stood.
 */
export type UnitStateWord = (typeof UNIT_STATES)[number];

export const UNIT_STATES = ["current", "pending", "kept", "removed", "rejected", "missing"] as const;

interface UnitReport {
	readonly state: UnitStateWord;
	readonly required: boolean;
	readonly last_error?: FaultReport;
	/** What is no error of its template, and most likely not what was meant. */
	readonly notes?: readonly string[];
}

export interface FileReport extends UnitReport {
	readonly destination: string;
	/** Octal, such as `0600`. */
	readonly mode: string;
}

export interface VariableReport extends UnitReport {
	readonly name: string;
}

export interface ChildReport {
	/** Its program without arguments: those may hold anything. */
	readonly command: string;
	/** `starting`: it runs, perhaps, and is not ready yet. `crash-loop`: it has failed several times in a row. */
	readonly state: "waiting" | "starting" | "up" | "stopping" | "backing-off" | "crash-loop" | "exited";
	readonly pid?: number;
	/** Where it listens, in rolling. */
	readonly port?: number;
	readonly up_seconds?: number;
	/** Code of a child that has ended for good. */
	readonly exit_code?: number;
	/** Number of the generation that it runs with. */
	readonly generation?: number;
	/** How often it was replaced for new values. */
	readonly turn_overs: number;
	/** How often it was started again for another reason. */
	readonly restarts: number;
	/** In rolling: the child that is to take over as soon as it is ready. */
	readonly next?: NextReport;
	/** The generation that no child has lived with so far. */
	readonly rejected?: RejectedReport;
	/** In rolling: children that have handed over, and end what they had begun. */
	readonly draining?: readonly DrainingReport[];
	/** In rolling: who owns the public address. */
	readonly front?: FrontReport;
}

export interface NextReport {
	readonly pid: number;
	readonly generation: number;
	/** Since it was started. */
	readonly starting_seconds?: number;
	/** 2 and more: others were started for the same generation before. */
	readonly attempt?: number;
	/** Why the one before it was of no use. */
	readonly last_failure?: string;
}

export interface RejectedReport {
	readonly generation: number;
	/** How many children were started for it. */
	readonly attempts?: number;
	readonly last_failure?: string;
}

export interface DrainingReport {
	readonly pid: number;
	readonly generation: number;
	readonly draining_seconds: number;
	/** Connections or, where HTTP is understood, answers under way. */
	readonly open: number;
}

export interface FrontReport {
	readonly address: string;
	/** False before the first child is ready. */
	readonly open: boolean;
	/** Clients that are connected. */
	readonly connections: number;
	/** Of those, the ones for whom there is no child now. */
	readonly waiting: number;
	/** Clients that ever connected. */
	readonly accepted: number;
	/** Of those, the ones that no child took. */
	readonly failed: number;
	/** Connections that a replaced child still had when its time was over. */
	readonly cut: number;
	/** Clients have been turned away within the last quarter of a minute. */
	readonly turning_away?: true;
}

/** The config as it was last read anew. */
export interface ReloadReport {
	readonly result: "done" | "failed";
	readonly seconds_ago: number;
	readonly error?: FaultReport;
}
