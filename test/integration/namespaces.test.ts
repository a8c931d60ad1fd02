import { expect, onTestFinished, test } from "vitest";
import {
	approleMethod,
	type AuthMethod,
	certMethod,
	jwtMethod,
	kubernetesMethod,
	Sinks,
	TokenSession,
	type TokenSessionDeps,
	tokenMethod,
} from "../../src/auth/mod.ts";
import { Secret, systemClock } from "../../src/kernel/mod.ts";
import { type Lease, type LeaseCalls, SecretReader, VaultLeases } from "../../src/secrets/mod.ts";
import { NodeVaultClient } from "../../src/vault/mod.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { eventually } from "../support/eventually.ts";
import { json, loopback } from "../support/loopback.ts";
import { RecordingLog } from "../support/recording-log.ts";

/** Where secrets are, and where the login is. */
const READS = "team-a";
const LOGINS = "admin";

const WRAPPING_PATH = "auth/approle/role/gateway/secret-id";
const value = (text: string) => ({ kind: "value", value: new Secret(text) }) as const;
const file = { kind: "file", path: "/run/token" } as const;

/** Everything that an agent may ask for, as a server that knows no namespaces answers it. */
function answers(path: string): object {
	const auth = { client_token: "hvs.t", accessor: "acc", lease_duration: 60, renewable: true, policies: [] };
	const frame = { request_id: "r", lease_id: "", renewable: false, lease_duration: 0, data: {}, auth: null };
	if (/\/login$|renew-self$/.test(path)) return { ...frame, auth };
	if (path.endsWith("lookup-self"))
		return {
			...frame,
			data: { ttl: 3000, creation_ttl: 3600, expire_time: "x", path: "auth/approle/login" },
		};
	if (path.endsWith("wrapping/wrap")) return { ...frame, wrap_info: { token: "hvs.w", ttl: 60 } };
	if (path.endsWith("wrapping/lookup")) return { ...frame, data: { creation_path: WRAPPING_PATH } };
	if (path.endsWith("wrapping/unwrap")) return { ...frame, data: { secret_id: "unwrapped" } };
	if (path.includes("internal/ui/mounts"))
		return { ...frame, data: { path: "secret/", type: "kv", options: { version: "2" } } };
	return { ...frame, data: { data: { key: "x" }, metadata: { version: 1 }, keys: ["a"] } };
}

type SessionOptions = Pick<TokenSessionDeps, "revokesAtEnd" | "takesUp"> & { readonly method?: Method };

type Method = "approle" | "wrapped" | "cert" | "jwt" | "kubernetes" | "token";

/** A session in the namespace of logins and readers in that of secrets, on a server that keeps the headers. */
async function open() {
	const server = await loopback((response, seen) => json(answers(seen.url))(response, seen));
	const clock = new FakeClock(1_000_000);
	const log = new RecordingLog();
	const client = new NodeVaultClient({
		addresses: [server.address],
		namespace: READS,
		timeoutMs: 5000,
		tls: { rejectUnauthorized: true },
	});
	onTestFinished(() => client.close());
	const files = { readFile: () => Promise.resolve("a.b.c"), unlink: () => Promise.resolve() };
	const base = { namespace: LOGINS, role: "r", mountPath: "auth/approle" };
	const hide = () => () => undefined;
	const deps = { client, files, log, clock, hide, onCredential: () => {}, refresh: () => {} };
	const approle = { ...base, roleId: value("r"), secretId: value("s"), removeSecretIdFile: false };
	const methods: Readonly<Record<Method, () => AuthMethod>> = {
		approle: () => approleMethod(approle, deps),
		wrapped: () => approleMethod({ ...approle, wrappingPath: WRAPPING_PATH }, deps),
		cert: () => certMethod({ ...base, files: [] }, deps),
		jwt: () => jwtMethod({ ...base, path: "/run/jwt", removeJwtFile: false }, deps),
		kubernetes: () => kubernetesMethod({ ...base, tokenPath: "/run/jwt" }, deps),
		token: () => tokenMethod({ namespace: LOGINS, token: file }, deps),
	};
	const sinks = (wrapTtlMs?: number) =>
		new Sinks([{ path: "/run/sink", mode: 0o600, ...(wrapTtlMs !== undefined && { wrapTtlMs }) }], {
			files: {
				write: () => Promise.resolve(),
				read: () => Promise.resolve({ kind: "text", text: new Secret("hvs.left") }),
				readPublic: () => Promise.reject(new Error("no key is read here")),
				remove: () => Promise.resolve(),
			},
			client,
			clock,
			random: () => 0,
			log,
			isStrict: true,
			namespace: LOGINS,
		});
	const sessionOf = ({ method = "approle", ...over }: SessionOptions = {}, own?: Sinks) =>
		new TokenSession({
			method: methods[method](),
			client,
			clock,
			random: () => 0,
			backoff: { minMs: 1000, maxMs: 1000 },
			log,
			hide,
			...(own && { sinks: own }),
			...over,
		});
	const stop = new AbortController();
	onTestFinished(() => stop.abort(new Error("the test is over")));
	const tokens = sessionOf();
	return {
		clock,
		server,
		signal: stop.signal,
		sessionOf,
		sinks,
		reader: new SecretReader({ client, tokens, clock: systemClock }),
		leases: new VaultLeases({ client, tokens, clock: systemClock, random: Math.random }) as LeaseCalls,
	};
}

