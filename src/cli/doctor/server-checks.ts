import type { AuthConfig, Config } from "../../config/mod.ts";
import { AgentError, errorCode, ExitCode, formatDuration } from "../../kernel/mod.ts";
import { asNumber, asText, asTexts, readTlsIdentity } from "../../vault/mod.ts";
import { meantForOneLogin, usedUpByLogin } from "../link/looking-login.ts";
import type { VaultLink } from "../link/vault-links.ts";
import type { World } from "../world.ts";
import { type Finding, leftOut, ok, tried, warning } from "./finding.ts";
import type { Machine } from "./machine.ts";

/** A certificate that ends sooner is told of. */
const SOON_MS = 14 * 24 * 60 * 60 * 1000;

/** Vault refuses JWTs and certificates of another time; a minute is what their checks forgive. */
const MOST_SKEW_MS = 60_000;

/** Every address: whether it answers, and as whom. */
export async function addressChecks(
	{ vault }: Pick<Config, "vault">,
	world: Pick<World, "tlsFiles" | "clock">,
	machine: Pick<Machine, "connect">,
): Promise<readonly Finding[]> {
	if (vault.addresses.length === 0)
		return [unsaid("address", "no Vault address is known", "set VAULT_ADDR or vault.address")];
	return await tried("address", async () => {
		const identity = readTlsIdentity(vault.tls, world.tlsFiles);
		return await Promise.all(
			vault.addresses.map(async (address) => {
				const { protocol, hostname, port } = new URL(address);
				const isSecure = protocol === "https:";
				const door = {
					host: hostname.replace(/^\[|\]$/g, ""),
					port: Number(port || (isSecure ? 443 : 80)),
					...(isSecure && { tls: identity }),
				};
				try {
					const { certificate, protocol: tls } = await machine.connect(door, vault.timeoutMs);
					if (certificate === undefined) return ok("address", `${address} takes connections, without TLS`);
					const left = certificate.validUntil - world.clock.date();
					const who = `${address} answers with ${tls}, certificate of ${certificate.subject}`;
					return left < SOON_MS
						? warning("address", `${who} ends ${inDays(left)}`, "have Vault's certificate renewed")
						: ok("address", `${who}, ends ${inDays(left)}`);
				} catch (error) {
					return notReached(address, error);
				}
			}),
		);
	});
}

/** The agent would not start without it. */
export function unsaid(check: string, says: string, remedy: string): Finding {
	return { check, result: "failure", says, remedy, exitCode: ExitCode.usage };
}

function inDays(ms: number): string {
	return ms < 0 ? "in the past" : `in ${Math.floor(ms / 86_400_000)} days`;
}

const CA = "set vault.ca_cert (VAULT_CACERT) to the CA that signed Vault's certificate";

/** What a refused connection calls for, by the code of the system or of OpenSSL; the first that fits. */
const TLS_REMEDIES: readonly (readonly [code: RegExp, remedy: string])[] = [
	[/WRONG_VERSION_NUMBER/, "it speaks no TLS at that port: write http://, or the port where it does"],
	[
		/ALTNAME/,
		"use the name in Vault's certificate as address, or set vault.tls_server_name (VAULT_TLS_SERVER_NAME) to it",
	],
	[/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/, "have Vault's certificate renewed, and look at the clocks"],
	[/CERT|SSL|TLS|EPROTO|ISSUER|SIGNATURE|VERIFY/, CA],
];

function notReached(address: string, error: unknown): Finding {
	const code = errorCode(error) ?? "no connection";
	const tls = TLS_REMEDIES.find(([pattern]) => pattern.test(code))?.[1];
	return {
		check: "address",
		result: "failure",
		says: `${address} ${tls === undefined ? "cannot be reached" : "gives no trusted connection"} (${code})`,
		remedy:
			tls ?? "check the address, the name service, and whether a firewall or network policy stands between",
		exitCode: ExitCode.timeout,
	};
}

/** All states answer with 200, so that they can be told apart from no answer. */
const EVERY_STATE = { standbyok: "true", perfstandbyok: "true", sealedcode: "200", uninitcode: "200" };

