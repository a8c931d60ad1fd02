import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { certMethod, tlsRefresh, TokenSession } from "../../src/auth/mod.ts";
import { type DevServer, startDevServer } from "../../src/devserver/mod.ts";
import { type AgentError, systemClock } from "../../src/kernel/mod.ts";
import { asObject, NodeVaultClient, readTlsIdentity } from "../../src/vault/mod.ts";
import { eventually } from "../support/eventually.ts";
import { type Folder, folder } from "../support/folder.ts";
import { RecordingLog } from "../support/recording-log.ts";
import { canMakeCertificates } from "../support/tls.ts";
import { freePort } from "../support/free-port.ts";

const LOGIN = "auth/cert/login";
const FIXTURES = join(import.meta.dirname, "../fixtures/tls");

interface Scene {
	readonly server: DevServer;
	readonly place: Folder;
	readonly log: RecordingLog;
	/** Puts a pair for this name into the files. */
	readonly put: (commonName: string, from?: DevServer, ttlSeconds?: number) => void;
	readonly login: (over?: { name?: string; mountPath?: string }) => ReturnType<typeof openLogin>;
}

/** A server that takes certificates of its own CA for the role `gateway`, and files of a client. */
async function open(): Promise<Scene> {
	const server = await startServer();
	server.seed({ certs: { gateway: { token_policies: ["default"] } } });
	const place = folder();
	place.write("ca.crt", server.caCert);
	const log = new RecordingLog();
	const put = (commonName: string, from = server, ttlSeconds = 3600) => {
		const { certificate, privateKey } = from.issueClientCertificate({ commonName, ttlSeconds });
		place.write("client.crt", certificate);
		place.write("client.key", privateKey);
	};
	put("first.example");
	return {
		server,
		place,
		log,
		put,
		login: (over) => openLogin({ addresses: [server.address], place, log, ...over }),
	};
}

async function startServer(): Promise<DevServer> {
	const server = await startDevServer({ clock: systemClock, tls: "own" });
	onTestFinished(async () => await server.close());
	return server;
}

interface LoginOptions {
	readonly addresses: readonly [string, ...string[]];
	readonly place: Folder;
	readonly log: RecordingLog;
	readonly name?: string;
	readonly mountPath?: string;
}

/** A session of the cert method on the files of a folder. */
function openLogin({ addresses, place, log, name, mountPath = "auth/cert" }: LoginOptions) {
	const files = {
		readFile: (path: string) => readFileSync(path),
		readDirectory: (path: string) => readdirSync(path),
	};
	const settings = {
		caCert: place.at("ca.crt"),
		clientCert: place.at("client.crt"),
		clientKey: place.at("client.key"),
		skipVerify: false,
	};
	const readTls = () => readTlsIdentity(settings, files);
	const client = new NodeVaultClient({ addresses, timeoutMs: 5000, tls: readTls(), readTls });
	onTestFinished(() => client.close());
	const refresh = tlsRefresh([client], { log, clock: systemClock });
	const options = { mountPath, files: [], ...(name !== undefined && { name }) };
	const method = certMethod(options, { client, refresh, clock: systemClock });
	const { signal } = new AbortController();
	const session = new TokenSession({
		method,
		client,
		clock: systemClock,
		random: () => 0,
		backoff: { minMs: 1, maxMs: 10 },
		log,
		hide: () => () => undefined,
		refreshTls: refresh,
	});
	return {
		method,
		session,
		signal,
		/** Common name of the certificate that the token was given for. */
		nameOf: async () => {
			const token = await session.token(signal);
			const { data } = await client.send({ method: "GET", path: "auth/token/lookup-self", token }, signal);
			return asObject(data?.["meta"])?.["common_name"];
		},
		/** The next request finds no token. */
		forget: async () => {
			const token = await session.token(signal);
			await client.send({ method: "POST", path: "auth/token/revoke-self", body: {}, token }, signal);
			const refusal = { remedy: "relogin", facts: {} } as unknown as AgentError;
			await session.isDead(token, refusal, signal);
		},
		failure: async () =>
			await session.token(signal).then(
				() => Promise.reject(new Error("the login succeeded")),
				(error: unknown) => error as AgentError,
			),
	};
}

