import type { Clock } from "../kernel/mod.ts";
import { ApiError } from "./api-error.ts";

export interface RateLimit {
	readonly name: string;
	/** Empty for all paths; a mount (`secret/`); or a path below one, `*` at its end for a prefix. */
	readonly path: string;
	/** Requests per interval. */
	readonly rate: number;
	readonly intervalSeconds: number;
	/** Once over the limit, nothing is let through for this long; 0 for no block. */
	readonly blockSeconds: number;
}

interface Meter {
	readonly limit: RateLimit;
	windowStart: number;
	used: number;
	blockedUntil: number;
}

/** Never limited, so that a server under load can still be probed and unsealed. */
const EXEMPT = new Set(["sys/health", "sys/seal-status", "sys/unseal"]);

/** Rate limit quotas (https://developer.hashicorp.com/vault/api-docs/system/rate-limit-quotas); all clients count as one. */
export class QuotaStore {
	readonly #clock: Clock;
	readonly #meters = new Map<string, Meter>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	set(limit: RateLimit): void {
		this.#meters.set(limit.name, { limit, windowStart: this.#clock.now(), used: 0, blockedUntil: 0 });
	}

	get(name: string): RateLimit | undefined {
		return this.#meters.get(name)?.limit;
	}

	remove(name: string): undefined {
		this.#meters.delete(name);
	}

	names(): string[] {
		return [...this.#meters.keys()].toSorted();
	}

	/** Counts one request. @throws ApiError 429 when it is one too many */
	count(path: string): void {
		if (EXEMPT.has(path)) return;
		const meter = [...this.#meters.values()]
			.filter(({ limit }) => covers(limit.path, path))
			.toSorted((a, b) => b.limit.path.length - a.limit.path.length)[0];
		if (meter && !admit(meter, this.#clock.now())) {
			throw new ApiError(429, `request path "${path}": rate limit quota exceeded`);
		}
	}
}

function covers(pattern: string, path: string): boolean {
	if (pattern === "" || pattern.endsWith("/")) return path.startsWith(pattern);
	return pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

function admit(meter: Meter, now: number): boolean {
	if (now < meter.blockedUntil) return false;
	const intervalMs = meter.limit.intervalSeconds * 1000;
	const windows = Math.floor((now - meter.windowStart) / intervalMs);
	if (windows > 0) {
		meter.windowStart += windows * intervalMs;
		meter.used = 0;
	}
	if (meter.used < meter.limit.rate) {
		meter.used++;
		return true;
	}
	if (meter.limit.blockSeconds > 0) meter.blockedUntil = now + meter.limit.blockSeconds * 1000;
	return false;
}
