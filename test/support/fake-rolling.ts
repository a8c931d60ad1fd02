import type { ChildPort } from "../../src/agent/mod.ts";
import type { ChildEvent, ChildState } from "../../src/child/mod.ts";

type Values = Parameters<ChildPort["supervisor"]["start"]>[0];
type Outcome = Awaited<ReturnType<ChildPort["supervisor"]["replace"]>>;

interface Live {
	readonly pid: number;
	readonly generation: number;
	readonly port: number | undefined;
}

/** A child in rolling as the agent sees it: each start, and whatever the test has happen then. */
export class FakeRolling {
	/** Variables, port and files of each start, in order. */
	readonly starts: {
		readonly generation: number;
		readonly port: number | undefined;
		readonly env: Readonly<Record<string, string>>;
		readonly files: object;
	}[] = [];
	readonly signals: NodeJS.Signals[] = [];
	/** What the next children come to. */
	outcome: Extract<Outcome, "turned-over" | "put-back"> = "turned-over";
	/** Awaited before it is known what a replacement has come to. */
	getReady: () => Promise<void> = () => Promise.resolve();
	state: ChildState = { kind: "idle" };
	readonly #files: () => object;
	readonly #listeners: ((event: ChildEvent) => void)[] = [];
	#newest: Values | undefined;
	#stood: Values | undefined;
	#before: Values | undefined;
	#serving: Live | undefined;
	#draining: readonly Live[] = [];
	#pid = 100;
	#port = 41_000;

	constructor(files: () => object) {
		this.#files = files;
	}

	readonly subscribe = (listener: (event: ChildEvent) => void): void => {
		this.#listeners.push(listener);
	};

	/** Whether the system gives any. */
	hasPorts = true;

	readonly freePort = async (): Promise<number> => {
		if (!this.hasPorts) throw Object.assign(new Error("no more files"), { code: "EMFILE" });
		return await Promise.resolve(++this.#port);
	};

	async start(values: Values): Promise<void> {
		this.#newest = values;
		this.#serve(await this.#run(values), values);
	}

	async replace(values: Values): Promise<Outcome> {
		this.#newest = values;
		const child = await this.#run(values);
		await this.getReady();
		if (this.outcome === "turned-over") this.#serve(child, values);
		else this.#refuse(child);
		return this.outcome;
	}

	/** The back-off is over: what was put back is tried again. */
	async tryAgain(): Promise<void> {
		const values = this.#newest;
		if (values === undefined) throw new Error("there is nothing to try");
		this.#tell({ kind: "backing-off", delayMs: 1, attempt: 0 });
		const child = await this.#run(values);
		if (this.outcome === "turned-over") this.#serve(child, values);
		else this.#refuse(child);
	}

	/** The child that serves dies, and is started again with what it had. */
	async revive(): Promise<void> {
		const [values, dead] = [this.#stood, this.#serving];
		if (values === undefined || dead === undefined) throw new Error("no child serves");
		this.#serving = undefined;
		this.state = { kind: "backing-off", until: 0, attempt: 0, crashLoop: false };
		this.#exited(dead);
		this.#serve(await this.#run(values), values);
	}

	/** The child that took over last dies before it stands: the one before it serves again. */
	fall(): void {
		const [dead, back] = [this.#serving, this.#draining.at(-1)];
		if (dead === undefined || back === undefined) throw new Error("no child could serve again");
		this.#draining = this.#draining.slice(0, -1);
		this.#stood = this.#before;
		this.#goesTo(back);
		this.#exited(dead);
		this.#tell({ kind: "put-back", from: dead.generation, to: back.generation });
		this.#tell({ kind: "backing-off", delayMs: 1, attempt: 0 });
	}

	/** The child that took over last has lived through the start grace. */
	stand(): void {
		const { pid = 0, generation = 0 } = this.#serving ?? {};
		this.#tell({ kind: "stands", pid, generation });
	}

	/** The replaced children have ended what they had begun. */
	drain(): void {
		for (const child of this.#draining) {
			this.#tell({ kind: "drained", ...child, afterMs: 1, cut: 0 });
			this.#exited(child);
		}
		this.#draining = [];
	}

	signal(name: NodeJS.Signals): boolean {
		this.signals.push(name);
		return true;
	}

	async #run(values: Values): Promise<Live> {
		const port = await values.prepare?.();
		const { generation } = values;
		this.starts.push({ generation, port, env: values.env.reveal(), files: this.#files() });
		const child = { pid: this.#pid++, generation, port };
		this.#tell({ kind: "started", pid: child.pid, generation, ...(port !== undefined && { port }) });
		return child;
	}

	#serve(child: Live, values: Values): void {
		const before = this.#serving;
		const { pid, generation } = child;
		this.#before = this.#stood;
		this.#stood = values;
		this.#goesTo(child);
		if (before !== undefined) this.#draining = [...this.#draining, before];
		const from = before && { pid: before.pid, generation: before.generation, since: 0, open: 3 };
		this.#tell({ kind: "switched", pid, generation, afterMs: 5200, ...(from && { from }) });
	}

	#goesTo(child: Live): void {
		const { pid, generation, port } = child;
		this.#serving = child;
		this.state = {
			kind: "running",
			pid,
			generation,
			since: 0,
			ready: true,
			...(port !== undefined && { port }),
		};
	}

	#refuse(child: Live): void {
		const { pid, generation } = child;
		this.#tell({ kind: "not-ready", pid, generation, afterMs: 60_000, reason: "connection refused" });
		this.#exited(child);
		this.#tell({ kind: "put-back", from: generation, to: this.#stood?.generation ?? 0 });
	}

	#exited({ pid, generation }: Live): void {
		this.#tell({ kind: "exited", pid, generation, exit: { code: 0 }, livedMs: 1, expected: true });
	}

	#tell(event: ChildEvent): void {
		for (const listener of this.#listeners) listener(event);
	}
}