/** Vault's health and its clock (developer.hashicorp.com/vault/api-docs/system/health). */
export async function healthChecks(
	{ client }: Pick<VaultLink, "client">,
	world: Pick<World, "clock">,
): Promise<readonly Finding[]> {
	return await tried("health", async () => {
		const call = { method: "GET", path: "sys/health", query: EVERY_STATE } as const;
		const { data, serverTime } = await client.send(call, new AbortController().signal);
		const version = `Vault ${asText(data?.["version"]) || "of unknown version"}`;
		const isStandby = data?.["standby"] === true && data["sealed"] !== true;
		const health =
			data?.["initialized"] === false
				? unfit(`${version} is not initialized`, "run: vault operator init")
				: data?.["sealed"] === true
					? unfit(`${version} is sealed`, "unseal it")
					: ok("health", `${version} is unsealed, ${isStandby ? "a standby" : "active"}`);
		return serverTime === undefined ? [health] : [health, clockCheck(serverTime - world.clock.date())];
	});
}

function unfit(says: string, remedy: string): Finding {
	return { check: "health", result: "failure", says, remedy, exitCode: ExitCode.timeout };
}

/** The server tells whole seconds. */
function clockCheck(skewMs: number): Finding {
	const seconds = Math.round(Math.abs(skewMs) / 1000);
	const side = skewMs > 0 ? "behind" : "ahead of";
	return Math.abs(skewMs) <= MOST_SKEW_MS
		? ok("clock", `the clock here and Vault's differ by ${seconds} s`)
		: warning("clock", `the clock here is ${seconds} s ${side} Vault's`, "set the time on both by NTP");
}

export interface LoginTry {
	readonly link: VaultLink;
	readonly auth: AuthConfig;
	/** Also where the credential is meant for a single login. */
	readonly isForced: boolean;
}

/** The login, unless it would take something away from the agent; and what the token may do. */
export async function loginChecks({ link, auth, isForced }: LoginTry): Promise<readonly Finding[]> {
	const usedUp = usedUpByLogin(auth);
	if (usedUp !== undefined) return [leftOut("login", `not tried: it would use up ${usedUp}`)];
	const single = meantForOneLogin(auth);
	if (single !== undefined && !isForced)
		return [
			leftOut("login", `not tried: ${single} may be good for one login; --online tries it all the same`),
		];
	return await tried("login", async () => {
		const { signal } = new AbortController();
		const token = await link.session.token(signal);
		const namespace = auth.namespace === undefined ? {} : { namespace: auth.namespace };
		const call = { method: "GET", path: "auth/token/lookup-self", token, ...namespace } as const;
		const login = ok("login", `${auth.method} ok`);
		try {
			return [login, ...tokenFindings((await link.client.send(call, signal)).data ?? {})];
		} catch (error) {
			if (!(error instanceof AgentError) || error.exitCode !== ExitCode.missing) throw error;
			return [login, leftOut("token", "it may not look itself up")];
		}
	});
}

function tokenFindings(data: Parameters<typeof describeToken>[0]): readonly Finding[] {
	const policies = asTexts(data["policies"]);
	const words = describeToken(data);
	if (policies.includes("root"))
		return [
			warning("token", `${words}: it may do everything`, "log in with a role that may read what is needed"),
		];
	if (data["renewable"] !== true && asNumber(data["ttl"]) > 0 && asNumber(data["num_uses"]) === 0)
		return [ok("token", `${words}, not renewable: the agent logs in again`)];
	if (asNumber(data["num_uses"]) > 0)
		return [
			warning(
				"token",
				`${words}, good for ${asNumber(data["num_uses"])} more requests`,
				"use tokens without num_uses",
			),
		];
	return [ok("token", words)];
}

function describeToken(data: NonNullable<Awaited<ReturnType<VaultLink["client"]["send"]>>["data"]>): string {
	const ttl = asNumber(data["ttl"]);
	const life = ttl > 0 ? `ttl ${formatDuration(ttl * 1000)}` : "no ttl";
	return `${life}, policies ${asTexts(data["policies"]).join(" ") || "none"}`;
}
