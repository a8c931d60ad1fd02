import { type DevServer, startDevServer } from "../../src/devserver/mod.ts";
import type { Stage } from "./stage.ts";

/** Mounts the cert method with a role for one of two CAs, and gives the stage a client of each. */
export async function prepareCert(stage: Stage): Promise<void> {
	const { clock } = stage.target;
	await using stack = new AsyncDisposableStack();
	const issue = (issuer: DevServer, commonName: string) => {
		const { certificate: cert, privateKey: key } = issuer.issueClientCertificate({
			commonName,
			ttlSeconds: 3600,
		});
		stage.clients.set(commonName, { cert, key });
	};
	const [trusted, rogue] = [await startDevServer({ clock }), await startDevServer({ clock })];
	stack.defer(() => trusted.close());
	stack.defer(() => rogue.close());
	issue(trusted, "gateway.example");
	issue(rogue, "rogue.example");
	await stage.root("POST sys/auth/cert", { type: "cert" });
	await stage.root("POST auth/cert/certs/gateway", {
		certificate: trusted.caCert,
		allowed_common_names: "gateway.example",
		token_policies: "reader",
		token_ttl: "1h",
	});
}

/** Mounts a CA with a role for the names below one domain, as they were when the exchanges were recorded. */
export async function preparePki(stage: Stage): Promise<void> {
	await stage.root("PUT sys/policies/acl/issuer", {
		policy: 'path "pki/issue/gw" { capabilities = ["create", "update"] }',
	});
	await stage.root("POST sys/mounts/pki", { type: "pki" });
	await stage.root("POST pki/root/generate/internal", { common_name: "contract CA" });
	await stage.root("POST pki/roles/gw", { allowed_domains: "example.internal", allow_subdomains: true });
	stage.agentToken = await stage.token({ policies: ["issuer"] });
}
