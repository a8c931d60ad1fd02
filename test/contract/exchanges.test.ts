import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prepareCert, preparePki } from "./certificates.ts";
import { type Exchange, readExchanges } from "./exchange.ts";
import { prepareDatabase } from "./database.ts";
import { prepareKubernetes } from "./kubernetes.ts";
import { Stage } from "./stage.ts";
import { type Target, type TargetKind, targetKinds } from "./target.ts";

/** What has to be done before an exchange, by its note: the recording has only the exchanges themselves. */
type Preparations = Readonly<Record<string, (stage: Stage) => Promise<void>>>;

const NO_ROLE = "00000000-1111-2222-3333-444444444444";

const approle: Preparations = {
	"role id": async ({ matcher }) => matcher.bind("<role-id-2>", NO_ROLE),
	"one-use secret id, first use": async (stage) => {
		stage.matcher.bind("<role-id-3>", await stage.role("once", { secret_id_num_uses: 1 }));
		stage.matcher.bind("<secret-id-3>", await stage.secretId("once"));
	},
	"role without secret id": async (stage) => {
		const settings = { bind_secret_id: false, secret_id_bound_cidrs: "127.0.0.0/8" };
		stage.matcher.bind("<role-id-4>", await stage.role("nosecret", settings));
	},
	unwrap: async (stage) => {
		stage.agentToken = stage.matcher.bound("<token-4>");
	},
	"expired wrapping token": async (stage) => {
		const wrapped = await stage.root("POST auth/approle/role/gw/secret-id", {}, { "X-Vault-Wrap-TTL": "1s" });
		stage.agentToken = (wrapped as { wrap_info: { token: string } }).wrap_info.token;
		await stage.target.pass(1500);
	},
};

const asToken = (terms: Record<string, unknown>) => async (stage: Stage) => {
	stage.agentToken = await stage.token(terms);
};

const token: Preparations = {
	"lookup of a renewable service token": asToken({ ttl: "10m", explicit_max_ttl: "20m" }),
	"non-renewable token": asToken({ ttl: "10m", renewable: false }),
	"batch token": asToken({ ttl: "10m", type: "batch" }),
	"renew a periodic token": asToken({ period: "5m" }),
	"limited-use token, first use": asToken({ ttl: "5m", num_uses: 2 }),
	revoke: asToken({ ttl: "5m" }),
	"bad token": async (stage) => {
		stage.agentToken = "hvs.no-such-token";
	},
};

const system: Preparations = {
	"rate limited to one in ten seconds, call 1": async (stage) => {
		await stage.root("POST sys/quotas/rate-limit/contract", { path: "secret/", rate: 1, interval: "10s" });
	},
};

const sealed: Preparations = {
	seal: async (stage) => {
		stage.matcher.bind("<role-id-1>", await stage.role("gw", { token_ttl: "20m" }));
		stage.matcher.bind("<secret-id-1>", await stage.secretId("gw"));
	},
};

const passing =
	(ms: number) =>
	async ({ target }: Stage) =>
		target.pass(ms);

const database = (postgres: string): Preparations => ({
	"dynamic credentials with a lease": async (stage) => prepareDatabase(stage, postgres),
	lookup: passing(700),
	"renewed once": passing(2000),
	"near the maximum: shortened": passing(2000),
	"expired lease": passing(3000),
});

const cert: Preparations = {
	"login, any matching role": async (stage) => void (await prepareCert(stage)),
};

const pki: Preparations = { issue: preparePki };

const kubernetes: Preparations = { login: prepareKubernetes };

const namespaces: Preparations = {
	"write in a namespace": async (stage) => {
		await stage.root("POST sys/namespaces/team-a", {});
		const secret = { type: "kv", options: { version: "2" } };
		await stage.root("POST sys/mounts/secret", secret, { "X-Vault-Namespace": "team-a" });
	},
};

const SEALED_FROM = readExchanges("system").findIndex(({ note }) => note === "seal");

interface Play {
	readonly file: string;
	readonly exchanges: readonly Exchange[];
	readonly preparations: Preparations;
	readonly open: (() => Promise<Target>) | undefined;
}

function plays({ open, openToSeal, openTls, openNamespaced, postgres }: TargetKind): Play[] {
	return [
		{ file: "kv2", exchanges: readExchanges("kv2"), preparations: {}, open },
		{ file: "kv1", exchanges: readExchanges("kv1"), preparations: {}, open },
		{ file: "approle", exchanges: readExchanges("approle"), preparations: approle, open },
		{ file: "token", exchanges: readExchanges("token"), preparations: token, open },
		{ file: "system", exchanges: readExchanges("system").slice(0, SEALED_FROM), preparations: system, open },
		{
			file: "database",
			exchanges: readExchanges("database"),
			preparations: database(postgres ?? ""),
			open: postgres === undefined ? undefined : open,
		},
		{ file: "cert", exchanges: readExchanges("cert"), preparations: cert, open: openTls },
		{ file: "kubernetes", exchanges: readExchanges("kubernetes"), preparations: kubernetes, open },
		{
			file: "namespaces",
			exchanges: readExchanges("namespaces"),
			preparations: namespaces,
			open: openNamespaced,
		},
		{ file: "pki", exchanges: readExchanges("pki"), preparations: pki, open },
		{
			file: "seal",
			exchanges: readExchanges("system").slice(SEALED_FROM),
			preparations: sealed,
			open: openToSeal,
		},
	];
}

// One file after the other, each from its first exchange to its last: an external server has to bear them all.
describe.each(targetKinds())("$name", (kind) => {
	for (const { file, exchanges, preparations, open } of plays(kind)) {
		describe.skipIf(open === undefined)(`exchanges of ${file}.json`, () => {
			let stage: Stage;
			beforeAll(async () => {
				stage = await Stage.open(open);
			});
			afterAll(() => stage.close());

			test.each(exchanges)("answers as recorded: $note", async (exchange) => {
				await preparations[exchange.note]?.(stage);

				const { actual, expected } = await stage.compare(exchange);

				expect(actual).toEqual(expected);
			});
		});
	}
});
