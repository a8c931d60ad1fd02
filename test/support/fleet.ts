import { onTestFinished } from "vitest";
import { Agent } from "../../src/agent/mod.ts";
import { approleMethod, TokenSession } from "../../src/auth/mod.ts";
import { type Log, Secret } from "../../src/kernel/mod.ts";
import { Delivery } from "../../src/render/mod.ts";
import { SecretReader, SecretStore, VaultLeases } from "../../src/secrets/mod.ts";
import type { Seed } from "../../src/devserver/mod.ts";
import { fileUnit } from "./agent-bench.ts";
import { type Arrival, DirectVault } from "./direct-vault.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeCredentialFiles } from "./fake-credential-files.ts";
import { MemoryFs } from "./memory-fs.ts";
import { seededRandom } from "./seeded-random.ts";

export interface FleetTerms {
	readonly size: number;
	readonly seed: Seed;
	/** What each of them delivers, a file a path. */
	readonly paths: readonly string[];
	readonly pollIntervalMs: number;
}

/** Whoever reads what these log? */
const SILENT: Log = { write: () => undefined };

/** The role that the agents of a fleet log in with. */
export const FLEET_ROLE = { role_id: "fleet", secret_id: "planted-secret-of-the-fleet" };

interface Member {
	readonly agent: Agent;
	readonly session: TokenSession;
	readonly memory: MemoryFs;
}

/** Agents that are made alike and go by the same clock, each with draws of its own. */
export class Fleet {
	/** Nothing here waits for anything but promises: one turn of the event loop decides them all. */
	readonly clock = new FakeClock(1_800_000_000_000, async () => await new Promise(setImmediate));
	readonly vault = new DirectVault(this.clock.outside);
	readonly size: number;
	readonly #members: readonly Member[];
	readonly #stop = new AbortController();

	constructor(terms: FleetTerms) {
		this.size = terms.size;
		this.vault.seed(terms.seed);
		this.#members = Array.from({ length: terms.size }, (_, index) => this.#member(terms, index + 1));
	}

	/** Starts all of them at the same moment. */
	start(): void {
		const { signal } = this.#stop;
		const all = this.#members.map(async ({ agent, session }) => {
			const kept = session.keepAlive(signal);
			await agent.start(signal).catch(() => undefined);
			await agent.watch(signal);
			await kept;
		});
		onTestFinished(async () => {
			this.#stop.abort(new Error("the test is over"));
			await Promise.all(all);
		});
	}

	/** How many of them have delivered this, in some file. */
	having(text: string): number {
		return this.#members.filter(({ memory }) => Object.values(memory.files).includes(text)).length;
	}

	/** Requests of a span of time, of a path that fits. */
	arrivals(from: number, to: number, path = /^/): readonly Arrival[] {
		return this.vault.arrivals.filter((one) => one.at >= from && one.at < to && path.test(one.path));
	}

	/** The most requests that fell into one second of a span. */
	peak(from: number, to: number): number {
		const counts = new Map<number, number>();
		for (const { at } of this.arrivals(from, to)) {
			const second = Math.floor((at - from) / 1000);
			counts.set(second, (counts.get(second) ?? 0) + 1);
		}
		return Math.max(0, ...counts.values());
	}

	#member({ paths, pollIntervalMs }: FleetTerms, seed: number): Member {
		const { clock, vault: client } = this;
		const random = seededRandom(seed);
		const { role_id, secret_id } = FLEET_ROLE;
		const value = (text: string) => ({ kind: "value", value: new Secret(text) }) as const;
		const session = new TokenSession({
			method: approleMethod(
				{
					mountPath: "auth/approle",
					roleId: value(role_id),
					secretId: value(secret_id),
					removeSecretIdFile: false,
				},
				{ client, files: new FakeCredentialFiles({}), log: SILENT, onCredential: () => undefined },
			),
			client,
			clock,
			random,
			backoff: { minMs: 1000, maxMs: 300_000 },
			log: SILENT,
			hide: () => () => undefined,
		});
		const parts = { client, tokens: session, clock, random };
		const reader = new SecretReader(parts);
		const store = new SecretStore({
			read: reader.read.bind(reader),
			leases: new VaultLeases(parts),
			clock,
			random,
			pollIntervalMs,
		});
		const units = paths.map((path) => {
			const field = path.startsWith("database/") ? "username" : "api_key";
			return fileUnit(`/out/${path}`, `{{#secret "${path}"}}{{${field}}}{{/secret}}`);
		});
		const memory = new MemoryFs();
		const agent = new Agent(units, {
			store,
			delivery: new Delivery({ fs: memory.fs, clock, links: { uid: 0, allowedRoots: [] } }),
			notices: { run: async () => await Promise.resolve(), call: async () => await Promise.resolve() },
			surroundings: { env: () => undefined, readFile: () => "", now: () => clock.date() },
			clock,
			random,
			log: SILENT,
			waitsForLogin: true,
		});
		return { agent, session, memory };
	}
}
