import type { Clock } from "../kernel/mod.ts";
import { createEngine } from "./catalog.ts";
import { Ids } from "./ids.ts";
import { MountTable, type MountTerms } from "./mounts.ts";
import { PolicyStore } from "./policies/policy-store.ts";
import { QuotaStore } from "./quotas.ts";
import { Seal } from "./seal.ts";
import { SystemEngine } from "./system/system-engine.ts";
import { TokenEngine } from "./tokens/token-engine.ts";
import { PLAIN_TOKEN } from "./tokens/token-entry.ts";
import { TokenStore } from "./tokens/token-store.ts";

export interface CoreOptions {
	readonly clock: Clock;
	readonly random: (bytes: number) => Buffer;
	readonly rootToken: string;
}

/** The whole state of the server: in memory, gone with the process. */
export class Core {
	readonly clock: Clock;
	readonly ids: Ids;
	readonly mounts = new MountTable();
	readonly policies = new PolicyStore();
	readonly tokens: TokenStore;
	readonly quotas: QuotaStore;
	readonly seal: Seal;
	readonly cluster: { readonly id: string; readonly name: string };
	readonly #entities = new Map<string, string>();

	constructor(options: CoreOptions) {
		this.clock = options.clock;
		this.ids = new Ids(options.random);
		this.tokens = new TokenStore(this.clock, this.ids);
		this.quotas = new QuotaStore(this.clock);
		this.seal = new Seal(this.ids.hex(32));
		this.cluster = { id: this.ids.uuid(), name: `vault-cluster-${this.ids.hex(4)}` };
		this.tokens.create({ ...PLAIN_TOKEN, id: options.rootToken, policies: ["root"] });
		const system = new SystemEngine();
		const token = new TokenEngine();
		this.mounts.add({
			...this.mountTerms({
				path: "sys/",
				type: "system",
				description: "system endpoints used for control, policy and debugging",
			}),
			engine: system,
		});
		this.mounts.add({
			...this.mountTerms({ path: "auth/token/", type: "token", description: "token based credentials" }),
			engine: token,
		});
		this.mount({
			path: "secret/",
			type: "kv",
			options: { version: "2" },
			description: "key/value secret storage",
		});
	}

	/** @throws ApiError when no engine of that type is built in */
	mount(terms: Partial<MountTerms> & Pick<MountTerms, "path" | "type">): void {
		const full = this.mountTerms(terms);
		this.mounts.add({ ...full, engine: createEngine(full) });
	}

	/** The same name at the same mount is the same entity, login after login. */
	entityId(mountAccessor: string, alias: string): string {
		const key = `${mountAccessor} ${alias}`;
		const id = this.#entities.get(key) ?? this.ids.uuid();
		this.#entities.set(key, id);
		return id;
	}

	private mountTerms(terms: Partial<MountTerms> & Pick<MountTerms, "path" | "type">): MountTerms {
		const kind = terms.path.startsWith("auth/") ? `auth_${terms.type}` : terms.type;
		return {
			description: "",
			options: null,
			isListed: false,
			accessor: `${kind}_${this.ids.hex(4)}`,
			uuid: this.ids.uuid(),
			...terms,
		};
	}
}
