import type { Clock, JsonValue } from "../../src/kernel/mod.ts";
import { refused, unreachable } from "../../src/vault/errors.ts";
import type { VaultCall, VaultClient, VaultError, VaultReply } from "../../src/vault/mod.ts";

/** A request as the fake got it. */
export interface FakeCall extends VaultCall {
	/** Milliseconds since the epoch. */
	readonly at: number;
}

type Fields = { readonly [key: string]: JsonValue };

export type FakeAnswer = (call: FakeCall) => VaultReply | Promise<VaultReply>;

/** Vault as the test says, without a network; answers after a turn of the event loop, as the real one does. */
export class FakeVault implements VaultClient {
	readonly calls: FakeCall[] = [];
	answer: FakeAnswer;
	readonly #clock: Clock;

	constructor(clock: Clock, answer: FakeAnswer) {
		this.#clock = clock;
		this.answer = answer;
	}

	async send(call: VaultCall, signal: AbortSignal): Promise<VaultReply> {
		const made = { ...call, at: this.#clock.now() };
		this.calls.push(made);
		await new Promise((resolve) => setImmediate(resolve));
		signal.throwIfAborted();
		return await this.answer(made);
	}

	/** Requests to paths that begin so. */
	to(path: string): readonly FakeCall[] {
		return this.calls.filter((call) => call.path.startsWith(path));
	}

	/** The most requests that fell into any one minute. */
	get mostPerMinute(): number {
		return Math.max(0, ...this.calls.map(({ at }) => this.#within(at).length));
	}

	#within(from: number): readonly FakeCall[] {
		return this.calls.filter(({ at }) => at >= from && at < from + 60_000);
	}
}

/** An answer of status 200. */
export function reply(parts: Partial<VaultReply> = {}): VaultReply {
	return {
		status: 200,
		requestId: "r-1",
		data: undefined,
		auth: undefined,
		warnings: [],
		leaseId: "",
		leaseDuration: 0,
		renewable: false,
		serverTime: undefined,
		...parts,
	};
}

/** The `auth` of a login or a renewal. */
export function grantReply(token: string, over: Fields = {}): VaultReply {
	const auth = { client_token: token, accessor: "acc", lease_duration: 3600, renewable: true, ...over };
	return reply({ auth: { policies: ["reader"], ...auth } });
}

/** Vault's refusal of a call. */
export function refusal(
	call: VaultCall,
	status: number,
	{ words = "permission denied", retryAfterMs }: { words?: string; retryAfterMs?: number } = {},
): VaultError {
	const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
	return refused(placeOf(call), { status, errors: [words], ...wait });
}

/** No answer at all. */
export function away(call: VaultCall): VaultError {
	return unreachable(placeOf(call), "connect refused");
}

function placeOf({ method, path, namespace }: VaultCall) {
	return { method, path, namespace, address: "https://vault.test:8200" };
}
