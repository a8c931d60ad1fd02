import { randomBytes } from "node:crypto";
import { Core } from "../../src/devserver/core.ts";
import { dispatch } from "../../src/devserver/dispatch.ts";
import { plant, type Seed } from "../../src/devserver/seed.ts";
import type { Clock } from "../../src/kernel/mod.ts";
import { refused, unreachable } from "../../src/vault/errors.ts";
import type { JsonObject, VaultCall, VaultClient, VaultReply } from "../../src/vault/mod.ts";
import { asReply } from "../../src/vault/reply.ts";

/** What meets a request in place of an answer; without a status there is none. */
export interface Obstacle {
	readonly status?: number;
	readonly retryAfterMs?: number;
}

/** A request as the server got it. */
export interface Arrival {
	/** Milliseconds since the epoch. */
	readonly at: number;
	readonly path: string;
	/** 0 for no answer. */
	readonly status: number;
}

const ROOT = "root-of-direct-vault";

/**
 * The embedded server without a network: for so many clients, or such a long time, that requests over sockets would
 * take minutes. Everything behind HTTP is the server's own.
 */
export class DirectVault implements VaultClient {
	readonly arrivals: Arrival[] = [];
	/** Asked before every request. */
	obstacle: (call: VaultCall) => Obstacle | undefined = () => undefined;
	readonly #clock: Clock;
	readonly #core: Core;

	constructor(clock: Clock) {
		this.#clock = clock;
		this.#core = new Core({ clock, random: randomBytes, rootToken: ROOT });
	}

	/** Writes policies, secrets and roles. */
	seed(seed: Seed): void {
		plant(this.#core, ROOT, seed);
	}

	async send(call: VaultCall, signal: AbortSignal): Promise<VaultReply> {
		await Promise.resolve();
		signal.throwIfAborted();
		const obstacle = this.obstacle(call);
		const { status = 0, body } = obstacle === undefined ? this.#answer(call) : { ...obstacle, body: {} };
		this.arrivals.push({ at: this.#clock.date(), path: call.path, status });
		const place = { ...call, namespace: call.namespace, address: "http://vault.test:8200" };
		if (status === 0) throw unreachable(place, "connect refused");
		const whole = body as JsonObject | undefined;
		const errors = (whole?.["errors"] ?? []) as readonly string[];
		if (status < 300 || (status === 404 && errors.length === 0 && whole?.["data"] !== undefined))
			return asReply(status, whole, new Date(this.#clock.date()).toUTCString());
		const wait = obstacle?.retryAfterMs === undefined ? {} : { retryAfterMs: obstacle.retryAfterMs };
		throw refused(place, { status, errors, ...wait });
	}

	#answer({ method, path, query, body, token, namespace = "" }: VaultCall) {
		const answer = dispatch(this.#core, {
			method,
			path,
			query: new URLSearchParams(query),
			body: body === undefined ? "" : JSON.stringify(body),
			contentType: "application/json",
			token: token?.reveal() ?? "",
			namespace,
			wrapTtl: "",
		});
		return { status: answer.status, body: answer.body };
	}
}
