import { describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { openStage, type Tried, type WholeAgent } from "../support/whole-agent.ts";
import { HOUR, keyFile, MINUTE, mostPerMinute, OPENAI, openScene, type Scene } from "./vault-scene.ts";

const LOGIN = "auth/approle/login";
const RENEW = "auth/token/renew-self";
const LOOKUP = "auth/token/lookup-self";

/** The role as Vault's operator has set it up. */
async function openWith(role: object, settings: object = {}): Promise<Scene> {
	const stage = await openStage();
	await stage.vault.send("POST", "auth/approle/role/gateway", { token_policies: ["reader"], ...role });
	return await openScene({ stage, settings });
}

const to = (tried: readonly Tried[], path: string) => tried.filter((request) => request.path === path);

const authCalls = (tried: readonly Tried[]) => tried.filter(({ path }) => path.startsWith("auth/"));

/** Takes the agent's token away, as an operator or a restored Vault would. */
async function revokeToken({ agent, vault }: Scene): Promise<void> {
	const { accessor } = (await agent.status()).token;
	await vault.send("POST", "auth/token/revoke-accessor", { accessor });
}

/** A new value arrives although nothing else is done. */
async function seesNewKey({ agent, vault }: Scene, key: string): Promise<number> {
	vault.put(OPENAI, { api_key: key });
	return await agent.passUntil(() => expect(agent.file("openai.env").text).toBe(`KEY=${key}`), 17_500);
}

describe("a token that was revoked", () => {
	test("is replaced by one login as soon as that is noticed; no read fails, nothing is rendered", async ({
		annotate,
	}) => {
		const scene = await openWith({});
		const { agent, clock, had } = scene;
		const before = await had();
		await revokeToken(scene);
		const from = clock.now();

		const ms = await agent.passUntil(() => expect(to(agent.tried(from), LOGIN)).toHaveLength(1), 17_000);
		const noticed = agent.tried(from).find(({ status }) => status === 403)?.at ?? 0;
		const resumed = agent.tried(noticed).find(({ path, status }) => path === OPENAI && status === 200)?.at;
		await agent.pass(HOUR);

		await annotate(
			`noticed by the next poll after ${ms} ms, read again ${(resumed ?? 0) - noticed} ms later`,
		);
		expect((resumed ?? Number.POSITIVE_INFINITY) - noticed).toBeLessThan(5000);
		expect(to(agent.tried(from), LOGIN)).toHaveLength(1);
		expect(to(agent.tried(from), LOOKUP)).toHaveLength(1);
		expect(agent.said("read failed")).toEqual([]);
		expect(await had()).toEqual(before);
		expect(scene.signals()).toBe(0);
	});

	test("every twenty seconds makes no flood of logins, and takes nothing away", async ({ annotate }) => {
		const scene = await openWith({});
		const { agent, clock, had } = scene;
		const before = await had();
		const from = clock.now();

		for (let second = 0; second < 1200; second += 20) {
			await revokeToken(scene).catch(() => undefined);
			await agent.pass(20_000);
		}

		const most = mostPerMinute(authCalls(agent.tried(from)));
		await annotate(`${most} calls below auth/ in the worst minute`);
		expect(most).toBeLessThanOrEqual(6);
		expect(await had()).toEqual(before);
		await agent.pass(2 * MINUTE);
		expect((await agent.status()).state).toBe("ready");
	});
});

describe("a token that a replica does not know yet", () => {
	/** An agent that waits, as each token that it gets is refused. */
	async function refused() {
		const stage = await openStage();
		stage.vault.put(OPENAI, { api_key: "sk-1" });
		const denied = { kind: "status", status: 403, body: { errors: ["permission denied"] } } as const;
		const catchUp = stage.vault.server.faults.add(denied, { path: /^secret|lookup-self$/ });
		const agent = stage.start({
			templates: [keyFile(OPENAI, "openai.env")],
			exec: { command: ["sleep", "600"] },
		});
		await eventually(async () => {
			await agent.pass(0);
			expect(agent.said("waiting")).toHaveLength(1);
		});
		return { agent, catchUp, vault: stage.vault };
	}

	test("is waited for at a start, with two logins and the word of who refused it", async () => {
		const { agent, catchUp, vault } = await refused();

		await agent.pass(3000);
		catchUp();
		await agent.passUntil(() => expect(agent.file("openai.env").text).toBe("KEY=sk-1"), 5000);

		expect(agent.said("waiting")[0]).toMatch(/Vault refuses the token that it has just given/);
		expect(agent.lines.find(({ level }) => level === "warn")).toMatchObject({
			event: "login",
			msg: expect.stringMatching(/^Vault refuses the token of .* ago; logging in again$/),
			policies: ["default", "reader"],
			address: vault.address,
		});
		expect(to(agent.tried(), LOGIN)).toHaveLength(2);
		expect(mostPerMinute(agent.tried())).toBeLessThan(25);
	});

	test("ends a start after ten seconds when it is not the replica after all", async () => {
		const { agent } = await refused();

		await agent.pass(25_000);

		expect(await agent.ended).toBe(4);
		expect(to(agent.tried(), LOGIN)).toHaveLength(2);
	});
});

/** An agent with a token of this role goes on for so long, in which nothing is taken and Vault is not flooded. */
async function live(role: object, ms: number) {
	const scene = await openWith(role);
	const { agent, clock, had } = scene;
	const before = await had();
	const from = clock.now();
	await agent.pass(ms);
	const tried = agent.tried(from);
	expect(await had()).toEqual(before);
	expect(mostPerMinute(authCalls(tried))).toBeLessThan(5);
	const [logins, renewals] = [to(tried, LOGIN).length, to(tried, RENEW).length];
	const counts = `${logins} logins, ${renewals} renewals; ${mostPerMinute(authCalls(tried))} in the worst minute`;
	return { scene, tried, logins, renewals, counts };
}

/** Messages of the warnings up to now. */
const warnings = ({ lines }: WholeAgent) =>
	lines.filter(({ level }) => level === "warn").map(({ msg }) => msg);

describe("a token that ends", () => {
	test("at its maximum is replaced before, for hours, without a failed request", async ({ annotate }) => {
		const { scene, tried, logins, counts } = await live({ token_ttl: "4m", token_max_ttl: "10m" }, 2 * HOUR);

		await annotate(`${counts}, in 2 h`);
		expect(tried.filter(({ status }) => status >= 400 || status === 0)).toEqual([]);
		expect(logins).toBeLessThan(20);
		expect(warnings(scene.agent)).toEqual([]);
	});

	test("by its number of uses is replaced, and no more often than it has to be", async ({ annotate }) => {
		const { scene, tried, logins } = await live({ token_num_uses: 30 }, HOUR);

		const failed = tried.filter(({ status }) => status === 403);
		await annotate(`${logins} logins, ${failed.length} refusals in an hour of ${tried.length} requests`);
		expect(logins).toBeLessThan(60);
		const { agent } = scene;
		await agent.passUntil(async () => expect((await agent.status()).state).toBe("ready"), 2 * MINUTE);
		await seesNewKey(scene, "sk-2");
	});
});

describe("a renewal", () => {
	test("that is forbidden is said once, and the token is replaced by logins", async ({ annotate }) => {
		const role = { token_ttl: "5m", token_no_default_policy: true };
		const { scene, renewals, counts } = await live(role, 2 * HOUR);

		await annotate(`${counts}, in 2 h`);
		expect(renewals).toBeLessThanOrEqual(2);
		expect(warnings(scene.agent)).toEqual(["Vault will not renew the token (403); logging in again"]);
	});

	test("that Vault cannot do leaves the token in use to its end, then there is a login", async ({
		annotate,
	}) => {
		const scene = await openWith({ token_ttl: "30m" });
		const { agent, vault, clock, had } = scene;
		const before = await had();
		const from = clock.now();
		vault.server.faults.add({ kind: "status", status: 500 }, { path: RENEW });

		await agent.pass(25 * MINUTE);
		const { accessor } = (await agent.status()).token;
		expect(to(agent.tried(from), LOGIN)).toEqual([]);
		expect(to(agent.tried(from), RENEW).length).toBeGreaterThan(2);
		await agent.pass(3 * HOUR);

		const tried = agent.tried(from);
		await annotate(`${mostPerMinute(authCalls(tried))} calls below auth/ in the worst minute`);
		expect(mostPerMinute(authCalls(tried))).toBeLessThanOrEqual(10);
		expect((await agent.status()).token.accessor).not.toBe(accessor);
		expect(tried.filter(({ path, status }) => path === OPENAI && status !== 200)).toEqual([]);
		expect(await had()).toEqual(before);
	});
});

describe("a login that is refused while the agent runs", () => {
	test("leaves everything as it is, is tried ever more seldom, and works again by itself", async ({
		annotate,
	}) => {
		const scene = await openWith({ token_ttl: "10m" });
		const { agent, vault, clock, had } = scene;
		const before = await had();
		vault.server.faults.add(
			{ kind: "status", status: 400, body: { errors: ["invalid role or secret ID"] } },
			{ path: LOGIN },
		);
		await revokeToken(scene);
		const from = clock.now();

		await agent.pass(3 * HOUR);

		const tried = agent.tried(from);
		const late = to(tried, LOGIN).filter(({ at }) => at > from + 20 * MINUTE);
		await annotate(
			`${mostPerMinute(tried)} requests in the worst minute, ${late.length} logins from the 20th minute to the 180th`,
		);
		expect(mostPerMinute(tried)).toBeLessThanOrEqual(12);
		expect(late.length).toBeLessThan(160);
		expect((await agent.status()).state).toBe("degraded");
		expect(agent.said("read failed").length).toBeLessThan(25);
		expect(await had()).toEqual(before);

		vault.server.faults.clear();
		await agent.passUntil(async () => expect((await agent.status()).state).toBe("ready"), 6 * MINUTE);
		expect(agent.said("recovered").at(-1)).toMatch(/^the login works again after 3h/);
		await seesNewKey(scene, "sk-2");
	});

	test("is tried at once when somebody asks", async () => {
		const scene = await openWith({});
		const { agent, vault } = scene;
		const mend = vault.server.faults.add({ kind: "status", status: 400 }, { path: LOGIN });
		await revokeToken(scene);
		await agent.pass(HOUR);
		vault.put(OPENAI, { api_key: "sk-2" });

		mend();
		agent.signal("SIGHUP");
		await agent.pass(1000);

		expect(agent.file("openai.env").text).toBe("KEY=sk-2");
	});
});
