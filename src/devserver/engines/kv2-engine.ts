import { ApiError } from "../api-error.ts";
import type { Engine, EngineContext, EngineRequest, Reply } from "../engine.ts";
import { type Route, type RouteCall, route } from "../routes.ts";
import {
	dataField,
	type Kv2Frame,
	patchVersion,
	readSubkeys,
	readVersion,
	writeVersion,
} from "./kv2-data.ts";
import {
	applySettings,
	describeSettings,
	namesMetadata,
	readMetadata,
	writeMetadata,
} from "./kv2-metadata.ts";
import { defaultSettings, deletionTime, isDeleted, type Kv2Secret, newSecret } from "./kv2-store.ts";
import { listBelow, listReply } from "./listing.ts";

const PUT_WORD = {
	create: "put",
	update: "put",
	read: "get",
	patch: "patch",
	list: "list",
	delete: "delete",
};

/** KV version 2: values with history (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2). */
export class Kv2Engine implements Engine {
	readonly #config = defaultSettings();
	readonly #secrets = new Map<string, Kv2Secret>();

	readonly #routes: readonly Route[] = [
		{
			pattern: /^data\/(?<path>.+)$/,
			on: {
				read: (call) => this.#read(call, readVersion),
				update: (call) => this.#write(call),
				patch: (call) => this.#patch(call),
				delete: (call) => this.#deleteVersions(call, [this.#find(call)?.currentVersion ?? 0]),
			},
		},
		{ pattern: /^subkeys\/(?<path>.+)$/, on: { read: (call) => this.#read(call, readSubkeys) } },
		{
			pattern: /^delete\/(?<path>.+)$/,
			on: { update: (call) => this.#deleteVersions(call, numbers(call, "No")) },
		},
		{ pattern: /^undelete\/(?<path>.+)$/, on: { update: (call) => this.#undelete(call) } },
		{ pattern: /^destroy\/(?<path>.+)$/, on: { update: (call) => this.#destroy(call) } },
		{
			pattern: /^metadata\/(?<path>.*)$/,
			on: {
				list: ({ request, params }) =>
					listReply(listBelow(this.#secrets.keys(), params["path"] ?? ""), request.fields),
				read: (call) => this.#read(call, readMetadata),
				update: (call) => this.#writeMetadata(call, false),
				patch: (call) => this.#writeMetadata(call, true),
				delete: ({ params }) => void this.#secrets.delete(params["path"] ?? ""),
			},
		},
		{
			pattern: /^config$/,
			on: {
				read: () => ({ data: describeSettings(this.#config) }),
				update: ({ request }) => applySettings(this.#config, request.fields),
			},
		},
		{
			pattern: /^/,
			on: Object.fromEntries(
				Object.keys(PUT_WORD).map((operation) => [operation, (call: RouteCall) => invalidPath(call)]),
			),
		},
	];

	exists(path: string): boolean {
		const [, secret = ""] = /^(?:data|metadata)\/(.+)$/.exec(path) ?? [];
		// Only these two paths of the real engine tell create from update.
		return !/^(data|metadata)\//.test(path) || this.#secrets.has(secret);
	}

	handle(request: EngineRequest, context: EngineContext): Reply | undefined {
		return route(this.#routes, request, context);
	}

	#find({ params }: RouteCall): Kv2Secret | undefined {
		return this.#secrets.get(params["path"] ?? "");
	}

	#frame({ context }: RouteCall): Kv2Frame {
		return { config: this.#config, now: context.core.clock.now() };
	}

	#read(
		call: RouteCall,
		read: (secret: Kv2Secret, fields: EngineRequest["fields"], now: number) => Reply | undefined,
	): Reply | undefined {
		call.request.fields.integer("version"); // a bad number is refused before the secret is looked for
		const secret = this.#find(call);
		return secret && read(secret, call.request.fields, this.#frame(call).now);
	}

	#write(call: RouteCall): Reply {
		const frame = this.#frame(call);
		const secret = this.#find(call) ?? newSecret(frame.now);
		const reply = writeVersion(secret, call.request.fields, frame);
		this.#secrets.set(call.params["path"] ?? "", secret);
		return reply;
	}

	#patch(call: RouteCall): Reply {
		dataField(call.request.fields);
		const secret = this.#find(call);
		return secret ? patchVersion(secret, call.request.fields, this.#frame(call)) : { status: 404 };
	}

	#writeMetadata(call: RouteCall, isPatch: boolean): Reply | undefined {
		const frame = { ...this.#frame(call), isPatch };
		if (!namesMetadata(call.request.fields)) return undefined;
		const secret = this.#find(call) ?? (isPatch ? undefined : newSecret(frame.now));
		if (!secret) return { status: 404 };
		writeMetadata(secret, call.request.fields, frame);
		this.#secrets.set(call.params["path"] ?? "", secret);
		return undefined;
	}

	#deleteVersions(call: RouteCall, versions: readonly number[]): undefined {
		const { now } = this.#frame(call);
		for (const number of versions) {
			const version = this.#find(call)?.versions.get(number);
			if (version && !version.destroyed && !isDeleted(version, now)) version.deletedAt = now;
		}
	}

	/** A version that is deleted by itself gets its whole time anew. */
	#undelete(call: RouteCall): undefined {
		const secret = this.#find(call);
		for (const number of numbers(call, "No")) {
			const version = secret?.versions.get(number);
			if (secret && version && !version.destroyed)
				version.deletedAt = deletionTime(secret, this.#frame(call));
		}
	}

	#destroy(call: RouteCall): undefined {
		for (const number of numbers(call, "no")) {
			const version = this.#find(call)?.versions.get(number);
			if (version) Object.assign(version, { destroyed: true, data: {} });
		}
	}
}

/** @param no how the real server begins its refusal there */
function numbers({ request }: RouteCall, no: "No" | "no"): number[] {
	const versions = request.fields.list("versions") ?? [];
	if (versions.length === 0) throw new ApiError(400, `${no} version number provided`);
	return versions.map(Number);
}

function invalidPath({ request }: RouteCall): Reply {
	if (/^(metadata|data|delete|undelete|destroy)$/.test(request.path)) {
		const warning = "Non-listing operations on the root of a K/V v2 mount are not supported.";
		return { status: 404, data: null, warnings: [warning] };
	}
	const command = `bao kv ${PUT_WORD[request.operation]}`;
	const warning = `Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the OpenBao CLI, use '${command}' for this operation.`;
	return { status: 404, data: null, warnings: [warning] };
}
