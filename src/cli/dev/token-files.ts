import { type DevServer, type Seed, serviceAccountsOf } from "../../devserver/mod.ts";
import type { DevFiles } from "./client-files.ts";

/** As long as a developer's server is likely to run; nobody writes it anew, as the kubelet does. */
const TOKEN_TTL_SECONDS = 30 * 24 * 3600;

/** What every cluster's tokens are for, beside what a role asks for. */
const CLUSTER = "https://kubernetes.default.svc";

/**
 * Writes a token for each service account that a seeded role names.
 *
 * @returns the files by account: `default/agentgateway`
 */
export async function writeTokenFiles(
	server: DevServer,
	seed: Seed,
	files: DevFiles,
): Promise<Record<string, string>> {
	const audiences = new Map<string, Set<string>>();
	for (const { namespace, serviceAccount, audience } of serviceAccountsOf(seed)) {
		const account = `${namespace}/${serviceAccount}`;
		audiences.set(account, (audiences.get(account) ?? new Set([CLUSTER])).add(audience ?? CLUSTER));
	}
	const written: Record<string, string> = {};
	for (const [account, wanted] of audiences) {
		const [namespace = "", serviceAccount = ""] = account.split("/");
		const terms = { namespace, serviceAccount, audience: [...wanted], ttlSeconds: TOKEN_TTL_SECONDS };
		const token = server.issueServiceAccountToken(terms);
		written[account] = await files.write(`${namespace}-${serviceAccount}.jwt`, token);
	}
	return written;
}
