import { type DevServer, startDevServer } from "../../src/devserver/mod.ts";
import { openTokenReviewer } from "../support/token-reviewer.ts";
import type { Stage } from "./stage.ts";

export interface Cluster {
	readonly host: string;
	readonly caCert: string;
	readonly issue: DevServer["issueServiceAccountToken"];
}

const ALLOWED = { namespace: "default", serviceAccount: "agentgateway" };

/** Mounts the kubernetes method with a role for default/agentgateway. */
export async function mountKubernetes(stage: Stage): Promise<Cluster> {
	const cluster = await openCluster(stage);
	const mounts = (await stage.root("GET sys/auth")) as { data: Record<string, unknown> };
	if ("kubernetes/" in mounts.data) await stage.root("DELETE sys/auth/kubernetes");
	await stage.root("POST sys/auth/kubernetes", { type: "kubernetes" });
	await stage.root("POST auth/kubernetes/config", {
		kubernetes_host: cluster.host,
		kubernetes_ca_cert: cluster.caCert,
		disable_local_ca_jwt: true,
	});
	await stage.root("POST auth/kubernetes/role/agentgateway", {
		bound_service_account_names: "agentgateway",
		bound_service_account_namespaces: "default",
		token_policies: "reader",
		token_ttl: "1h",
	});
	return cluster;
}

/** Binds the tokens of the recording, too. */
export async function prepareKubernetes(stage: Stage): Promise<void> {
	const { issue } = await mountKubernetes(stage);
	const stranger = await startDevServer({ clock: stage.target.clock });
	stage.afterwards.defer(() => stranger.close());
	const tokens = [
		issue(ALLOWED),
		issue({ ...ALLOWED, serviceAccount: "default" }),
		issue({ ...ALLOWED, namespace: "other" }),
		stranger.issueServiceAccountToken(ALLOWED),
		"no-jwt-at-all",
	];
	for (const [at, token] of tokens.entries()) stage.matcher.bind(`<jwt-${at + 1}>`, token);
}

/** The embedded server is its own cluster; a real one asks a reviewer that knows the tokens of another. */
async function openCluster({ target, afterwards }: Stage): Promise<Cluster> {
	const issuer = await startDevServer({ clock: target.clock });
	afterwards.defer(() => issuer.close());
	const { caCert } = issuer;
	if (target.issueServiceAccountToken) {
		return { host: "https://kubernetes.default.svc", caCert, issue: target.issueServiceAccountToken };
	}
	const reviewer = afterwards.use(await openTokenReviewer());
	return {
		host: reviewer.address,
		caCert,
		issue: (request) => {
			const jwt = issuer.issueServiceAccountToken(request);
			reviewer.know(jwt);
			return jwt;
		},
	};
}
