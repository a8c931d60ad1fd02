import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { JwtIssuer } from "../support/jwt.ts";
import { manifestsIn, typeFaults } from "../support/manifests.ts";
import { BLOCKS, type Manifest, openUse, type Use } from "../support/uses.ts";

/** Each use of docs/uses.md, gone through by its blocks. */
const USES = [
	"Init container",
	"Sidecar",
	"Init container and sidecar",
	"Wrapper on a laptop",
	"Wrapper as a container's entrypoint",
	"Rolling turn-over",
	"systemd service",
	"Docker compose",
	"CI job",
	"Without a Vault",
] as const;

/** Sections whose blocks belong to all uses. */
const SHARED = ["Vault's side", "When Vault is away", "Rolling back"];

test("every section with something to run is one that is run", () => {
	const sections = new Set(BLOCKS.filter(({ name }) => name !== "").map(({ section }) => section));
	expect([...sections].toSorted()).toEqual([...USES, ...SHARED].toSorted());
});

test("the manifests hold to the types of Kubernetes' API", () => {
	const place = folder();
	const files = BLOCKS.filter(({ text }) => text.startsWith("apiVersion:"));
	const objects = files.flatMap(({ name, text }) => manifestsIn(place.write(name, text)));

	expect(objects.map(({ kind }) => kind)).toEqual([
		"ServiceAccount",
		"ConfigMap",
		"Deployment",
		"ConfigMap",
		"Deployment",
	]);
	expect(typeFaults(objects, place)).toBe("");
});

test("init container: the pod's account logs in, and the file stands for the gateway's shell", async () => {
	const use = await openUse("Init container");
	await use.sh("login");
	const { agent, gateway } = await pod(use, "gateway.yaml");

	const code = await use.start(agent).ended;
	const env = await use.line(gateway.replace("exec litellm", "env"));

	expect(code).toBe(0);
	expect(use.read("/vault/secrets/gateway.env")).toBe(
		[
			"OPENAI_API_KEY=sk-openai-1",
			"# KV version 1",
			"LEGACY_API_KEY=sk-legacy-1",
			"# a list: whatever is below secret/llm",
			"# key of anthropic",
			"# key of openai",
			"",
		].join("\n"),
	);
	expect(env).toContain("OPENAI_API_KEY=sk-openai-1\n");
	use.allUsed();
});

test("sidecar: both keys after a rotation, one credential, and nothing lost while Vault is away", async () => {
	const use = await openUse("Sidecar");
	await use.line(use.block("sh", "login", "Init container"));
	use.place.write("etc/keyturn-listener/token", "0123456789abcdef0123456789abcdef");
	const { agent: args } = await pod(use, "sidecar.yaml");
	const agent = use.start(args);
	const ready = async () => (await fetch(use.local("http://127.0.0.1:8190/readyz"))).status;
	await eventually(async () => expect(await ready()).toBe(200));
	const status = await use.sh("status");
	const keys = () => parse(use.read("/vault/secrets/keys.yaml")) as { openai: string[] };
	const database = use.read("/vault/secrets/database.env");
	expect(keys().openai).toEqual(["sk-openai-1"]);
	expect(database).toMatch(
		/^DATABASE_URL="?postgres:\/\/v-.*@db:5432\/models"?\nREPORTING_PASSWORD=.{20}\n$/,
	);
	expect(
		new X509Certificate(use.read("/vault/secrets/tls.pem").replace(/^[^]*?(?=-+BEGIN CERT)/, "")),
	).toMatchObject({
		subject: "CN=gateway.example.internal",
	});
	expect(firstCells(status)).toEqual(firstCells(use.local(use.block("text", "status"))));

	await use.sh("rotate");
	await use.logged(agent);
	expect(keys().openai).toEqual(["sk-openai-2", "sk-openai-1"]);

	const back = use.server.faults.add({ kind: "status", status: 503 });
	await agent.logged("read failed");
	expect(await ready()).toBe(200);
	expect(await use.line(`${use.block("sh", "status").trim()} || true`)).toMatch(/^stale /);
	back();
	await use.logged(agent, "When Vault is away");

	await use.line(use.block("sh", "back", "Rolling back"));
	await eventually(() => expect(keys().openai).toEqual(["sk-openai-1", "sk-openai-2"]));
	expect(use.read("/vault/secrets/database.env")).toBe(database);
	const reads = use.server.requests.entries.filter(({ path }) => path === "database/creds/model-server");
	expect(reads.filter(({ status: code }) => code === 200)).toHaveLength(1);
	use.allUsed();
});

