import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClientCa, openClientCa, prepareCert } from "./certificates.ts";
import { callApi } from "./client.ts";
import { Stage } from "./stage.ts";
import { targetKinds } from "./target.ts";

type Shown = ReturnType<ClientCa["issue"]> | undefined;

const NO_CHAIN = ["no chain matching all constraints could be found for this login certificate"];

// What the recording does not show, but every server that takes certificates has to agree on.
describe.each(targetKinds())("$name takes certificates as Vault does", ({ openTls }) => {
	describe.skipIf(openTls === undefined)("over TLS", () => {
		let stage: Stage;
		let ca: ClientCa;
		beforeAll(async () => {
			stage = await Stage.open(openTls);
			ca = await prepareCert(stage);
		});
		afterAll(() => stage.close());

		const call = async (
			request: string,
			shown: Shown,
			{ token = "", body }: { token?: string; body?: object } = {},
		) => {
			const [method = "", path = ""] = request.split(" ");
			const tls = { ca: stage.target.caCert ?? "", ...shown };
			const answer = await callApi(stage.target.address, { method, path: `/v1/${path}`, token, body, tls });
			return { status: answer.status, body: answer.body as Record<string, unknown> | null };
		};
		const login = (shown: Shown, name?: string) =>
			call("POST auth/cert/login", shown, { body: name === undefined ? {} : { name } });
		const bearer = async (shown: Shown, name?: string) => {
			const { body } = await login(shown, name);
			return (body as { auth: { client_token: string } }).auth.client_token;
		};
		const gateway = (ttlSeconds = 600) => ca.issue({ commonName: "gateway.example", ttlSeconds });
		const role = (name: string, settings: object) =>
			stage.root(`POST auth/cert/certs/${name}`, { certificate: ca.certificate, ...settings });

		test("an expired certificate is a fault, and the answer says when it ended", async () => {
			const { status, body } = await login(gateway(-60));

			expect(status).toBe(500);
			expect(body?.["errors"]).toEqual([
				expect.stringMatching(
					/^failed to verify client's certificate: x509: certificate has expired or is not yet valid: current time \S+Z is after \S+Z$/,
				),
			]);
		});

		test("a name that no role lets in", async () => {
			const answer = await login(ca.issue({ commonName: "other.example", ttlSeconds: 600 }));

			expect(answer).toEqual({ status: 400, body: { errors: NO_CHAIN } });
		});

		test("host names are let in by pattern", async () => {
			await role("by-name", { allowed_dns_sans: "*.gw.example", token_policies: "reader" });
			const named = (name: string) => ca.issue({ commonName: "x", ttlSeconds: 600, sans: [name] });

			const [inside, outside] = [
				await login(named("a.b.gw.example"), "by-name"),
				await login(named("gw.example"), "by-name"),
			];

			expect(inside.body).toMatchObject({ auth: { metadata: { cert_name: "by-name", common_name: "x" } } });
			expect(outside).toEqual({ status: 400, body: { errors: NO_CHAIN } });
		});

		test("a certificate that a role names itself is let in, whoever has signed it", async () => {
			const own = (await openClientCa(stage.target.clock)).issue({ commonName: "own", ttlSeconds: 600 });
			await role("pinned", { certificate: own.cert, token_policies: "reader" });

			const { body } = await login(own, "Pinned");

			expect(body).toMatchObject({ auth: { metadata: { cert_name: "pinned", common_name: "own" } } });
		});

		test("the token is named after the role, and is the method's own", async () => {
			const token = await bearer(gateway(), "gateway");

			const { body } = await call("GET auth/token/lookup-self", undefined, { token });

			expect(body).toMatchObject({
				data: { display_name: "cert-gateway", path: "auth/cert/login", creation_ttl: 3600, orphan: true },
			});
		});

		test("a token is renewed by the certificate that has logged in, and by no other", async () => {
			const shown = gateway();
			const token = await bearer(shown, "gateway");
			const renew = (by: Shown) => call("POST auth/token/renew-self", by, { token });

			const [same, none, newer] = [await renew(shown), await renew(undefined), await renew(gateway())];

			expect(same).toMatchObject({ status: 200, body: { auth: { lease_duration: 3600 } } });
			expect(none).toEqual({ status: 400, body: { errors: ["no client certificate found"] } });
			expect(newer.status).toBe(500);
			expect(newer.body?.["errors"]).toEqual([
				expect.stringContaining(
					"failed to renew entry: client identity during renewal not matching client identity used during login",
				),
			]);
		});

		test("a token whose role has other policies now is not renewed", async () => {
			await role("moved", { token_policies: "reader" });
			const shown = gateway();
			const token = await bearer(shown, "moved");
			await role("moved", { token_policies: "writer" });

			const answer = await call("POST auth/token/renew-self", shown, { token });

			expect(answer.status).toBe(500);
			expect(answer.body?.["errors"]).toEqual([
				expect.stringContaining("failed to renew entry: policies have changed, not renewing"),
			]);
		});

		test("a token whose role is gone is left as it is, without a word", async () => {
			await role("gone", { token_policies: "reader" });
			const shown = gateway();
			const token = await bearer(shown, "gone");
			await stage.root("DELETE auth/cert/certs/gone");

			const answer = await call("POST auth/token/renew-self", shown, { token });

			expect(answer).toEqual({ status: 204, body: null });
		});

		test("a role is listed, and says what it was made with", async () => {
			await role("Shown", { allowed_names: "a,b", token_policies: "reader", token_max_ttl: "2h" });

			const { data } = (await stage.root("GET auth/cert/certs/shown")) as { data: object };
			const names = (await stage.root("LIST auth/cert/certs")) as { data: { keys: string[] } };

			expect(names.data.keys).toContain("shown");
			expect(data).toMatchObject({
				allowed_common_names: null,
				allowed_names: ["a", "b"],
				certificate: ca.certificate,
				display_name: "shown",
				token_max_ttl: 7200,
				token_policies: ["reader"],
				token_type: "default",
			});
		});

		test.each([{ display_name: "x", certificate: "" }, { certificate: "no certificate" }])(
			"a role without a certificate is refused: %j",
			async (settings) => {
				await expect(role("bad", settings)).rejects.toThrow("failed to parse certificate");
			},
		);
	});
});
