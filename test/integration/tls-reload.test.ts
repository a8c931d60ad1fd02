import type { ServerResponse } from "node:http";
import type { LookupFunction } from "node:net";
import type { TLSSocket } from "node:tls";
import { createServer } from "node:https";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startDevServer } from "../../src/devserver/mod.ts";
import { systemClock } from "../../src/kernel/mod.ts";
import { NodeVaultClient, type VaultCall } from "../../src/vault/mod.ts";
import type { TlsIdentity } from "../../src/vault/tls.ts";
import { vaultTransport } from "../../src/vault/transport.ts";
import { eventually } from "../support/eventually.ts";
import { loopback, secret } from "../support/loopback.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/tls");
const READ: VaultCall = { method: "GET", path: "secret/data/llm/openai" };
const { signal } = new AbortController();

function pem(name: string): string {
	return readFileSync(join(FIXTURES, name), "utf8");
}

/** Two identities of one CA, and a server that knows by whom each request came. */
async function open() {
	const ca = await startDevServer({ clock: systemClock });
	onTestFinished(async () => await ca.close());
	const names: string[] = [];
	const held: ServerResponse[] = [];
	let connections = 0;
	const answer = secret({ api_key: "x" });
	const server = createServer(
		{ cert: pem("server.crt"), key: pem("server.key"), requestCert: true, rejectUnauthorized: false },
		(request, response) => {
			names.push(String((request.socket as TLSSocket).getPeerCertificate().subject.CN));
			if (request.url?.endsWith("/slow")) held.push(response);
			else answer(response, { method: "GET", url: "", headers: {}, body: "" });
		},
	);
	let alive = 0;
	server.on("secureConnection", (socket: TLSSocket) => {
		connections++;
		alive++;
		socket.once("close", () => alive--);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	const port = typeof address === "object" ? address?.port : undefined;
	let identity = identityOf("one");
	function identityOf(commonName: string): TlsIdentity {
		const { certificate, privateKey } = ca.issueClientCertificate({ commonName, ttlSeconds: 600 });
		return { rejectUnauthorized: true, ca: [pem("ca.crt")], cert: certificate, key: privateKey };
	}
	const client = new NodeVaultClient({
		addresses: [`https://127.0.0.1:${port}`],
		timeoutMs: 10_000,
		tls: identity,
		readTls: () => identity,
	});
	onTestFinished(() => client.close());
	return {
		client,
		names,
		held,
		counts: () => ({ connections, open: alive }),
		release: () =>
			held
				.splice(0)
				.forEach((response) => answer(response, { method: "GET", url: "", headers: {}, body: "" })),
		rotate: (name: string) => {
			identity = identityOf(name);
		},
	};
}

describe("a client whose TLS files have changed", () => {
	test("keeps its connection as long as the content is the same", async () => {
		const { client, counts } = await open();
		await client.send(READ, signal);

		expect(client.reloadTls()).toEqual({ kind: "same" });
		await client.send(READ, signal);

		expect(counts().connections).toBe(1);
	});

	test("shows the new certificate from the next request on, and closes the idle old connection", async () => {
		const { client, names, counts, rotate } = await open();
		await client.send(READ, signal);

		rotate("two");
		expect(client.reloadTls()).toEqual({ kind: "changed" });
		await client.send(READ, signal);

		expect(names).toEqual(["one", "two"]);
		expect(client.certificate?.subject).toBe("CN=two");
		await eventually(() => expect(counts()).toEqual({ connections: 2, open: 1 }));
	});

	test("lets a request that is under way end on its old connection", async () => {
		const { client, names, held, counts, release, rotate } = await open();
		const slow = client.send({ ...READ, path: "secret/data/slow" }, signal);
		await eventually(() => expect(held).toHaveLength(1));

		rotate("two");
		client.reloadTls();
		await client.send(READ, signal);
		release();

		expect((await slow).status).toBe(200);
		expect(names).toEqual(["one", "two"]);
		await eventually(() => expect(counts().open).toBe(1));
	});

	test("closes every connection at its end, the old ones too", async () => {
		const { client, held, counts, rotate } = await open();
		const slow = client.send({ ...READ, path: "secret/data/slow" }, signal).catch((error: unknown) => error);
		await eventually(() => expect(held).toHaveLength(1));
		rotate("two");
		client.reloadTls();
		await client.send(READ, signal);

		client.close();

		await eventually(() => expect(counts().open).toBe(0));
		expect(await slow).toMatchObject({ code: "E_VAULT_UNREACHABLE" });
	});
});

test("the address of the server is asked for again at every new connection", async () => {
	const first = await loopback(secret({ api_key: "first" }));
	const asked: string[] = [];
	const lookup: LookupFunction = (host, options, done) => {
		asked.push(host);
		if (options.all) done(null, [{ address: "127.0.0.1", family: 4 }]);
		else done(null, "127.0.0.1", 4);
	};
	const transport = vaultTransport({
		tls: { rejectUnauthorized: true },
		timeoutMs: 5000,
		allowedOrigins: new Set(),
		lookup,
	});
	onTestFinished(() => transport.close());
	const send = transport.defaults();
	const uri = `http://vault.test:${first.port}/v1/secret/data/x`;
	await send({ uri, method: "GET", headers: {} });
	await send({ uri, method: "GET", headers: {} });
	expect(asked).toEqual(["vault.test"]);

	await first.close();
	// The first try may still meet the connection that is being cut.
	await eventually(async () => {
		await expect(send({ uri, method: "GET", headers: {} })).rejects.toThrow("connect refused");
	});

	expect(asked).toEqual(["vault.test", "vault.test"]);
});
