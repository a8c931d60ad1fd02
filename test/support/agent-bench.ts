import { onTestFinished } from "vitest";
import {
	Agent,
	type ChangeAction,
	type ChildPort,
	type ChildTerms,
	type FileUnit,
	type Plan,
	type Unit,
	logLeases,
} from "../../src/agent/mod.ts";
import type { ChildEvent, ChildState } from "../../src/child/mod.ts";
import { AgentError } from "../../src/kernel/mod.ts";
import { Delivery } from "../../src/render/mod.ts";
import { type Finding, SecretStore } from "../../src/secrets/mod.ts";
import { createTally } from "../../src/status/mod.ts";
import { parseTemplate, referenceTemplate } from "../../src/template/mod.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeRolling } from "./fake-rolling.ts";
import { FakeLeases } from "./fake-leases.ts";
import { MemoryFs } from "./memory-fs.ts";
import { RecordingLog } from "./recording-log.ts";
import type { vaultBench } from "./secrets-bench.ts";
import { seededRandom } from "./seeded-random.ts";

type Values = Parameters<ChildPort["supervisor"]["start"]>[0];
type Outcome = Awaited<ReturnType<ChildPort["supervisor"]["replace"]>>;

/** Secrets by path, as the test writes them; a path with an error fails. */
class FakeSecrets {
	readonly reads: string[] = [];
	readonly #secrets = new Map<string, { version: number; fields: Record<string, string> | undefined }>();
	readonly #errors = new Map<string, AgentError>();

	/** Writes a new version. */
	put(path: string, fields: Record<string, string>): void {
		this.#secrets.set(path, { version: (this.#secrets.get(path)?.version ?? 0) + 1, fields });
	}

	/** Deletes the newest version. */
	delete(path: string): void {
		const version = this.#secrets.get(path)?.version ?? 0;
		this.#secrets.set(path, { version, fields: undefined });
	}

	/** Reads of this path (`*`: of every path) fail from now on. */
	fail(path: string, error: AgentError): void {
		this.#errors.set(path, error);
	}

	heal(): void {
		this.#errors.clear();
	}

	read(path: string): Finding {
		this.reads.push(path);
		const error = this.#errors.get(path) ?? this.#errors.get("*");
		if (error !== undefined) throw error;
		const secret = this.#secrets.get(path);
		if (secret === undefined) return { kind: "absent", path, reason: "missing" };
		const { version, fields } = secret;
		if (fields === undefined) return { kind: "absent", path, reason: "deleted", version };
		const base = { leaseId: "", leaseDuration: 0, renewable: false, requestId: "r-1" };
		return { kind: "present", view: { path, kind: "kv2", version, fields, data: fields, ...base } };
	}
}

/** The child as the agent sees it: what it was started with, and what it was told. */
class FakeSupervisor {
	/** Variables and files of each start, in order. */
	readonly starts: { readonly env: Readonly<Record<string, string>>; readonly files: object }[] = [];
	readonly signals: NodeJS.Signals[] = [];
	/** What the next replacements come to. */
	outcome: Outcome = "turned-over";
	/** Awaited before it is known what a replacement has come to. */
	grace: () => Promise<void> = () => Promise.resolve();
	takesSignals = true;
	readonly #files: () => object;
	readonly #listeners: ((event: ChildEvent) => void)[] = [];
	#values: Values | undefined;
	#newest: Values | undefined;

	constructor(files: () => object) {
		this.#files = files;
	}

	async start(values: Values): Promise<void> {
		this.#values = values;
		await this.#run(values);
	}

	readonly subscribe = (listener: (event: ChildEvent) => void): void => {
		this.#listeners.push(listener);
	};

	async replace(values: Values): Promise<Outcome> {
		this.#newest = values;
		const before = this.#values;
		await this.#run(values);
		await this.grace();
		if (this.outcome === "put-back" && before !== undefined) await this.#run(before);
		else this.#values = values;
		return this.outcome;
	}

