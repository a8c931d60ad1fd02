import {
	chmodSync,
	chownSync,
	existsSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { describe, expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { type LogLine, runAgent, startAgent } from "../support/agent-process.ts";
import { CHILD, started } from "../support/child-notes.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { GATEWAY_ACCOUNT, openVault, type Vault } from "../support/vault.ts";

const LOGIN = "auth/kubernetes/login";
const CREDS = "database/creds/app";
const OPENAI = "secret/data/llm/openai";
const STATE = "secrets/.keyturn-state";
const KEY = "0123456789abcdef0123456789abcdef";
const POLICY = `
path "database/creds/app" { capabilities = ["read"] }
path "pki/issue/gw" { capabilities = ["update"] }
path "secret/data/llm/*" { capabilities = ["read"] }
path "sys/leases/revoke" { capabilities = ["update"] }
`;
const DATABASE = `{{#secret "${CREDS}"}}{{username}}:{{password}}{{/secret}}`;
const CERTIFICATE = `{{#with (pkiCert "pki/issue/gw" common_name="gw.example.internal" ttl="30m")}}{{Cert}}{{/with}}`;

interface Terms {
	/** Of the database's role. */
	readonly lease?: object;
	/** Of the login's role. */
	readonly login?: object;
}

async function open({ lease = {}, login = {} }: Terms = {}): Promise<Vault> {
	const vault = await openVault();
	vault.server.seed({
		policies: { app: POLICY },
		database: { roles: { app: { default_ttl: "1h", max_ttl: "24h", ...lease } } },
		pki: { roles: { gw: { allowed_domains: ["example.internal"], allow_subdomains: true, max_ttl: "1h" } } },
	});
	await vault.mountKubernetes();
	await vault.send("POST", "auth/kubernetes/role/gateway", { token_policies: "app", ...login });
	await vault.send("POST", "auth/approle/role/gateway", { token_policies: "app", ...login });
	vault.put(OPENAI, { api_key: "sk-canary-1" });
	return vault;
}

/** A pod with a service account, whose init container and sidecar share a volume and a config. */
async function pod(settings: object = {}, terms: Terms = {}) {
	const vault = await open(terms);
	const place = folder();
	place.write("token", vault.server.issueServiceAccountToken(GATEWAY_ACCOUNT));
	const config = {
		auto_auth: { method: "kubernetes", config: { role: "gateway", token_path: "token" } },
		handover: { path: STATE },
		templates: [
			{ contents: DATABASE, destination: "secrets/db" },
			{ contents: CERTIFICATE, destination: "secrets/tls.crt", format: "text" },
			{ contents: `{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`, destination: "secrets/key" },
		],
		log: { level: "debug", format: "json" },
		...settings,
	};
	const file = configIn(place, vault, config);
	const read = (name: string) => readFileSync(place.at(`secrets/${name}`), "utf8");
	return {
		vault,
		place,
		config,
		file,
		read,
		state: place.at(STATE),
		files: () =>
			["db", "tls.crt", "key"].map((name) => [read(name), statSync(place.at(`secrets/${name}`)).mtimeMs]),
		init: async () => await runAgent(["start", "-c", file, "--exit-after-auth"]),
		sidecar: () => startAgent(["start", "-c", file]),
		/** Logins, credentials and certificates that Vault has given. */
		given: () => [vault.count(LOGIN), vault.count(CREDS), vault.count("pki/issue")],
		leases: async () => {
			const listed = await vault.send("LIST", `sys/leases/lookup/${CREDS}`).catch(() => ({ keys: [] }));
			return (listed as { keys: readonly string[] }).keys.length;
		},
	};
}

const saidOf = (log: readonly LogLine[]) =>
	log.filter(({ event }) => event === "handover").map(({ msg }) => msg);

describe("an init container and the sidecar after it", () => {
	test("make one login, one credential and one certificate", async () => {
		const { vault, init, sidecar, given, files, state, place } = await pod();

		const first = await init();
		const [before, left] = [files(), statSync(state)];
		vault.put(OPENAI, { api_key: "sk-canary-2" });
		const agent = sidecar();
		await agent.logged("rendered");

		expect(first.code, first.stderr).toBe(0);
		expect(given()).toEqual([1, 1, 1]);
		expect([left.mode & 0o7777, left.nlink]).toEqual([0o600, 1]);
		expect(files().slice(0, 2)).toEqual(before.slice(0, 2));
		expect(files()[2]?.[0]).toBe("sk-canary-2"); // what is no credential is read anew
		expect(existsSync(state)).toBe(false);
		expect(place.entries("secrets")).toEqual(["db", "key", "tls.crt"]);
		const { msg } = await agent.logged("login");
		expect(msg).toContain(`kubernetes token taken from ${state}`);
		expect(saidOf(agent.log())).toEqual([
			`${CREDS} is taken over from the agent before this one`,
			`pki/issue/gw is taken over from the agent before this one`,
		]);
	});

	test("leave nothing in the file that could be read, and nothing of it in the log", async () => {
		const { init, sidecar, state, place, read } = await pod({
			auto_auth: {
				method: "kubernetes",
				config: { role: "gateway", token_path: "token" },
				sinks: [{ path: "sink" }],
			},
		});

		const { stderr } = await init();
		const sealed = readFileSync(state, "utf8");
		const plain = [read("db"), ...read("db").split(":"), readFileSync(place.at("sink"), "utf8"), CREDS];
		const agent = sidecar();
		await agent.logged("rendered");

		const whole = `${sealed}${Buffer.from(sealed.split("\n")[1] ?? "", "base64").toString("latin1")}`;
		expect(plain.filter((text) => whole.includes(text))).toEqual([]);
		const secret = plain.filter((text) => text !== CREDS);
		expect(secret.filter((text) => (stderr + agent.stderr()).includes(text))).toEqual([]);
	});

	test("write another file each time, though they say the same", async () => {
		const { init, state } = await pod();

		await init();
		const first = readFileSync(state, "utf8");
		await init();
		const second = readFileSync(state, "utf8");

		expect(second.slice(0, 18)).toBe(first.slice(0, 18));
		expect(second.slice(19, 80)).not.toBe(first.slice(19, 80));
	});

	test("keep the credential alive, replace it in time, and revoke it once the child has the next", async () => {
		const { vault, init, config, place, leases, read } = await pod(
			{ templates: [{ contents: DATABASE, destination: "secrets/db" }] },
			{ lease: { default_ttl: "6s", max_ttl: "10s" } },
		);
		const notes = place.at("notes");
		await init();
		const first = read("db");
		const exec = { command: ["sh", CHILD, notes], start_grace: "100ms", stop_timeout: "5s" };
		place.write("sidecar.yaml", JSON.stringify({ vault: { address: vault.address }, ...config, exec }));

		const agent = startAgent(["start", "-c", place.at("sidecar.yaml")]);
		await started(notes);
		expect([read("db"), await leases()]).toEqual([first, 1]);

		await agent.logged("lease", ({ msg }) => msg.includes("renewed"));
		expect(read("db")).toBe(first);
		await started(notes, 2);
		await agent.logged("lease", ({ msg }) => msg.includes("revoked"));
		expect(read("db")).not.toBe(first);
		expect([vault.count(LOGIN), vault.count(CREDS), await leases()]).toEqual([1, 2, 1]);
	});

	test("log in once with a secret id that is wrapped and good for one use", async () => {
		const secretId = "auth/approle/role/gateway/secret-id";
		const login = {
			role_id_file_path: "role-id",
			secret_id_file_path: "wrapped",
			secret_id_response_wrapping_path: secretId,
		};
		const { vault, place, init, sidecar } = await pod({
			auto_auth: { method: "approle", config: login },
			handover: { path: STATE, key_file: "key" },
		});
		place.write("role-id", vault.roleId);
		place.write("key", KEY);
		place.write("wrapped", await vault.wrap(secretId));

		const first = await init();
		const agent = sidecar();
		await agent.logged("rendered");

		expect(first.code, first.stderr).toBe(0);
		expect([existsSync(place.at("wrapped")), vault.count("auth/approle/login"), vault.count(CREDS)]).toEqual([
			false,
			1,
			1,
		]);
	});

	test("count an init container that runs again as one", async () => {
		const { init, sidecar, given } = await pod();

		const runs = [await init(), await init()];
		await sidecar().logged("rendered");

		expect(runs.map(({ code }) => code)).toEqual([0, 0]);
		expect(given()).toEqual([1, 1, 1]);
	});
});

describe("what is to be revoked at the end", () => {
	const revoking = {
		auto_auth: {
			method: "kubernetes",
			config: { role: "gateway", token_path: "token" },
			sinks: [{ path: "sink" }],
			revoke_on_shutdown: true,
		},
	};

	test("is left by the init container to the sidecar, which does it", async () => {
		const { init, sidecar, given, leases, place } = await pod(revoking);

		const { code, log } = await init();
		expect([code, await leases(), existsSync(place.at("sink"))]).toEqual([0, 1, true]);
		expect(log.filter(({ event }) => event === "config" || event === "revoked")).toEqual([]);
		const agent = sidecar();
		await agent.logged("rendered");
		agent.signal("SIGTERM");

		expect(await agent.ended).toBe(0);
		expect([await leases(), existsSync(place.at("sink"))]).toEqual([0, false]);
		expect(given()).toEqual([1, 1, 1]);
	});

	test("is revoked by an init container that fails, and by one that can leave nothing", async () => {
		const missing = `{{#secret "${CREDS}"}}{{nope}}{{/secret}}`;
		const failing = await pod({ ...revoking, templates: [{ contents: missing, destination: "secrets/db" }] });
		const unable = await pod({ ...revoking, handover: { path: "secrets/db/state" } });

		const [first, second] = [await failing.init(), await unable.init()];

		expect([first.code, await failing.leases(), existsSync(failing.state)]).toEqual([4, 0, false]);
		expect([second.code, await unable.leases()]).toEqual([0, 0]);
		expect(saidOf(second.log)).toEqual([
			expect.stringMatching(/^nothing is left for the agent after this one, which will log in: /),
		]);
	});
});

type Pod = Awaited<ReturnType<typeof pod>>;

const DAMAGED = "it was sealed with another credential, for another server or login, or was changed since";
/** Only root can give a file away. */
const ANOTHER_USER: [string, (pod: Pod) => unknown, string][] =
	process.getuid?.() === 0
		? [
				[
					"that belongs to another user",
					({ state }) => chownSync(state, 1001, 1001),
					"it belongs to another user (uid 1001)",
				],
			]
		: [];

/** Changes one byte of what is sealed, counted from either end. */
function flip(file: string, place: number): void {
	const [header, body = ""] = readFileSync(file, "utf8").split("\n");
	const bytes = Buffer.from(body, "base64");
	const at = (bytes.length + place) % bytes.length;
	bytes.writeUInt8((bytes[at] ?? 0) ^ 1, at);
	writeFileSync(file, `${header}\n${bytes.toString("base64")}\n`);
}

const rewrite = ({ place, file, config }: Pod, settings: object) =>
	place.write(
		"agent.yaml",
		JSON.stringify({ ...(JSON.parse(readFileSync(file, "utf8")) as object), ...config, ...settings }),
	);

describe("a handover", () => {
	/** After this has been done to what an init container has left, the sidecar says why it does without, and logs in. */
	async function expectLogin(harm: (pod: Pod) => unknown, why: string): Promise<Pod> {
		const given = await pod();
		await given.init();
		harm(given);

		const agent = given.sidecar();
		await agent.logged("rendered");

		expect(given.given()).toEqual([2, 2, 2]);
		expect(saidOf(agent.log())).toEqual([`${given.state} is not taken up: ${why}; logging in`]);
		return given;
	}

	test.each<[string, (pod: Pod) => unknown, string]>([
		[
			"by a service account token that was renewed since",
			({ vault, place }) => place.write("token", vault.server.issueServiceAccountToken(GATEWAY_ACCOUNT)),
			DAMAGED,
		],
		["that was cut off", ({ state }) => truncateSync(state, 200), DAMAGED],
		["that is empty of all but its header", ({ state }) => truncateSync(state, 19), DAMAGED],
		["with another byte in its text", ({ state }) => flip(state, -1), DAMAGED],
		["with another byte in its salt", ({ state }) => flip(state, 0), DAMAGED],
		[
			"of another version",
			({ state }) => writeFileSync(state, readFileSync(state, "utf8").replace("handover 1", "handover 2")),
			"another version of keyturn has written it, or somebody else",
		],
		[
			"for another login",
			(given) => rewrite(given, { auto_auth: { ...given.config.auto_auth, namespace: "root" } }),
			DAMAGED,
		],
	])("%s is said once and removed, and the sidecar logs in", async (_, harm, why) => {
		const given = await expectLogin(harm, why);

		expect(existsSync(given.state)).toBe(false);
	});

	test.each<[string, (pod: Pod) => unknown, string]>([
		["that others can read", ({ state }) => chmodSync(state, 0o644), "it can be read or changed by others"],
		[
			"that is a link",
			({ state, place }) => {
				renameSync(state, place.at("elsewhere"));
				symlinkSync(place.at("elsewhere"), state);
			},
			"it is a link",
		],
		[
			"that is a folder",
			({ state }) => {
				rmSync(state);
				mkdirSync(state);
			},
			"it is no ordinary file",
		],
		["that is too large", ({ state }) => truncateSync(state, 1024 * 1024 + 1), "it is too large"],
		...ANOTHER_USER,
	])("%s is said once and left alone, and the sidecar logs in", async (_, harm, why) => {
		const given = await expectLogin(harm, why);

		expect(existsSync(given.state)).toBe(true);
	});

	test.each([
		["is not there", undefined, "cannot read the key of the handover from"],
		["is another one", KEY.toUpperCase(), DAMAGED],
		[
			"is too short",
			"secret",
			"the key of the handover is too short to make a key of: at least 16 characters",
		],
	])("whose key file %s is said once, and the sidecar logs in", async (_, key, why) => {
		const { place, init, sidecar, given } = await pod({ handover: { path: STATE, key_file: "key" } });
		place.write("key", KEY);
		await init();
		rmSync(place.at("key"));
		if (key !== undefined) place.write("key", key);

		const agent = sidecar();
		await agent.logged("rendered");

		expect(given()).toEqual([2, 2, 2]);
		expect(saidOf(agent.log())).toEqual([expect.stringContaining(why)]);
	});

	test("from another server is said once, and the sidecar logs in", async () => {
		const [one, other] = [await pod(), await pod()];
		await one.init();
		await other.init();
		writeFileSync(other.state, readFileSync(one.state));
		other.place.write("token", readFileSync(one.place.at("token")));

		const agent = other.sidecar();

		const { msg } = await agent.logged("handover");
		expect(msg).toContain(DAMAGED);
	});

	test("whose token was revoked since is asked about once, and the sidecar logs in", async () => {
		const { vault, init, sidecar, given, state } = await pod();
		const { log } = await init();
		const accessor = log.find(({ event }) => event === "login")?.["accessor"];
		await vault.send("POST", "auth/token/revoke-accessor", { accessor });

		const agent = sidecar();
		await agent.logged("rendered");

		expect(saidOf(agent.log())).toEqual([`the token in ${state} is not used: Vault no longer knows it`]);
		expect(given()).toEqual([2, 2, 2]);
		expect(vault.count("auth/token/lookup-self")).toBe(1);
	});

	test("whose token has ended is not asked about", async () => {
		const { vault, init, sidecar, given, state } = await pod(
			{},
			{ login: { token_ttl: "1s", token_max_ttl: "1s" } },
		);
		const { code, stderr } = await init();
		expect(code, stderr).toBe(0);
		const leftAt = statSync(state).mtimeMs;
		await eventually(() => expect(Date.now() - leftAt).toBeGreaterThan(1000));
		await vault.send("POST", "auth/kubernetes/role/gateway", { token_ttl: "1h", token_max_ttl: "1h" });

		const agent = sidecar();
		await agent.logged("rendered");

		expect(saidOf(agent.log())).toEqual([`${state} is not taken up: its token has ended; logging in`]);
		expect(given()).toEqual([2, 2, 2]);
		expect(vault.count("auth/token/lookup-self")).toBe(0);
	});

	test("waits for Vault like a login when Vault is away", async () => {
		const { vault, init, sidecar, given } = await pod();
		await init();
		const mend = vault.server.faults.add({ kind: "status", status: 503 });

		const agent = sidecar();
		await agent.logged("waiting");
		mend();
		await agent.logged("rendered");

		expect(given()).toEqual([1, 1, 1]);
	});

	test("is not made by a sidecar, nor taken up by a command that looks", async () => {
		const { init, file, state, sidecar, given, place } = await pod();
		await init();
		const before = readFileSync(state);

		const looked = await runAgent(["validate", "--online", "-c", file]);
		const rendered = await runAgent(["render", "--dry-run", "-c", file]);

		expect([looked.code, rendered.code]).toEqual([0, 0]);
		expect(readFileSync(state)).toEqual(before);
		const agent = sidecar();
		await agent.logged("rendered");
		agent.signal("SIGTERM");
		expect([await agent.ended, existsSync(state)]).toEqual([0, false]);
		expect(place.entries("secrets")).toEqual(["db", "key", "tls.crt"]);
		expect(given()[0]).toBe(3); // the init container, and each look
	});
});