test("init container and sidecar: one login and one credential for both", async () => {
	const use = await openUse("Init container and sidecar");
	await use.line(use.block("sh", "login", "Init container"));
	const account = { namespace: "ai", serviceAccount: "gateway", audience: "vault" };
	use.place.write("var/run/secrets/vault/token", use.server.issueServiceAccountToken(account));

	const code = await use.start("init").ended;
	const database = use.read("/vault/secrets/database.env");
	const sidecar = use.start("sidecar");
	await use.logged(sidecar);
	await sidecar.logged("rendered");

	expect(code).toBe(0);
	expect(use.read("/vault/secrets/database.env")).toBe(database);
	expect(use.place.entries("vault/secrets")).toEqual(["database.env"]);
	const asked = (end: RegExp) => use.server.requests.entries.filter(({ path }) => end.test(path)).length;
	expect([asked(/\/login$/), asked(/^database\/creds\//)]).toEqual([1, 1]);
	use.allUsed();
});

test("wrapper on a laptop: the token of vault login, and a restart for a new key", async () => {
	const use = await openUse("Wrapper on a laptop");
	await use.line('mkdir -p "$HOME" && vault token create -policy=gateway -field=token >"$HOME/.vault-token"');

	expect(await use.sh("check")).toContain("secret/data/llm/openai");
	const agent = use.start("start");
	await eventually(() => expect(use.gatewayEnv()).toContain("OPENAI_API_KEY=sk-openai-1\n"));
	expect(use.gatewayEnv()).toContain("ANTHROPIC_API_KEY=sk-anthropic-1\n");
	await eventually(async () =>
		expect(await use.line("agent status --listen unix:$HOME/.keyturn.sock")).toMatch(/^ready /),
	);

	await use.sh("rotate");
	// By itself it would be seen within the poll interval, which is the default here.
	await use.line("agent refresh --listen unix:$HOME/.keyturn.sock");
	await use.logged(agent);
	await eventually(() => expect(use.gatewayEnv()).toContain("OPENAI_API_KEY=sk-openai-2\n"));
	use.allUsed();
});

test("wrapper as entrypoint: a wrapped secret id, and a restart that goes on with the token", async () => {
	const use = await openUse("Wrapper as a container's entrypoint");
	await use.sh("login");

	const first = use.start("start");
	await eventually(() => expect(use.gatewayEnv()).toContain("OPENAI_API_KEY=sk-openai-1\n"));
	first.signal("SIGTERM");
	await first.ended;
	const second = use.start("start");
	await second.logged("child", ({ msg }) => msg.startsWith("litellm started"));

	expect(parse(use.read("/run/keyturn/config.yaml"))).toEqual({
		general_settings: { master_key: expect.stringMatching(/^sk-[0-9a-f]{48}$/) },
	});
	const logins = use.server.requests.entries.filter(({ path }) => path === "auth/approle/login");
	expect(logins).toHaveLength(1);
	use.allUsed();
});

test("rolling turn-over: the public address answers all the time, first with the old key and then with the new", async () => {
	const use = await openUse("Rolling turn-over");
	await use.line('mkdir -p "$HOME" && vault token create -policy=gateway -field=token >"$HOME/.vault-token"');
	expect(await use.sh("check")).toContain("secret/data/llm/openai");
	expect(await use.line("agent validate -c agentgateway.yaml")).toContain("is valid");
	const health = async () => (await fetch(`${use.local("http://0.0.0.0:4000")}/health/readiness`)).status;

	const agent = use.start("start");
	await eventually(async () => expect(await health()).toBe(200));
	expect(use.gatewayEnv()).toContain("OPENAI_API_KEY=sk-openai-1\n");
	expect(await use.sh("status")).toMatch(/^front +127\.0\.0\.1:\d+ +\d+ connections?$/m);

	await use.sh("rotate");
	await use.line("agent refresh --listen unix:$HOME/.keyturn.sock");
	await use.logged(agent);
	expect(await health()).toBe(200);
	expect(use.gatewayEnv()).toContain("OPENAI_API_KEY=sk-openai-2\n");
	use.allUsed();
});

test("systemd service: the machine's certificate logs in, and a written path is asked once", async () => {
	const use = await openUse("systemd service");
	await use.sh("login");
	const issued = use.server.issueClientCertificate({
		commonName: "host1.example.internal",
		ttlSeconds: 3600,
	});
	use.place.write("etc/keyturn/machine.crt", issued.certificate);
	use.place.write("etc/keyturn/machine.key", issued.privateKey);
	const unit = BLOCKS.find(({ language }) => language === "ini")?.text;
	const command = use.block("sh", "start").trim();

	use.start("start");
	await eventually(() => expect(use.gatewayEnv()).toContain("OPENAI_API_KEY=sk-openai-1\n"));

	expect(unit).toContain(`ExecStart=/usr/local/bin/${command}\n`);
	const identity = JSON.parse(use.read("/run/keyturn/identity.json")) as Record<string, string>;
	expect(new X509Certificate(identity["certificate"] ?? "").subject).toBe("CN=host1.example.internal");
	await eventually(async () => expect(await use.sh("status")).toMatch(/^ready /));
	const issues = use.server.requests.entries.filter(({ path }) => path === "pki/issue/gateway");
	expect(issues).toHaveLength(1);
	use.allUsed();
});

test("docker compose: the service starts as the file says, and its health check agrees", async () => {
	const use = await openUse("Docker compose");
	await use.sh("login");
	await use.line("mkdir -p etc/keyturn && cp compose-agent.yaml role-id secret-id etc/keyturn/");
	const { services } = parse(use.block("yaml", "compose.yaml")) as ComposeFile;

	use.start(services.keyturn.command);
	const [, ...check] = services.keyturn.healthcheck.test;

	await eventually(async () => expect(await use.line(check.join(" "))).toMatch(/^ready /));
	expect(use.read("/vault/secrets/gateway.env")).toBe("OPENAI_API_KEY=sk-openai-1\n");
	use.allUsed();
});

test("CI job: the job's JWT logs in, the command gets the key, and nothing is left", async () => {
	const use = await openUse("CI job");
	const issuer = new JwtIssuer();
	use.place.write("ci.pub", issuer.publicKey);
	await use.sh("login");
	const now = Math.floor(Date.now() / 1000);
	use.place.write("job.jwt", issuer.sign({ sub: "job:1", aud: "vault", exp: now + 300, nbf: now, iat: now }));

	const said = await use.sh("start");

	expect(said).toBe("the key is there\n");
	expect(use.place.entries()).not.toContain("job.jwt");
	const revoked = use.server.requests.entries.filter(({ path }) => path === "auth/token/revoke-self");
	expect(revoked).toHaveLength(1);
	use.allUsed();
});

interface ComposeFile {
	readonly services: {
		readonly keyturn: {
			readonly command: readonly string[];
			readonly healthcheck: { readonly test: readonly string[] };
		};
	};
}

/** Puts a manifest's files where its volumes would. @returns the agent's arguments, and the gateway's line of shell */
async function pod(use: Use, name: string): Promise<{ agent: readonly string[]; gateway: string }> {
	const manifests = use.manifests(name);
	const of = (kind: string) => manifests.find((each) => each.kind === kind) as Manifest;
	for (const [file, text] of Object.entries(of("ConfigMap").data))
		use.place.write(`etc/keyturn/${file}`, use.local(text));
	const account = { namespace: "ai", serviceAccount: "gateway", audience: "vault" };
	use.place.write("var/run/secrets/vault/token", use.server.issueServiceAccountToken(account));
	const { initContainers, containers } = of("Deployment").spec.template.spec;
	return { agent: initContainers[0].args, gateway: containers[0].command?.at(-1) ?? "" };
}

test("without a Vault: the seed is taken whole, and what it prints logs in", async () => {
	const use = await openUse("Without a Vault");
	const words = use.block("sh", "start").replace(":8200", ":0").trim().split(" ").slice(1);

	const server = use.start([...words, "--json"]);
	const said = await eventually(() => JSON.parse(server.stdout()) as Record<string, string>);
	const printed = await use.line(
		`VAULT_ADDR=${said["address"]} VAULT_CACERT=tls/ca.crt VAULT_TOKEN= VAULT_ROLE_ID=gateway VAULT_SECRET_ID=a-secret-id-to-try agent run --env KEY=secret/data/llm/openai#api_key -- sh -c 'echo "$KEY"'`,
	);

	expect(printed).toBe("sk-openai-1\n");
	expect(use.place.entries()).toEqual(expect.arrayContaining(["seed.json", "tls", "tokens"]));
	use.allUsed();
});

/** First cell of each row: the others are about time. */
function firstCells(table: string): string[] {
	return table
		.trim()
		.split("\n")
		.map((row) => row.split(/\s{2,}/)[0] ?? "")
		.toSorted();
}
