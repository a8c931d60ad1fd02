import { X509Certificate } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { startDevServer } from "./start.ts";

const START = Date.UTC(2026, 10, 21, 10, 25, 12);

async function seededPki(settings: Record<string, string | boolean>) {
	const server = await startDevServer({ clock: new FakeClock(START) });
	onTestFinished(() => server.close());
	server.seed({ pki: { roles: { gw: settings } } });
	const reply = await fetch(`${server.address}/v1/pki/issue/gw`, {
		method: "POST",
		headers: { "X-Vault-Token": server.rootToken },
		body: JSON.stringify({ common_name: "gw.example.internal" }),
	});
	return (await reply.json()) as { data: Record<"certificate" | "issuing_ca" | "private_key_type", string> };
}

test("a seeded PKI role issues at once, three days' worth of a key that is quickly made", async () => {
	const { data } = await seededPki({ allowed_domains: "example.internal", allow_subdomains: true });

	const [leaf, ca] = [new X509Certificate(data.certificate), new X509Certificate(data.issuing_ca)];
	expect(leaf.checkIssued(ca)).toBe(true);
	expect(leaf.validToDate).toEqual(new Date(START + 72 * 3_600_000));
	expect(data.private_key_type).toBe("ec");
});

test("what a seeded PKI role says of itself counts", async () => {
	const { data } = await seededPki({ allow_any_name: true, key_type: "ed25519", max_ttl: "10m" });

	expect(new X509Certificate(data.certificate).validToDate).toEqual(new Date(START + 600_000));
	expect(data.private_key_type).toBe("ed25519");
});
