import { expect, test } from "vitest";
import { startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { openVault } from "../support/vault.ts";

test("an agent logs in with a certificate of its own, and with the next one after it was rotated on disk", async () => {
	const vault = await openVault({ tls: "own" });
	vault.server.seed({
		certs: { gateway: { token_policies: ["reader"], token_ttl: "3s", token_max_ttl: "3s" } },
	});
	vault.put("secret/data/llm/openai", { api_key: "sk-1" });
	const place = folder();
	const put = (commonName: string) => {
		const issued = vault.server.issueClientCertificate({ commonName, ttlSeconds: 3600 });
		place.write("login.crt", issued.certificate);
		place.write("login.key", issued.privateKey);
	};
	put("first.example");
	const config = place.write(
		"agent.yaml",
		JSON.stringify({
			vault: { address: vault.address, ca_cert: place.write("ca.crt", vault.server.caCert) },
			auto_auth: {
				method: "cert",
				config: { name: "gateway", client_cert: place.at("login.crt"), client_key: place.at("login.key") },
			},
			templates: [
				{
					contents: '{{#secret "secret/data/llm/openai"}}KEY={{api_key}}{{/secret}}\n',
					destination: place.at("key.env"),
				},
			],
		}),
	);
	const agent = startAgent(["start", "-c", config]);
	await agent.logged("rendered");

	put("second.example");

	const changed = await agent.logged("tls", ({ msg }) => msg.includes("CN=second.example"));
	expect(changed.level).toBe("info");
	await eventually(() => expect(vault.count("auth/cert/login")).toBeGreaterThan(1));
	expect(agent.isRunning()).toBe(true);
	expect(agent.log().filter(({ level }) => level === "error")).toEqual([]);
});
