import { X509Certificate } from "node:crypto";
import { Agent, request } from "node:https";
import { describe, expect, onTestFinished, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { startDevServer } from "./start.ts";

const START = Date.UTC(2026, 10, 21, 10, 25, 12);

async function tlsServer() {
	const clock = new FakeClock(START);
	const server = await startDevServer({ clock, tls: "own" });
	onTestFinished(() => server.close());
	return { server, clock };
}

describe("the server with TLS of its own", () => {
	test.each(["127.0.0.1", "localhost"])("is trusted as %s by a client that has its CA", async (host) => {
		const { server } = await tlsServer();
		const agent = new Agent({ ca: server.caCert });
		onTestFinished(() => agent.destroy());
		const url = new URL("/v1/sys/health", server.address);
		url.hostname = host;

		const status = await new Promise((resolve, reject) => {
			request(url, { agent }, (reply) => resolve(reply.resume().statusCode))
				.once("error", reject)
				.end();
		});

		expect(url.protocol).toBe("https:");
		expect(status).toBe(200);
	});

	test("is not trusted by a client that has another server's CA", async () => {
		const [{ server }, { server: other }] = [await tlsServer(), await tlsServer()];
		const agent = new Agent({ ca: other.caCert });

		const refusal = new Promise((resolve, reject) => {
			request(`${server.address}/v1/sys/health`, { agent }, resolve).once("error", reject).end();
		});

		await expect(refusal).rejects.toThrow(/certificate/);
	});

	test("gives client certificates that end when they are to end", async () => {
		const { server, clock } = await tlsServer();
		const ca = new X509Certificate(server.caCert);
		const issue = (ttlSeconds: number) =>
			new X509Certificate(
				server.issueClientCertificate({ commonName: "gw", ttlSeconds, sans: ["gw.example"] }).certificate,
			);

		const [good, expired] = [issue(600), issue(-1)];

		expect(good.verify(ca.publicKey)).toBe(true);
		expect(good.subjectAltName).toBe("DNS:gw.example");
		expect(good.validFromDate.getTime()).toBeLessThan(clock.now());
		expect(good.validToDate.getTime()).toBe(clock.now() + 600_000);
		expect(expired.validToDate.getTime()).toBeLessThan(clock.now());
		expect(expired.validFromDate.getTime()).toBeLessThan(expired.validToDate.getTime());
	});
});