describe("a login by certificate", () => {
	test("shows the certificate of the files", async () => {
		const { login } = await open();

		expect(await login({ name: "gateway" }).nameOf()).toBe("first.example");
	});

	test("shows a certificate that was rotated while the agent ran, on a new connection", async () => {
		const { login, put, log } = await open();
		const { nameOf, forget } = login();
		await nameOf();

		put("second.example");
		await forget();

		expect(await nameOf()).toBe("second.example");
		expect(log.of("tls")).toEqual([
			expect.stringMatching(/^the TLS files have changed; new connections show subject CN=second\.example, /),
		]);
	});

	test("keeps the pair that it has while the one on disk is half written, and says so once", async () => {
		const { login, place, log, server } = await open();
		const { nameOf, session, signal } = login();
		await nameOf();

		place.write("client.key", server.issueClientCertificate({ commonName: "x", ttlSeconds: 60 }).privateKey);
		await session.credentialsChanged(signal);
		await session.credentialsChanged(signal);

		expect(await nameOf()).toBe("first.example");
		expect(log.of("tls")).toEqual([
			`vault.client_key: ${place.at("client.key")} is not the key of ${place.at("client.crt")}; what was read before stays in use`,
		]);
	});

	test.each(["", "-----BEGIN CERTIFICATE-----\nMIIB", "no PEM at all"])(
		"keeps the pair that it has while the certificate on disk is %j",
		async (text) => {
			const { login, place, log } = await open();
			const { nameOf, session, signal } = login();

			place.write("client.crt", text);
			await session.credentialsChanged(signal);

			expect(await nameOf()).toBe("first.example");
			expect(log.of("tls")[0]).toContain("client.crt holds no certificate in PEM; what was read before");
		},
	);

	test("is not renewed with another certificate than that of the login, which Vault would refuse", async () => {
		const { login, put } = await open();
		const { method, nameOf, session, signal } = login();
		await nameOf();
		expect(method.mayRenew?.()).toBe(true);

		put("second.example");
		await session.credentialsChanged(signal);

		expect(method.mayRenew?.()).toBe(false);
	});

	test("finds the next address when the first one does not answer", async () => {
		const { server, place, log } = await open();
		const { failure, session, nameOf } = openLogin({
			addresses: [`https://127.0.0.1:${await freePort()}`, server.address],
			place,
			log,
		});

		expect((await failure()).code).toBe("E_VAULT_UNREACHABLE");
		session.retryNow();

		expect(await nameOf()).toBe("first.example");
	});

	test("finds the next address when the first one is sealed", async () => {
		const { server, place, log } = await open();
		const sealed = await startServer();
		place.write("ca.crt", `${server.caCert}\n${sealed.caCert}`);
		sealed.faults.add(
			{ kind: "status", status: 503, body: { errors: ["Vault is sealed"] } },
			{ path: LOGIN },
		);
		const addresses = [sealed.address, server.address] as const;
		const { failure, session, nameOf } = openLogin({ addresses, place, log });

		expect((await failure()).code).toBe("E_VAULT_SEALED");
		session.retryNow();

		expect(await nameOf()).toBe("first.example");
	});
});

