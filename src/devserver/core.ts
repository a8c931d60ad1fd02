import type { Clock } from "../kernel/mod.ts";
import { createEngine } from "./catalog.ts";
import { createDevCa, type DevCa } from "./dev-ca.ts";
import { Ids } from "./ids.ts";
import { ServiceAccounts } from "./kubernetes/service-accounts.ts";
import { LeaseStore } from "./leases/lease-store.ts";
import { MountTable, type MountTerms } from "./mounts.ts";
import type { Namespace } from "./namespaces/namespace.ts";
import { NamespaceTree } from "./namespaces/namespace-tree.ts";
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
	readonly namespaces: NamespaceTree;
	readonly tokens: TokenStore;
	readonly leases: LeaseStore;
	readonly quotas: QuotaStore;
	/** The cluster that Kubernetes logins come from. */
	readonly serviceAccounts: ServiceAccounts;
	/** Signs the certificate that clients see and those that they show. */
	readonly ca: DevCa;
	readonly seal: Seal;
	readonly cluster: { readonly id: string; readonly name: string };
	readonly #entities = new Map<string, string>();

	constructor(options: CoreOptions) {
		this.clock = options.clock;
		this.ids = new Ids(options.random);
		this.tokens = new TokenStore(this.clock, this.ids);
		this.leases = new LeaseStore(this);
		this.quotas = new QuotaStore(this.clock);
		this.serviceAccounts = new ServiceAccounts(this.clock);
		this.ca = createDevCa(options.clock, options.random);
		this.seal = new Seal(this.ids.hex(32));
		this.cluster = { id: this.ids.uuid(), name: `vault-cluster-${this.ids.hex(4)}` };
		const root = this.createNamespace("");
		this.namespaces = new NamespaceTree(root);
		this.tokens.create({ ...PLAIN_TOKEN, namespace: root, id: options.rootToken, policies: ["root"] });
		this.mount(root, {
			path: "secret/",
			type: "kv",
			options: { version: "2" },
			description: "key/value secret storage",
		});
	}

	/** One with nothing in it but what every namespace has; it is not in the tree yet. */
	createNamespace(path: string): Namespace {
		const isRoot = path === "";
		const namespace: Namespace = {
			id: isRoot ? "root" : this.ids.base62(6),
			uuid: this.ids.uuid(),
			path,
			mounts: new MountTable(),
			policies: new PolicyStore(isRoot),
			customMetadata: {},
		};
		const system = {
			path: "sys/",
			type: "system",
			description: "system endpoints used for control, policy and debugging",
		};
		const token = { path: "auth/token/", type: "token", description: "token based credentials" };
		const inNamespace = isRoot ? "" : "ns_";
		for (const [terms, engine] of [
			[system, new SystemEngine()],
			[token, new TokenEngine()],
		] as const) {
			namespace.mounts.add({ ...this.#mountTerms(terms), type: `${inNamespace}${terms.type}`, engine });
		}
		return namespace;
	}

	/** @throws ApiError when no engine of that type is built in */
	mount(namespace: Namespace, terms: Partial<MountTerms> & Pick<MountTerms, "path" | "type">): void {
		const full = this.#mountTerms(terms);
		namespace.mounts.add({ ...full, engine: createEngine(full) });
	}

	/** The same name at the same mount is the same entity, login after login. */
	entityId(mountAccessor: string, alias: string): string {
		const key = `${mountAccessor} ${alias}`;
		const id = this.#entities.get(key) ?? this.ids.uuid();
		this.#entities.set(key, id);
		return id;
	}

	#mountTerms(terms: Partial<MountTerms> & Pick<MountTerms, "path" | "type">): MountTerms {
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
