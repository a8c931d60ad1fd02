import { type JsonValue, parseJson, Secret } from "../../src/kernel/mod.ts";
import {
	type Finding,
	type HandedSecret,
	handedSecret,
	type LeaseEvent,
	requestKey,
	SecretReader,
	type SecretRequest,
	SecretStore,
	VaultLeases,
} from "../../src/secrets/mod.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeDatabase, type FakeDatabaseOptions } from "./fake-database.ts";
import { type FakeAnswer, FakeVault, refusal } from "./fake-vault.ts";
import { seededRandom } from "./seeded-random.ts";

const signal = new AbortController().signal;

/** Who we are, as the test says. */
class FakeTokens {
	current = new Secret("t1");
	readonly ends = new Map<string, number>();

	/** Another login: the token before it lives until then, or is dead at once. */
	replace(next: string, oldEndsAt: number): void {
		this.ends.set(this.current.reveal(), oldEndsAt);
		this.current = new Secret(next);
	}

	async token(): Promise<Secret> {
		return await Promise.resolve(this.current);
	}

	async isDead(): Promise<boolean> {
		return await Promise.resolve(false);
	}

	accepted(): void {}

	isUnproven(): boolean {
		return false;
	}

	lifeOf(token: Secret): number {
		return this.ends.get(token.reveal()) ?? Number.POSITIVE_INFINITY;
	}
}

/** What the store reads through, in virtual time: a database with leases, and whatever else the test answers. */
export function vaultBench(clock: FakeClock, options: FakeDatabaseOptions) {
	const database = new FakeDatabase(clock, options);
	const tokens = new FakeTokens();
	const answers: FakeAnswer[] = [];
	const vault = new FakeVault(clock, (call) => {
		const other = answers.at(-1);
		const isLeased = /^(database\/creds|sys\/leases)\//.test(call.path);
		if (isLeased) return database.answer(call);
		if (other === undefined) throw refusal(call, 404, { words: "nothing here" });
		return other(call);
	});
	const parts = { client: vault, tokens, clock, random: seededRandom() };
	return {
		database,
		tokens,
		vault,
		/** What is answered outside of the database. */
		serve: (answer: FakeAnswer) => void answers.push(answer),
		reader: new SecretReader(parts),
		leases: new VaultLeases(parts),
	};
}

/** A store on Vault's own protocol and a clock that stands still. */
export function secretsBench(
	options: Partial<FakeDatabaseOptions> & { readonly random?: () => number } = {},
) {
	const { ttlMs = 3_600_000, maxMs = 86_400_000, renewable = true, random = seededRandom() } = options;
	const clock = new FakeClock(1_800_000_000_000);
	const bench = vaultBench(clock, { ttlMs, maxMs, renewable });
	return { ...bench, clock, ...storeOn({ ...bench, clock, random }) };
}

interface StoreParts extends Pick<ReturnType<typeof vaultBench>, "reader" | "leases"> {
	readonly clock: FakeClock;
	readonly random: () => number;
	/** What an agent before this one has left. */
	readonly left?: readonly HandedSecret[];
}

function storeOn(parts: StoreParts) {
	const { clock, random, left = [] } = parts;
	const events: LeaseEvent[] = [];
	const store = new SecretStore({
		read: parts.reader.read.bind(parts.reader),
		leases: parts.leases,
		clock,
		random,
		pollIntervalMs: 15_000,
		onLease: (event) => void events.push(event),
		handed: (request) => Promise.resolve(left.find((one) => requestKey(one.request) === requestKey(request))),
	});
	const changes: { readonly key: string; readonly at: number; readonly after: Finding }[] = [];
	return {
		store,
		changes,
		events: (kind: LeaseEvent["kind"]) => events.filter((event) => event.kind === kind),
		ensure: async (...requests: readonly Partial<SecretRequest>[]) => {
			const whole = requests.map((request) => ({ kind: "read" as const, path: "", ...request }));
			const reading = store.ensure(whole, signal);
			await clock.advance(0);
			await reading;
		},
		/** Does whatever is due, whenever it is due, for a span of time. */
		watch: async (ms: number) => {
			const end = clock.now() + ms;
			while (clock.now() + store.untilDue() <= end) {
				await clock.advance(store.untilDue());
				const polling = store.poll(signal);
				await clock.advance(0);
				while (!(await isDone(polling))) await clock.advance(10);
				for (const { key, after } of await polling) changes.push({ key, at: clock.now(), after });
			}
			await clock.advance(end - clock.now());
		},
		refresh: async () => {
			const reading = store.readAllAtOnce(signal);
			await clock.advance(1000);
			return await reading;
		},
		/** Another store, to which this one hands over what it holds by a token; `gapMs` later, as JSON. */
		successor: async (token: Secret, gapMs = 0) => {
			const data = parseJson(
				JSON.stringify(store.legacy({ at: clock.now(), token })),
			) as readonly JsonValue[];
			const handing = { at: clock.now(), token };
			await clock.advance(gapMs);
			return storeOn({ ...parts, left: data.flatMap((one) => handedSecret(one, handing) ?? []) });
		},
	};
}

async function isDone(work: Promise<unknown>): Promise<boolean> {
	const pending = Symbol("pending");
	return (await Promise.race([work, Promise.resolve(pending)])) !== pending;
}