type Bench = Awaited<ReturnType<typeof open>>;

const LEASE = { id: "database/creds/x/1", termMs: 60_000 } as unknown as Lease;
const DENIED = Object.assign(new Error("permission denied"), { remedy: "give-up", facts: {} }) as never;

const logIn = (method: Method) => async (bench: Bench) => {
	await bench.sessionOf({ method }).token(bench.signal);
};

test.each<[string, string, string, (bench: Bench) => Promise<unknown>]>([
	["a login by AppRole", "auth/approle/login", LOGINS, logIn("approle")],
	["a login by certificate", "auth/approle/login", LOGINS, logIn("cert")],
	["a login by JWT", "auth/approle/login", LOGINS, logIn("jwt")],
	["a login by service account", "auth/approle/login", LOGINS, logIn("kubernetes")],
	["the look at a given token", "auth/token/lookup-self", LOGINS, logIn("token")],
	["the look at a wrapped secret id", "sys/wrapping/lookup", LOGINS, logIn("wrapped")],
	["the unwrapping of a secret id", "sys/wrapping/unwrap", LOGINS, logIn("wrapped")],
	[
		"the renewal of the token",
		"auth/token/renew-self",
		LOGINS,
		async ({ sessionOf, signal, clock, server }) => {
			const session = sessionOf();
			await session.token(signal);
			void session.keepAlive(signal);
			await clock.advance(50_000);
			await eventually(() => expect(server.seen.at(-1)?.url).toContain("renew-self"));
		},
	],
	[
		"the question whether a token is dead",
		"auth/token/lookup-self",
		LOGINS,
		async ({ sessionOf, signal }) => {
			const session = sessionOf();
			await session.isDead(await session.token(signal), DENIED, signal);
		},
	],
	[
		"the look at a token in a sink",
		"auth/token/lookup-self",
		LOGINS,
		async ({ sessionOf, signal, sinks }) => {
			await sessionOf({ takesUp: { path: "auth/approle/login" } }, sinks()).token(signal);
		},
	],
	[
		"the wrapping of a token for a sink",
		"sys/wrapping/wrap",
		LOGINS,
		async ({ sessionOf, signal, sinks }) => await sessionOf({}, sinks(60_000)).token(signal),
	],
	[
		"the revocation at the end",
		"auth/token/revoke-self",
		LOGINS,
		async ({ sessionOf, signal }) => {
			const session = sessionOf({ revokesAtEnd: true });
			await session.token(signal);
			await session.end();
		},
	],
	[
		"the revocation of a replaced token",
		"auth/token/revoke-self",
		LOGINS,
		async ({ sessionOf, signal }) => {
			const session = sessionOf();
			await session.token(signal);
			session.giveUp();
			await session.revokeReplaced(() => false, signal);
		},
	],
	[
		"the question what a mount is",
		"sys/internal/ui/mounts/",
		READS,
		async ({ reader, signal }) => await reader.read({ kind: "read", path: "secret/x" }, signal),
	],
	[
		"a read",
		"secret/data/x",
		READS,
		async ({ reader, signal }) => await reader.read({ kind: "read", path: "secret/x" }, signal),
	],
	[
		"a list",
		"secret/metadata/x",
		READS,
		async ({ reader, signal }) => await reader.read({ kind: "list", path: "secret/x" }, signal),
	],
	[
		"a write that answers",
		"pki/issue/x",
		READS,
		async ({ reader, signal }) =>
			await reader.read({ kind: "read", path: "pki/issue/x", parameters: { common_name: "a" } }, signal),
	],
	[
		"the renewal of a lease",
		"sys/leases/renew",
		READS,
		async ({ leases, signal }) => await leases.renew(LEASE, signal),
	],
	[
		"the revocation of a lease",
		"sys/leases/revoke",
		READS,
		async ({ leases, signal }) => await leases.revoke(LEASE, signal),
	],
])("%s names its namespace", async (_, ...[path, namespace, act]) => {
	const bench = await open();

	await act(bench);

	const found = bench.server.seen.filter(({ url }) => url.startsWith(`/v1/${path}`));
	expect(found.map(({ headers }) => headers["x-vault-namespace"])).toEqual(found.map(() => namespace));
	expect(found.length).toBeGreaterThan(0);
	expect(bench.server.seen.every(({ headers }) => headers["x-vault-namespace"] !== undefined)).toBe(true);
});
