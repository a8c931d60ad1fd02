import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { preparePki } from "./certificates.ts";
import { Stage } from "./stage.ts";
import { targetKinds } from "./target.ts";

interface Issued {
	readonly data: Readonly<Record<string, unknown>>;
	readonly warnings: readonly string[] | null;
}

// What the recording does not show, but every server that issues certificates has to agree on.
describe.each(targetKinds())("$name issues certificates as Vault does", ({ open }) => {
	let stage: Stage;
	beforeAll(async () => {
		stage = await Stage.open(open);
		await preparePki(stage);
		await stage.root("POST pki/roles/any", { allow_any_name: true, key_type: "ec", max_ttl: "72h" });
	});
	afterAll(() => stage.close());

	const write = async (path: string, body: object) => (await stage.root(`POST ${path}`, body)) as Issued;
	const issue = (body: object, role = "any") => write(`pki/issue/${role}`, body);

	test("the certificate is the CA's, for the names asked for and as long as was said", async () => {
		const { data, warnings } = await issue({
			common_name: "gw.example",
			alt_names: "b.example",
			ip_sans: "10.0.0.7",
			ttl: "10m",
		});

		const leaf = new X509Certificate(String(data["certificate"]));
		const ca = new X509Certificate(String(data["issuing_ca"]));
		expect(leaf.verify(ca.publicKey)).toBe(true);
		expect(leaf.subjectAltName).toBe("DNS:gw.example, DNS:b.example, IP Address:10.0.0.7");
		expect(leaf.serialNumber).toBe(String(data["serial_number"]).replaceAll(":", "").toUpperCase());
		expect(leaf.validToDate.getTime()).toBe(Number(data["expiration"]) * 1000);
		expect(leaf.validFromDate.getTime()).toBe(Number(data["not_before"]) * 1000);
		expect(Number(data["expiration"]) - Number(data["not_before"])).toBe(630);
		expect(data["ca_chain"]).toEqual([data["issuing_ca"]]);
		expect(warnings).toBeNull();
	});

	test.each([
		["ec", 256, /^-----BEGIN EC PRIVATE KEY-----/],
		["rsa", 2048, /^-----BEGIN RSA PRIVATE KEY-----/],
		["ed25519", 0, /^-----BEGIN PRIVATE KEY-----/],
	])("the key is one of the role's kind: %s", async (type, bits, label) => {
		await write("pki/roles/keys", { allow_any_name: true, key_type: type, max_ttl: "1h" });

		const role = (await stage.root("GET pki/roles/keys")) as Issued;
		const { data } = await issue({ common_name: "gw.example" }, "keys");

		expect(role.data).toMatchObject({ key_type: type, key_bits: bits, not_before_duration: 30 });
		expect(data["private_key_type"]).toBe(type);
		expect(data["private_key"]).toMatch(label);
		expect(new X509Certificate(String(data["certificate"])).publicKey.asymmetricKeyType).toBe(type);
	});

	test("key and chain come in one text when that is asked for", async () => {
		const { data } = await issue({
			common_name: "gw.example",
			format: "pem_bundle",
			private_key_format: "pkcs8",
		});

		const labels = String(data["certificate"]).match(/(?<=BEGIN )[A-Z ]+/g);
		expect(labels).toEqual(["EC PRIVATE KEY", "CERTIFICATE", "CERTIFICATE"]);
		expect(data["private_key"]).toMatch(/^-----BEGIN PRIVATE KEY-----/);
	});

	test("more time than the role allows is cut, and said", async () => {
		const { data, warnings } = await issue({ common_name: "gw.example", ttl: "1000h" });

		expect(Number(data["expiration"]) - Number(data["not_before"])).toBe(72 * 3600 + 30);
		expect(warnings).toEqual([
			'TTL "1000h0m0s" is longer than permitted maxTTL "72h0m0s", so maxTTL is being used',
		]);
	});

	test.each([
		[{}, "the common_name field is required"],
		[{ common_name: "a b" }, "common name a b not allowed by this role"],
		[{ common_name: "a.b", ip_sans: "zz" }, 'the value \\"zz\\" is not a valid IP address'],
		[{ common_name: "a.b", format: "zz" }, 'must be \\"pem\\", \\"der\\", or \\"pem_bundle\\"'],
	])("%j is refused: %s", async (body, reason) => {
		await expect(issue(body)).rejects.toThrow(`400 {"errors":["`);
		await expect(issue(body)).rejects.toThrow(reason);
	});

	const underRole = async (commonName: string, settings: object) => {
		const terms = { allowed_domains: "example.internal", allow_subdomains: true, key_type: "ec", ttl: "1h" };
		await write("pki/roles/names", { ...terms, ...settings });
		return await issue({ common_name: commonName }, "names");
	};

	test.each([
		["gw.example.internal", {}],
		["localhost", {}],
		["example.internal", { allow_bare_domains: true }],
		["*.example.internal", {}],
		["gw-7.lab", { allow_glob_domains: true, allowed_domains: "gw-*.lab" }],
	])("%s is certified under a role with %j", async (commonName, settings) => {
		const { data } = await underRole(commonName, settings);

		expect(new X509Certificate(String(data["certificate"])).subject).toBe(`CN=${commonName}`);
	});

	test.each([
		["example.internal", {}],
		["gw.elsewhere", {}],
		["localhost", { allow_localhost: false }],
		["*.example.internal", { allow_wildcard_certificates: false }],
		["gw-7.example.internal", { allow_subdomains: false }],
	])("%s is refused under a role with %j", async (commonName, settings) => {
		const attempt = underRole(commonName, settings);

		await expect(attempt).rejects.toThrow(`common name ${commonName} not allowed by this role`);
	});

	test("addresses are refused by a role that takes none", async () => {
		await write("pki/roles/names", { allow_any_name: true, allow_ip_sans: false, key_type: "ec", ttl: "1h" });

		const attempt = issue({ common_name: "a.b", ip_sans: "10.0.0.7" }, "names");

		await expect(attempt).rejects.toThrow("IP Subject Alternative Names are not allowed in this role");
	});

	test("nothing outlives the CA", async () => {
		await write("pki/roles/long", { allow_any_name: true, key_type: "ec" });
		await stage.target.pass(1100);

		const attempt = issue({ common_name: "gw.example" }, "long");

		await expect(attempt).rejects.toThrow(
			/TTL would result in notAfter of \S+ that is beyond the expiration/,
		);
	});

	test("a certificate is found by its serial, and says when it was revoked", async () => {
		const { data } = await issue({ common_name: "gw.example", ttl: "10m" });
		const serial = String(data["serial_number"]);
		const before = (await stage.root(`GET pki/cert/${serial}`)) as Issued;
		const revoked = await write("pki/revoke", { serial_number: serial });

		const after = (await stage.root(`GET pki/cert/${serial.replaceAll(":", "-")}`)) as Issued;
		const { data: list } = (await stage.root("LIST pki/certs")) as Issued;

		expect(before.data).toEqual({
			certificate: data["certificate"],
			revocation_time: 0,
			revocation_time_rfc3339: "",
		});
		expect(revoked.data).toMatchObject({ state: "revoked", revocation_time: expect.any(Number) });
		expect(after.data["revocation_time"]).toBe(revoked.data["revocation_time"]);
		expect(list["keys"]).toContain(serial);
	});

	test.each([
		[{ serial_number: "11:22" }, "certificate with serial 11:22 not found."],
		[{}, "The serial number or certificate to revoke must be provided."],
	])("revoking %j is refused", async (body, reason) => {
		await expect(write("pki/revoke", body)).rejects.toThrow(reason);
	});

	test("anybody may have the CA's certificate", async () => {
		const reply = await fetch(`${stage.target.address}/v1/pki/ca/pem`);
		const stored = (await stage.root("GET pki/cert/ca")) as Issued;

		expect(reply.headers.get("content-type")).toBe("application/pem-certificate-chain");
		expect(await reply.text()).toBe(stored.data["certificate"]);
	});

	test("certificates say where their issuer is, once the mount knows", async () => {
		await write("pki/config/urls", { issuing_certificates: "http://127.0.0.1/v1/pki/ca" });

		const { data } = await issue({ common_name: "gw.example" });

		const leaf = new X509Certificate(String(data["certificate"]));
		expect(leaf.infoAccess).toContain("http://127.0.0.1/v1/pki/ca");
	});

	test.each([
		[{ key_type: "zz" }, "unknown key type zz"],
		[{ key_type: "ec", key_bits: 1000 }, "unsupported bit length for EC key: 1000"],
		[{ key_bits: 1000 }, "are unsafe and not supported: got 1000"],
		[{ ttl: "10h", max_ttl: "1h" }, 'value must be less than \\"max_ttl\\" value'],
	])("a role with %j is refused", async (settings, reason) => {
		await expect(write("pki/roles/bad", settings)).rejects.toThrow(reason);
	});

	test("a mount without a CA issues nothing", async () => {
		await stage.root("POST sys/mounts/pki-empty", { type: "pki" });
		const { warnings } = await write("pki-empty/roles/any", { allow_any_name: true });

		const attempt = write("pki-empty/issue/any", { common_name: "gw.example" });

		expect(warnings).toEqual([expect.stringContaining("no default issuing certificate")]);
		await expect(attempt).rejects.toThrow("no default issuer currently configured");
		await stage.root("DELETE sys/mounts/pki-empty");
	});

	test("a root whose key is exported comes with it", async () => {
		await stage.root("POST sys/mounts/pki-root", { type: "pki" });

		const { data } = await write("pki-root/root/generate/exported", {
			common_name: "r",
			key_type: "ec",
			ttl: "1h",
		});

		await stage.root("DELETE sys/mounts/pki-root");
		expect(data["private_key"]).toMatch(/^-----BEGIN EC PRIVATE KEY-----/);
		expect(data["issuing_ca"]).toBe(data["certificate"]);
		expect(new X509Certificate(String(data["certificate"])).ca).toBe(true);
	});
});
