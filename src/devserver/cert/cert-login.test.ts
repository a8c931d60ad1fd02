import { randomBytes } from "node:crypto";
import { Agent, request } from "node:https";
import { json } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { startDevServer } from "../start.ts";
import { type Authority, createAuthority, createKeyPair, createSerial, P256 } from "../x509/authority.ts";
import { type CertificateOrder, keyId, signCertificate } from "../x509/certificate.ts";
import { subjectName } from "../x509/names.ts";

const START = Date.UTC(2026, 10, 21, 10, 25, 12);
const HOUR = 3_600_000;
const YEAR = 8760 * HOUR;

function rootCa(): Authority {
	const terms = { commonName: "root", notBefore: START - YEAR, notAfter: START + YEAR };
	return createAuthority({ ...terms, serial: createSerial(randomBytes) }, createKeyPair(P256));
}

/** Signed by the CA; with the means to sign others, whatever it is for. */
function signedBy(ca: Authority, terms: Partial<CertificateOrder>) {
	const { publicKey, privateKey } = createKeyPair(P256);
	const commonName = terms.commonName ?? "gateway";
	const [notBefore, notAfter] = [START - HOUR, START + HOUR];
	const serial = createSerial(randomBytes);
	const order = { commonName, uses: ["client"] as const, notBefore, notAfter, serial, publicKey, ...terms };
	const certificate = signCertificate(order, ca);
	const key = String(privateKey.export({ type: "pkcs8", format: "pem" }));
	return { certificate, key, privateKey, name: subjectName(commonName), keyId: keyId(publicKey), notAfter };
}

async function gatewayRole(certificate: string) {
	const server = await startDevServer({ clock: new FakeClock(START), tls: "own" });
	onTestFinished(() => server.close());
	server.seed({ certs: { gateway: { certificate } } });
	return async (client: { certificate: string; key: string }) => {
		// Keeps no connection, but the TLS session: the second login resumes it.
		const agent = new Agent({ ca: server.caCert, cert: client.certificate, key: client.key });
		onTestFinished(() => agent.destroy());
		const login = async () =>
			await new Promise<{ auth?: { metadata: object }; errors?: string[] }>((resolve, reject) => {
				request(`${server.address}/v1/auth/cert/login`, { agent, method: "POST" }, (reply) => {
					resolve(json(reply) as Promise<object>);
				})
					.once("error", reject)
					.end();
			});
		return [await login(), await login()];
	};
}

const CHAIN = ["invalid certificate or no client certificate supplied"];

describe("a certificate login", () => {
	test("takes a client whose CA is only on the way to the trusted one, time and again", async () => {
		const root = rootCa();
		const between = signedBy(root, { commonName: "between", uses: "ca" });
		const client = signedBy(between, {});
		const login = await gatewayRole(root.certificate);

		const answers = await login({ ...client, certificate: client.certificate + between.certificate });

		expect(answers.map(({ auth }) => auth?.metadata)).toEqual([
			expect.objectContaining({ cert_name: "gateway", common_name: "gateway" }),
			expect.objectContaining({ cert_name: "gateway", common_name: "gateway" }),
		]);
	});

	test("refuses a client that keeps the way to the trusted CA to itself", async () => {
		const root = rootCa();
		const client = signedBy(signedBy(root, { commonName: "between", uses: "ca" }), {});
		const login = await gatewayRole(root.certificate);

		const [answer] = await login(client);

		expect(answer?.errors).toEqual(CHAIN);
	});

	test("refuses a way that leads over one who is no CA", async () => {
		const root = rootCa();
		const between = signedBy(root, { commonName: "between" });
		const client = signedBy(between, {});
		const login = await gatewayRole(root.certificate);

		const [answer] = await login({ ...client, certificate: client.certificate + between.certificate });

		expect(answer?.errors).toEqual(CHAIN);
	});

	test("refuses a way that has ended", async () => {
		const root = rootCa();
		const between = signedBy(root, { commonName: "between", uses: "ca", notAfter: START - 1000 });
		const client = signedBy(between, {});
		const login = await gatewayRole(root.certificate);

		const [answer] = await login({ ...client, certificate: client.certificate + between.certificate });

		expect(answer?.errors).toEqual(CHAIN);
	});

	test("refuses a certificate that is for servers", async () => {
		const root = rootCa();
		const login = await gatewayRole(root.certificate);

		const [answer] = await login(signedBy(root, { uses: ["server"] }));

		expect(answer?.errors).toEqual([
			"failed to verify client's certificate: x509: certificate specifies an incompatible key usage",
		]);
	});

	test.each([
		[
			"is not valid yet",
			{ notBefore: START + HOUR, notAfter: START + YEAR },
			"is before 2026-11-21T11:25:12Z",
		],
		["has ended", { notBefore: START - YEAR, notAfter: START - HOUR }, "is after 2026-11-21T09:25:12Z"],
	])("refuses a certificate that %s", async (_, span, reason) => {
		const root = rootCa();
		const login = await gatewayRole(root.certificate);

		const [answer] = await login(signedBy(root, span));

		expect(answer?.errors).toEqual([
			`failed to verify client's certificate: x509: certificate has expired or is not yet valid: current time 2026-11-21T10:25:12Z ${reason}`,
		]);
	});
});
