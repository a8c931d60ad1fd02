import { type DevServer, startDevServer } from "../../src/devserver/mod.ts";
import type { Clock } from "../../src/kernel/mod.ts";
import type { TlsTerms } from "./client.ts";
import type { Stage } from "./stage.ts";

type ClientOrder = Parameters<DevServer["issueClientCertificate"]>[0];

/** A CA and its clients, whatever server they are shown to. */
export interface ClientCa {
	/** PEM. */
	readonly certificate: string;
	issue(order: ClientOrder): Required<Pick<TlsTerms, "cert" | "key">>;
}

export async function openClientCa(clock: Clock): Promise<ClientCa> {
	const server = await startDevServer({ clock });
	await server.close();
	return {
		certificate: server.caCert,
		issue: (order) => {
			const { certificate: cert, privateKey: key } = server.issueClientCertificate(order);
			return { cert, key };
		},
	};
}

/** Mounts the cert method with a role for one of two CAs, and gives the stage a client of each. */
export async function prepareCert(stage: Stage): Promise<ClientCa> {
	const { clock } = stage.target;
	const [trusted, rogue] = [await openClientCa(clock), await openClientCa(clock)];
	stage.clients.set("gateway.example", trusted.issue({ commonName: "gateway.example", ttlSeconds: 3600 }));
	stage.clients.set("rogue.example", rogue.issue({ commonName: "rogue.example", ttlSeconds: 3600 }));
	await stage.root("POST sys/auth/cert", { type: "cert" });
	await stage.root("POST auth/cert/certs/gateway", {
		certificate: trusted.certificate,
		allowed_common_names: "gateway.example",
		token_policies: "reader",
		token_ttl: "1h",
	});
	return trusted;
}

/** Mounts a CA with a role for the names below one domain, unless it is there already. */
export async function preparePki(stage: Stage): Promise<void> {
	await stage.root("PUT sys/policies/acl/issuer", {
		policy: 'path "pki/issue/gw" { capabilities = ["create", "update"] }',
	});
	const mounts = (await stage.root("GET sys/mounts")) as { data: object };
	if (!("pki/" in mounts.data)) {
		await stage.root("POST sys/mounts/pki", { type: "pki" });
		await stage.root("POST pki/root/generate/internal", { common_name: "contract CA" });
	}
	await stage.root("POST pki/roles/gw", { allowed_domains: "example.internal", allow_subdomains: true });
	stage.agentToken = await stage.token({ policies: ["issuer"] });
}
