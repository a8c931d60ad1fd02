import { expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { startAgent } from "../support/agent-process.ts";
import { CHILD, started, startsIn } from "../support/child-notes.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { openVault } from "../support/vault.ts";

const CREDS = "database/creds/app";
const POLICY = `
path "${CREDS}" { capabilities = ["read"] }
path "sys/leases/revoke" { capabilities = ["update"] }
`;

test("in real time, too, the old credential works until the child stands with the next one, and then no longer", async ({
	annotate,
}) => {
	const vault = await openVault();
	vault.server.seed({
		policies: { app: POLICY },
		database: { roles: { app: { default_ttl: "5s", max_ttl: "8s" } } },
	});
	await vault.send("POST", "auth/approle/role/gateway", { token_policies: ["app"] });
	const place = folder();
	const notes = place.at("notes");
	const config = configIn(place, vault, {
		env: { KEY: { secret: CREDS, template: "{{LeaseID}}" } },
		exec: { command: ["sh", CHILD, notes], start_grace: "500ms", stop_timeout: "2s" },
		log: { level: "debug", format: "json" },
	});
	const live = async () => {
		const { keys } = await vault.send("LIST", `sys/leases/lookup/${CREDS}`);
		return (keys as readonly string[]).map((key) => `${CREDS}/${key}`);
	};
	const agent = startAgent(["start", "-c", config], { env: vault.env });

	const first = await started(notes);
	const second = await started(notes, 2);
	const both = await live();
	await agent.logged("lease", ({ msg }) => msg.includes("is revoked"));
	const after = await live();

	expect(both.toSorted()).toEqual([first.key, second.key].toSorted());
	expect(after).not.toContain(first.key);
	expect(after).toContain(second.key);
	await eventually(() => expect(startsIn(notes).length).toBeGreaterThanOrEqual(3), { withinMs: 15_000 });
	const requests = vault.server.requests.entries.filter(({ path }) => !path.includes("lookup"));
	const count = (path: string) => requests.filter((each) => each.path === path).length;
	await annotate(
		`${count(CREDS)} credentials for ${startsIn(notes).length} starts, ${count("sys/leases/renew")} renewals`,
	);
	await eventually(() => expect(count(CREDS)).toBe(startsIn(notes).length));
	expect(count("auth/approle/login")).toBe(1);
});