	/** The child that was put back has died as well: the newest values are tried again, and how that goes is told. */
	async tryAgain(): Promise<void> {
		const values = this.#newest;
		if (values === undefined) return;
		await this.#run(values);
		this.#values = values;
		for (const listener of this.#listeners)
			listener({ kind: "stands", pid: 7, generation: values.generation });
	}

	/** The child has died, and is started again with what it had. */
	async revive(): Promise<void> {
		if (this.#values !== undefined) await this.#run(this.#values);
	}

	/** What is asked for when a child serves beside the one that is started. */
	state: ChildState = { kind: "idle" };

	signal(name: NodeJS.Signals): boolean {
		if (this.takesSignals) this.signals.push(name);
		return this.takesSignals;
	}

	async #run(values: Values): Promise<void> {
		await values.prepare?.();
		this.starts.push({ env: values.env.reveal(), files: this.#files() });
	}
}

/** Vault is away, as the client reports it. */
export function awayError(): AgentError {
	return new AgentError("Vault is away (connect refused)", {
		code: "E_VAULT_UNREACHABLE",
		exitCode: 5,
		remedy: "retry",
	});
}

/** A policy is missing. */
export function deniedError(path: string): AgentError {
	return new AgentError(`permission denied on ${path} (403)`, { code: "E_PERMISSION_DENIED", exitCode: 4 });
}

/** What is done when a file has changed, if anything is. */
export type OneChange = ChangeAction | { readonly kind: "none" };

type FileWords = Partial<Omit<FileUnit, "onChange">> & {
	readonly onChange?: OneChange | readonly ChangeAction[];
};

/** A file of `name=value` lines. */
export function fileUnit(
	destination: string,
	contents: string,
	{ onChange = { kind: "none" }, ...over }: FileWords = {},
): FileUnit {
	return {
		kind: "file",
		name: destination,
		template: parseTemplate(contents, { file: `${destination}.hbs`, allowEmpty: false }),
		required: true,
		destination,
		format: "text",
		source: `${destination}.hbs`,
		mode: 0o600,
		onChange: [onChange].flat().filter((action) => action.kind !== "none"),
		onDeleted: "keep",
		...over,
	};
}

/** A variable that is the field `api_key` of a secret. */
export function variableUnit(name: string, path: string, required = true): Unit {
	const reference = { path, field: "api_key" };
	const template = referenceTemplate(reference, { file: `env.${name}`, allowEmpty: false });
	return { kind: "variable", name, template, required };
}

export interface BenchOptions {
	readonly giveUpAfterMs?: number;
	/** How the child is run besides. */
	readonly terms?: Pick<ChildTerms, "splayMs" | "keepsVariables">;
	/** Default: one that is restarted. */
	readonly withChild?: boolean | "rolling";
	/** Left by an agent that ran before. */
	readonly memory?: MemoryFs;
	/** Awaited at the begin of each command and call. */
	readonly atNotice?: (name: string) => Promise<void>;
	readonly secrets?: FakeSecrets;
	readonly waitsForLogin?: boolean;
	readonly waitsForMissing?: boolean;
	/** What is read by Vault's own protocol, in place of `secrets`. */
	readonly vault?: (clock: FakeClock) => Pick<ReturnType<typeof vaultBench>, "reader" | "leases">;
}

export const INTERVAL = 15_000;

export const OPENAI = "secret/data/llm/openai";
export const AZURE = "secret/data/llm/azure";

/** Templates that are the field `api_key` of one of them. */
export const KEY_FILE = `{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`;
export const AZURE_FILE = `{{#secret "${AZURE}"}}{{api_key}}{{/secret}}`;

/** Recorded as `reload`, by which it can be made to fail. */
export const COMMAND = { kind: "command", command: ["reload"], timeoutMs: 1000 } as const;

/** An agent on a clock that stands still, with everything around it in memory. */
export function agentBench(units: readonly Unit[], options: BenchOptions = {}) {
	const { withChild = true, memory = new MemoryFs(), secrets = new FakeSecrets(), waitsForLogin } = options;
	const { giveUpAfterMs, waitsForMissing } = options;
	const clock = new FakeClock(1_000_000);
	const log = new RecordingLog();
	const tally = createTally();
	const random = seededRandom();
	const supervisor = new FakeSupervisor(() => memory.files);
	const rolling = new FakeRolling(() => memory.files);
	const environment = (variables: ReadonlyMap<string, string>) => Object.fromEntries(variables);
	const terms: ChildTerms = { environment, ...options.terms };
	const { subscribe, freePort } = rolling;
	const children = {
		true: { supervisor, terms, subscribe: supervisor.subscribe },
		rolling: { supervisor: rolling, terms, subscribe, freePort },
	};
	const notices: string[] = [];
	const faults = new Map<string, AgentError>();
	const note = async (name: string) => {
		await options.atNotice?.(name);
		const error = faults.get(name);
		notices.push(name);
		if (error !== undefined) throw error;
		await Promise.resolve();
	};
	const vault = options.vault?.(clock);
	const store = new SecretStore({
		read:
			vault?.reader.read.bind(vault.reader) ??
			(async ({ path }) => await Promise.resolve(secrets.read(path))),
		leases: vault?.leases ?? new FakeLeases(),
		onLease: logLeases(log, clock),
		clock,
		random,
		pollIntervalMs: INTERVAL,
	});
	const rules = { fs: memory.fs, links: { uid: 0, allowedRoots: [] } };
	const delivery = new Delivery(rules);
	const agent = new Agent(units, {
		store,
		delivery,
		notices: {
			run: ({ command }) => note(command.join(" ")),
			call: ({ url }) => note(url),
		},
		surroundings: {
			env: () => undefined,
			readFile: () => "",
			now: () => clock.now(),
			hasPort: withChild === "rolling",
		},
		clock,
		random,
		log,
		counters: tally,
		...(waitsForLogin !== undefined && { waitsForLogin }),
		...(giveUpAfterMs !== undefined && { giveUpAfterMs }),
		...(waitsForMissing !== undefined && { waitsForMissing }),
		...(withChild !== false && { child: children[`${withChild}`] }),
	});
	const stop = new AbortController();
	let ended: Promise<unknown> = Promise.resolve();
	onTestFinished(async () => {
		stop.abort(new Error("the test is over"));
		await ended;
	});
	const start = () => {
		const started = agent.start(stop.signal);
		const complete = started.then(() => agent.complete(stop.signal));
		const running = complete.then(() => agent.watch(stop.signal));
		ended = running.catch(() => undefined);
		return { started, complete, running };
	};
	return {
		agent,
		clock,
		log,
		tally,
		memory,
		notices,
		faults,
		secrets,
		supervisor,
		/** The child of a bench with `withChild: "rolling"`. */
		rolling,
		store,
		stop,
		start,
		/** A config that was read anew, and is the same but for these. */
		plan: (others: readonly Unit[]): Plan => ({ units: others, delivery: new Delivery(rules, delivery) }),
		/** Starts it, which must succeed at once, and lets it watch. */
		run: async () => {
			const { started, running } = start();
			await clock.advance(0);
			await started;
			return { running };
		},
		/** Long enough for every path to be read again, and once only. */
		nextPoll: async () => await clock.advance(1.15 * INTERVAL),
	};
}
