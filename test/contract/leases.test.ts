import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Auth, type Credentials, Lender, prepareDatabase } from "./database.ts";
import { Stage } from "./stage.ts";
import { targetKinds } from "./target.ts";

const ALL = 'path "*" { capabilities = ["create", "read", "update", "delete", "list"] }';
const READER = 'path "database/creds/*" { capabilities = ["read"] }';
const GONE = { errors: ["invalid lease"] };

// What the recording does not show, but every server that lends has to agree on.
describe.each(targetKinds())("$name keeps leases as Vault does", ({ open, postgres }) => {
	describe.skipIf(postgres === undefined)("with a database engine", () => {
		let stage: Stage;
		let lender: Lender;
		beforeAll(async () => {
			stage = await Stage.open(open);
			await prepareDatabase(stage, postgres ?? "");
			lender = new Lender(stage);
			await stage.root("PUT sys/policies/acl/c-all", { policy: ALL });
			await stage.root("PUT sys/policies/acl/c-lent", { policy: READER });
		});
		afterAll(() => stage.close());

		test("leases go with the token that made them, when it is revoked or over", async () => {
			const [revoked, short] = await Promise.all([
				lender.bearer({ ttl: "1h" }),
				lender.bearer({ ttl: "2s" }),
			]);
			const ofRevoked = await lender.lend("model-server", revoked);
			const ofShort = await lender.lend("model-server", short);
			const before = await Promise.all([lender.look(ofRevoked), lender.look(ofShort)]);
			await lender.call("POST auth/token/revoke-self", revoked);
			await stage.target.pass(3000);

			const after = await Promise.all([lender.look(ofRevoked), lender.look(ofShort)]);

			const live = [ofRevoked, ofShort].map(({ lease_id }) => ({ data: { id: lease_id } }));
			expect(before).toMatchObject(live);
			expect(after).toEqual([GONE, GONE]);
		});

		test("leases go with the parent of the token that made them", async () => {
			const parent = await lender.bearer({ ttl: "1h", policies: ["c-all"] });
			const made = await lender.call("POST auth/token/create", parent, { ttl: "1h" });
			const credentials = await lender.lend("model-server", (made.body as Auth).auth.client_token);
			await lender.call("POST auth/token/revoke-self", parent);
			await stage.target.pass(500);

			expect(await lender.look(credentials)).toEqual(GONE);
		});

		test("a batch token's lease ends with the token", async () => {
			const credentials = await lender.lend(
				"model-server",
				await lender.bearer({ ttl: "1m", type: "batch" }),
			);

			expect(credentials.lease_duration).toBeGreaterThanOrEqual(59);
			expect(credentials.lease_duration).toBeLessThanOrEqual(60);
		});

		test("the last use of a token lends nothing", async () => {
			await lender.copyRole("c-last");
			const token = await lender.bearer({ num_uses: 1 });

			const answer = await lender.call("GET database/creds/c-last", token);
			await stage.target.pass(500);

			const why =
				"Secret cannot be returned; token had one use left, so leased credentials were immediately revoked.";
			expect([answer.status, answer.body]).toEqual([400, { errors: [why] }]);
			expect(await lender.listed("c-last")).toEqual([]);
		});

		test("live leases are listed, those that are over are not", async () => {
			await lender.copyRole("c-listed", { default_ttl: "2s" });
			const { lease_id: id } = await lender.lend("c-listed");
			const before = await lender.listed("c-listed");
			await stage.target.pass(3500);

			const after = await lender.listed("c-listed");

			expect([before, after]).toEqual([[id.slice("database/creds/c-listed/".length)], []]);
		});

		test("a lease is renewed and revoked by its id in the path, too", async () => {
			const { lease_id: id } = await lender.lend("model-server");

			const renewal = await lender.asRoot(`PUT sys/leases/renew/${id}`, { increment: "60s" });
			const revocation = await lender.asRoot(`PUT sys/leases/revoke/${id}`);

			expect(renewal.body).toMatchObject({ lease_id: id, lease_duration: 60, renewable: true, data: null });
			expect(revocation.status).toBe(204);
			expect((await lender.asRoot("PUT sys/leases/lookup", { lease_id: id })).body).toEqual(GONE);
		});

		test.each(["revoke-prefix", "revoke-force"])("%s spares a role whose name begins alike", async (act) => {
			await lender.copyRole(`c-${act}`);
			await lender.copyRole(`c-${act}-2`);
			const [gone, alsoGone] = [await lender.lend(`c-${act}`), await lender.lend(`c-${act}`)];
			const spared = await lender.lend(`c-${act}-2`);

			const answer = await lender.asRoot(`PUT sys/leases/${act}/database/creds/c-${act}`);
			await stage.target.pass(500);

			expect(answer.status).toBe(204);
			expect([await lender.look(gone), await lender.look(alsoGone)]).toEqual([GONE, GONE]);
			expect(await lender.look(spared)).toMatchObject({ data: { id: spared.lease_id } });
		});

		test("the default policy lets a token look up and renew what it knows the id of, and no more", async () => {
			const { lease_id: id } = await lender.lend("model-server");
			const token = await lender.bearer({ policies: ["default"] });
			const asked = [
				"PUT sys/leases/lookup",
				"PUT sys/leases/renew",
				"PUT sys/leases/revoke",
				`PUT sys/leases/renew/${id}`,
				"LIST sys/leases/lookup/database",
			].map((request) => request.replace(/^LIST (.*)$/, "GET $1?list=true"));

			const statuses = await Promise.all(
				asked.map(
					async (request) =>
						(await lender.call(request, token, request.startsWith("PUT") ? { lease_id: id } : undefined))
							.status,
				),
			);

			expect(statuses).toEqual([200, 200, 403, 403, 403]);
		});

		test("listing and revoking by prefix want sudo", async () => {
			const token = await lender.bearer({ policies: ["c-all"] });

			const answers = await Promise.all([
				lender.call("GET sys/leases/lookup/database?list=true", token),
				lender.call("PUT sys/leases/revoke-prefix/database", token),
				lender.call("PUT sys/leases/revoke-force/database", token),
			]);

			expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
		});

		test.each([
			["lookup", {}, 400, "lease_id must be specified"],
			["renew", {}, 400, "lease_id must be specified"],
			["revoke", {}, 400, "lease_id must be specified"],
			["lookup", { lease_id: "nope" }, 400, "invalid lease"],
			["renew", { lease_id: "nope" }, 400, "lease not found"],
			["revoke", { lease_id: "nope" }, 204, ""],
		])("%s %j answers %i %s", async (...[act, body, status, error]) => {
			const answer = await lender.asRoot(`PUT sys/leases/${act}`, body);

			expect([answer.status, answer.body]).toEqual([status, error === "" ? null : { errors: [error] }]);
		});

		test("a lease cannot be renewed backwards", async () => {
			const { lease_id: id } = await lender.lend("model-server");

			const answer = await lender.asRoot("PUT sys/leases/renew", { lease_id: id, increment: -5 });

			const what = "error converting input for field \"increment\": cannot provide negative value '-5'";
			expect([answer.status, answer.body]).toEqual([400, { errors: [`Field validation failed: ${what}`] }]);
		});

		test("a lease cannot be renewed without its role", async () => {
			await lender.copyRole("c-gone");
			const { lease_id: id } = await lender.lend("c-gone");
			await stage.root("DELETE database/roles/c-gone");

			const answer = await lender.asRoot("PUT sys/leases/renew", { lease_id: id });

			const cause = 'error during renew: could not find role with name "c-gone"';
			const error = `failed to renew entry: resp: (*logical.Response)(nil) err: ${cause}`;
			expect([answer.status, answer.body]).toEqual([400, { errors: [error] }]);
		});

		test("wrapped credentials keep their lease", async () => {
			const headers = { "X-Vault-Wrap-TTL": "60s" };
			const wrapped = await stage.root("GET database/creds/model-server", undefined, headers);
			const { token } = (wrapped as { wrap_info: { token: string } }).wrap_info;

			const answer = await lender.call("POST sys/wrapping/unwrap", token);

			const credentials = answer.body as Credentials;
			expect(await lender.look(credentials)).toMatchObject({
				data: { id: credentials.lease_id, renewable: true },
			});
		});

		test("leases go with their mount", async () => {
			const credentials = await lender.lend("model-server");
			await stage.root("DELETE sys/mounts/database");

			const after = await lender.look(credentials);
			await prepareDatabase(stage, postgres ?? "");

			expect(after).toEqual(GONE);
		});
	});
});
