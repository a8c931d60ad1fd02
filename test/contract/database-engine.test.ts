import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Credentials, Lender, prepareDatabase } from "./database.ts";
import { Stage } from "./stage.ts";
import { targetKinds } from "./target.ts";

// What the recording does not show, but every server with a database engine has to agree on.
describe.each(targetKinds())("$name has a database engine as Vault has", ({ open, postgres }) => {
	describe.skipIf(postgres === undefined)("with a database behind it", () => {
		let stage: Stage;
		let lender: Lender;
		beforeAll(async () => {
			stage = await Stage.open(open);
			await prepareDatabase(stage, postgres ?? "");
			lender = new Lender(stage);
		});
		afterAll(() => stage.close());

		test("a role without TTLs lends for the system's TTL", async () => {
			await lender.copyRole("c-plain", { default_ttl: 0, max_ttl: 0 });

			expect(await lender.lend("c-plain")).toMatchObject({ lease_duration: 2_764_800, warnings: null });
		});

		test("a TTL beyond the maximum is cut from the start, with a warning", async () => {
			await lender.copyRole("c-odd", { default_ttl: "2h", max_ttl: "1h" });

			const warning = 'TTL of "2h" exceeded the effective max_ttl of "1h"; TTL value is capped accordingly';
			expect(await lender.lend("c-odd")).toMatchObject({ lease_duration: 3600, warnings: [warning] });
		});

		test("rotate-role changes a static password at once, and its ttl begins anew", async () => {
			const read = async () => ((await stage.root("GET database/static-creds/fixed")) as Credentials).data;
			const before = await read();
			await stage.target.pass(2000);
			await stage.root("POST database/rotate-role/fixed");

			const after = await read();

			expect(after.password).not.toBe(before.password);
			expect(after).toMatchObject({ username: "fixed", ttl: 3600 });
		});

		test("a static password changes when its period is over", async () => {
			const fixed = { username: "fixed", rotation_period: "5s" };
			await stage.root("POST database/static-roles/fixed", fixed);
			await stage.root("POST database/rotate-role/fixed");
			const read = async () => ((await stage.root("GET database/static-creds/fixed")) as Credentials).data;
			const before = await read();
			await stage.target.pass(11_000);

			const after = await read();
			await stage.root("POST database/static-roles/fixed", { ...fixed, rotation_period: "1h" });

			expect(after.password).not.toBe(before.password);
		});

		test.each([
			["roles/c-none", {}, 400, "database name is required"],
			["static-roles/c-none", {}, 400, "database name is a required field"],
			["static-roles/c-none", { db_name: "postgres" }, 400, "username is a required field"],
			["static-roles/c-none", { db_name: "postgres", username: "x" }, 400, "rotation_period is required"],
			[
				"static-roles/c-none",
				{ db_name: "postgres", username: "x", rotation_period: "4s" },
				400,
				"rotation_period must be 5 seconds or more",
			],
			["static-roles/fixed", { rotation_period: "1h" }, 400, "cannot update static account username"],
			["static-roles/short", { db_name: "postgres" }, 400, "Role and Static Role names must be unique"],
			["roles/fixed", { db_name: "postgres" }, 400, "Role and Static Role names must be unique"],
			["rotate-role/short", {}, 400, "no static role found for role name"],
			["rotate-root/nope", {}, 500, 'failed to find entry for connection with name: "nope"'],
			["rotate-root/postgres", {}, 500, "unable to rotate root credentials: no username in configuration"],
			["config/c-none", {}, 400, "empty plugin name"],
		])("writing %s with %j is refused with %i: %s", async (...[path, body, status, error]) => {
			const answer = await lender.asRoot(`POST database/${path}`, body);

			expect(answer.status).toBe(status);
			expect(JSON.stringify(answer.body)).toContain(JSON.stringify(error).slice(1, -1));
		});

		test("a role is shown with all its settings, and changed in part", async () => {
			await lender.copyRole("c-shown");
			await stage.root("POST database/roles/c-shown", { default_ttl: "30m" });

			const { data } = (await stage.root("GET database/roles/c-shown")) as { data: object };

			expect(data).toEqual({
				creation_statements: [expect.stringContaining("CREATE ROLE")],
				credential_type: "password",
				db_name: "postgres",
				default_ttl: 1800,
				max_ttl: 86_400,
				renew_statements: [],
				revocation_statements: [],
				rollback_statements: [],
			});
		});

		test("databases, roles and static roles are listed, each by themselves", async () => {
			const lists = await Promise.all(
				["config", "roles", "static-roles"].map((folder) => stage.root(`GET database/${folder}?list=true`)),
			);
			const read = await lender.asRoot("GET database/roles");

			expect(lists).toMatchObject([
				{ data: { keys: expect.arrayContaining(["postgres"]) } },
				{ data: { keys: expect.arrayContaining(["maker", "model-server", "short"]) } },
				{ data: { keys: ["fixed"] } },
			]);
			expect(read.status).toBe(405);
		});

		test("what was deleted is not there any more", async () => {
			await lender.copyRole("c-deleted");
			const before = await lender.asRoot("GET database/roles/c-deleted");
			await stage.root("DELETE database/roles/c-deleted");

			const after = await lender.asRoot("GET database/roles/c-deleted");
			const lending = await lender.asRoot("GET database/creds/c-deleted");

			expect([before.status, after.status, lending.status]).toEqual([200, 404, 400]);
		});

		test("a static role is shown without its password", async () => {
			const { data } = (await stage.root("GET database/static-roles/fixed")) as { data: object };

			expect(data).toEqual({
				credential_type: "password",
				db_name: "postgres",
				last_vault_rotation: expect.stringMatching(/^\d{4}-/),
				rotation_period: 3600,
				rotation_statements: [],
				username: "fixed",
			});
		});

		test("a database is shown without its password, and lends to allowed roles alone", async () => {
			await stage.root("POST database/config/c-closed", {
				plugin_name: "postgresql-database-plugin",
				connection_url: postgres,
				username: "admin",
				password: "never shown",
				verify_connection: false,
				allowed_roles: ["c-open"],
			});
			await lender.copyRole("c-shut", { db_name: "c-closed" });

			const { data } = (await stage.root("GET database/config/c-closed")) as { data: object };
			const answer = await lender.asRoot("GET database/creds/c-shut");

			expect(data).toEqual({
				allowed_roles: ["c-open"],
				connection_details: { connection_url: postgres, username: "admin" },
				password_policy: "",
				plugin_name: "postgresql-database-plugin",
				plugin_version: "",
				root_credentials_rotate_statements: [],
			});
			expect([answer.status, answer.body]).toEqual([
				500,
				{ errors: ['1 error occurred:\n\t* "c-shut" is not an allowed role\n\n'] },
			]);
		});
	});
});
