import { existsSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import { CHILD, startsIn } from "../support/child-notes.ts";
import { eventually } from "../support/eventually.ts";
import { openStage, type Stage, type Tried, type WholeAgent } from "../support/whole-agent.ts";

const [SECOND, MINUTE] = [1000, 60_000];

export const CREDS = "database/creds/app";
export const OPENAI = "secret/data/llm/openai";

const POLICY = `
path "database/creds/*" { capabilities = ["read"] }
path "pki/issue/gw" { capabilities = ["update"] }
path "secret/data/llm/*" { capabilities = ["read"] }
path "sys/leases/revoke" { capabilities = ["update"] }
`;

/** A child with a database credential in its environment, which it tells by the lease's id. */
export interface LeaseScene extends Stage {
	readonly agent: WholeAgent;
	/** Ids of the leases with which the child has been started, in order. */
	readonly starts: () => readonly string[];
	/** Ids of the leases that Vault knows now. */
	readonly live: () => Promise<readonly string[]>;
	/** Times of requests of this kind, of those that were answered well. */
	readonly times: (method: string, path: string) => readonly number[];
	/** Takes a lease away, as an operator would. */
	readonly revoke: (id: string) => Promise<void>;
	/**
	 * Lets time pass, looking around at every step.
	 *
	 * @returns what was wrong: moments at which the child's credential did not work
	 */
	readonly watch: (ms: number, stepMs?: number) => Promise<readonly string[]>;
}

export interface LeaseTerms {
	/** Of the database's role. */
	readonly lease?: object;
	/** Of the login's role. */
	readonly login?: object;
	/** Over those of the config. */
	readonly settings?: object;
}

export async function openLeaseScene({ lease, login, settings }: LeaseTerms = {}): Promise<LeaseScene> {
	const stage = await openStage();
	const { vault, place, clock } = stage;
	vault.server.seed({
		policies: { app: POLICY },
		database: { roles: { app: { default_ttl: "1h", max_ttl: "3h", ...lease }, other: {} } },
		pki: {
			roles: { gw: { allowed_domains: ["example.internal"], allow_subdomains: true, max_ttl: "720h" } },
		},
	});
	await vault.send("POST", "auth/approle/role/gateway", { token_policies: ["app"], ...login });
	vault.put(OPENAI, { api_key: "sk-1" });
	const notes = place.at("notes");
	const agent = stage.start({
		poll_interval: "5m",
		env: { KEY: { secret: CREDS, template: "{{LeaseID}}" } },
		templates: [
			{ contents: `{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`, destination: "key", on_change: "none" },
		],
		exec: { command: ["sh", CHILD, notes] },
		...settings,
	});
	await agent.ready();
	const starts = () => startsIn(notes).map(({ key }) => key);
	/** A process takes real time to end and to begin, of which virtual time must not be far ahead. */
	const childStands = async () =>
		await eventually(async () => {
			await agent.pass(10);
			const { child } = await agent.status();
			const last = startsIn(notes).at(-1);
			expect(child).toMatchObject({ state: "up", pid: last?.pid });
		});
	await childStands();
	const live = async () => {
		const listed = await vault.send("LIST", `sys/leases/lookup/${CREDS}`).catch(() => ({ keys: [] }));
		return (listed as { keys: readonly string[] }).keys.map((key) => `${CREDS}/${key}`);
	};
	const isWell = ({ status }: Tried) => status >= 200 && status < 300;
	return {
		...stage,
		agent,
		starts,
		live,
		times: (method, path) =>
			agent
				.tried()
				.filter((each) => each.method === method && each.path === path && isWell(each))
				.map(({ at }) => at),
		revoke: async (id) => {
			await vault.send("PUT", "sys/leases/revoke", { lease_id: id });
		},
		watch: async (ms, stepMs = MINUTE) => {
			const broken: string[] = [];
			for (const end = clock.now() + ms; clock.now() < end; ) {
				await agent.pass(Math.min(stepMs, end - clock.now()));
				await childStands();
				const inUse = starts().at(-1) ?? "";
				if (!(await live()).includes(inUse)) broken.push(`${Math.round(clock.now() / SECOND)} s: ${inUse}`);
			}
			return broken;
		},
	};
}

/** What stands in a file; nothing while it is not there. */
export const textOf = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : undefined);