describe("a login by certificate that is refused", () => {
	test("says that the certificate has expired, and warns of it beforehand", async () => {
		const { login, put, server, log } = await open();
		put("late.example", server, -3 * 86_400);

		const error = await login().failure();

		expect(error.message).toMatch(
			/^Vault refused the login: the client certificate has expired: .* \(500\)$/,
		);
		expect(error).toMatchObject({ code: "E_LOGIN_REFUSED", exitCode: 3 });
		expect(error.rows["cert"]).toMatch(
			/^subject CN=late\.example, issuer CN=keyturn dev CA, expired 72h ago$/,
		);
		expect(log.of("tls")[0]).toContain("the client certificate subject CN=late.example");
	});

	test("says whose certificate it was, when another CA has signed it", async () => {
		const { login, put, server } = await open();
		put("foreign.example", await startServer());

		const error = await login().failure();

		expect(error.message).toBe(
			"Vault refused the login: invalid certificate or no client certificate supplied (400)",
		);
		expect(error.rows["at"]).toBe(`${server.address}  auth/cert`);
		expect(error.rows["cert"]).toMatch(/^subject CN=foreign\.example, issuer CN=keyturn dev CA, expires in /);
		expect(error.rows["do"]).toContain("name a role that holds the issuer's certificate");
	});

	test("names the role that is not there", async () => {
		const { login, server } = await open();

		const error = await login({ name: "nope" }).failure();

		expect(error.rows["at"]).toBe(`${server.address}  auth/cert  role "nope"`);
	});

	test("points at the mount when no such method is there", async () => {
		const { login } = await open();

		const error = await login({ mountPath: "auth/elsewhere" }).failure();

		expect(error.rows["do"]).toContain("auto_auth.mount_path");
	});

	test("shows nothing of the key", async () => {
		const { login, put, place } = await open();
		put("foreign.example", await startServer());
		const [, secret = ""] = readFileSync(place.at("client.key"), "utf8").split("\n");

		const error = await login().failure();

		expect(inspect(error, { depth: 9 })).not.toContain(secret);
	});
});

describe.runIf(canMakeCertificates)("a server that checks certificates while it is connected to", () => {
	test.each([
		["none.crt", "none.key", "it asks for a client certificate"],
		["expired.crt", "expired.key", "it takes the client certificate for expired"],
		["foreign.crt", "foreign.key", "it does not know the CA of the client certificate"],
	])("says what it has against %s", async (cert, key, words) => {
		const place = folder();
		const foreign = await startServer();
		const { certificate, privateKey } = foreign.issueClientCertificate({ commonName: "x", ttlSeconds: 60 });
		const pems = { "foreign.crt": certificate, "foreign.key": privateKey };
		const pem = (name: string) =>
			name in pems ? pems[name as keyof typeof pems] : readFileSync(join(FIXTURES, name), "utf8");
		const address = await checkingServer(place);
		const shown = cert.startsWith("none") ? {} : { cert: pem(cert), key: pem(key) };
		const tls = { rejectUnauthorized: true, ca: [pem("ca.crt")], ...shown };
		const client = new NodeVaultClient({ addresses: [address], timeoutMs: 5000, tls });
		onTestFinished(() => client.close());
		const refresh = tlsRefresh([client], { log: new RecordingLog(), clock: systemClock });
		const method = certMethod({ mountPath: "auth/cert", files: [] }, { client, refresh, clock: systemClock });

		const error = (await method
			.login(new AbortController().signal)
			.catch((reason: unknown) => reason)) as AgentError;

		expect(error.message).toContain(words);
		expect(error.message.includes("the client certificate has expired")).toBe(cert === "expired.crt");
		expect(error.code).toBe(cert === "expired.crt" ? "E_LOGIN_REFUSED" : "E_VAULT_TLS");
	});
});

/** OpenSSL's own server, which tells clients what it has against them; Node's only hangs up. */
async function checkingServer(place: Folder): Promise<string> {
	const own = ["-cert", join(FIXTURES, "server.crt"), "-key", join(FIXTURES, "server.key")];
	const check = ["-CAfile", join(FIXTURES, "ca.crt"), "-Verify", "1", "-verify_return_error"];
	const server = spawn("openssl", ["s_server", "-accept", "127.0.0.1:0", ...own, ...check], {
		cwd: place.path,
		stdio: ["pipe", "pipe", "ignore"],
	});
	onTestFinished(() => void server.kill("SIGKILL"));
	let output = "";
	server.stdout.on("data", (chunk: Buffer) => {
		output += chunk.toString();
	});
	return await eventually(() => {
		const [, port] = /ACCEPT .*:(\d+)/.exec(output) ?? [];
		if (port === undefined) throw new Error(`not listening yet: ${output}`);
		return `https://127.0.0.1:${port}`;
	});
}
