import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { runAgent, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { freePort } from "../support/free-port.ts";
import { manifestsIn, type Workload } from "../support/manifests.ts";
import { GATEWAY_ACCOUNT, openVault } from "../support/vault.ts";

/** Listens where LiteLLM would. */
const GATEWAY = join(import.meta.dirname, "../fixtures/e2e/rolling-gateway.mjs");

const DEPLOY = join(import.meta.dirname, "../../deploy");
const textOf = (...path: string[]) => readFileSync(join(DEPLOY, ...path), "utf8");

/** The settings of the role as setup.sh writes them. */
const ROLE = Object.fromEntries(
	Array.from(textOf("kubernetes/vault/setup.sh").matchAll(/^\t(\w+)=(\w+)/gm), ([, key, value]) => [
		key,
		value,
	]),
);

const KEYS = { api_key: "sk-one", master_key: "sk-master" };

interface Maps {
	readonly configMapGenerator: readonly { readonly files: readonly string[] }[];
}

/** A cluster's side of a use: its files where the pod has them, and a Vault that speaks TLS and knows the pod. */
async function pod(name: string) {
	const vault = await openVault({ tls: "own" });
	const { server } = vault;
	server.seed({
		policies: { gateway: textOf("kubernetes/vault/gateway.hcl") },
		kubernetes: { roles: { gateway: ROLE } },
	});
	for (const secret of ["openai", "anthropic", "litellm"]) vault.put(`secret/data/llm/${secret}`, KEYS);
	const place = folder();
	const { namespace, serviceAccount, audience } = GATEWAY_ACCOUNT;
	const account = { namespace, serviceAccount, audience: [audience], ttlSeconds: 600 };
	place.write("token/token", server.issueServiceAccountToken(account));
	place.write("tls/ca.crt", server.caCert);
	const here = (text: string) =>
		text
			.replace("https://vault.vault.svc:8200", server.address)
			.replace("0.0.0.0:8190", `unix:${place.at("socket")}`)
			.replaceAll("/var/run/secrets/vault", place.at("token"))
			.replaceAll("/vault/tls", place.at("tls"))
			.replaceAll("/vault/secrets", place.at("secrets"))
			.replaceAll("/tmp/started", place.at("started"));
	const [workload] = manifestsIn(join(DEPLOY, "kubernetes", name, "deployment.yaml")) as [Workload];
	const { initContainers = [], containers } = workload.spec?.template.spec ?? { containers: [] };
	const config = place.write("agent.yaml", here(textOf("kubernetes", name, "agent.yaml")));
	const { configMapGenerator } = parse(textOf("kubernetes", name, "kustomization.yaml")) as Maps;
	for (const file of configMapGenerator.flatMap(({ files }) => files).filter((each) => each.endsWith(".hbs")))
		copyFileSync(join(DEPLOY, "kubernetes", name, file), place.at(file));
	const args = ([agent]: readonly { readonly args?: readonly string[] }[]) =>
		(agent?.args ?? []).map((arg) => (arg === "/etc/keyturn/agent.yaml" ? config : arg));
	return { vault, place, here, initContainers, containers, args };
}

test("the init container writes LiteLLM's config, and asks for one login", async () => {
	const { vault, place, initContainers, args } = await pod("init-container");

	const { code, log } = await runAgent([...args(initContainers)]);

	expect({ code, errors: log.filter(({ level }) => level === "error") }).toEqual({ code: 0, errors: [] });
	expect(parse(readFileSync(place.at("secrets/config.yaml"), "utf8"))).toMatchObject({
		model_list: [
			{ model_name: "gpt-4o", litellm_params: { model: "openai/gpt-4o", api_key: "sk-one" } },
			{ model_name: "claude-sonnet", litellm_params: { api_key: "sk-one" } },
		],
		general_settings: { master_key: "sk-master" },
	});
	expect(vault.count("auth/kubernetes/login")).toBe(1);
});

test("the sidecar writes agentgateway's config, and is ready then", async () => {
	const { place, initContainers, args } = await pod("sidecar-agentgateway");

	const agent = startAgent([...args(initContainers)]);
	await agent.logged("rendered");

	const status = await eventually(async () => {
		const told = await runAgent(["status", "--json", "--listen", `unix:${place.at("socket")}`]);
		expect(told.code).toBe(0);
		return told;
	});
	expect(JSON.parse(status.stdout)).toMatchObject({ ready: true });
	expect(parse(readFileSync(place.at("secrets/config.yaml"), "utf8"))).toMatchObject({
		llm: {
			port: 4000,
			models: [{ name: "gpt-4o", params: { apiKey: "sk-one" } }, { name: "claude-sonnet" }],
		},
	});
});

test("the init container and the ordinary sidecar after it ask for one login between them", async () => {
	const { vault, place, initContainers, containers, args } = await pod("init-and-sidecar");
	const beside = containers.filter(({ name }) => name === "keyturn");

	const { code } = await runAgent([...args(initContainers)]);
	const written = statSync(place.at("secrets/config.yaml")).mtimeMs;
	const agent = startAgent([...args(beside)]);
	await agent.logged("rendered");

	expect([code, vault.count("auth/kubernetes/login")]).toEqual([0, 1]);
	expect(statSync(place.at("secrets/config.yaml")).mtimeMs).toBe(written);
	expect(place.entries("secrets")).toEqual(["config.yaml"]);
});

test("LiteLLM's probe holds until the sidecar has written another config", async () => {
	const { vault, place, here, initContainers, containers, args } = await pod("sidecar-litellm");
	const agent = startAgent([...args(initContainers)]);
	await agent.logged("rendered");
	place.write("started", "");
	const [program = "", ...rest] = containers[0]?.livenessProbe?.exec?.command?.map(here) ?? [];
	const probe = () => spawnSync(program, rest).status;
	// As LiteLLM comes up seconds after its file.
	const { mtimeMs } = statSync(place.at("secrets/config.yaml"));
	utimesSync(place.at("started"), mtimeMs / 1000 + 0.001, mtimeMs / 1000 + 0.001);
	expect(probe()).toBe(0);

	vault.put("secret/data/llm/openai", { api_key: "sk-two" });
	agent.signal("SIGHUP");
	await agent.logged("rendered", ({ generation }) => generation === 2);

	expect(probe()).toBe(1);
	expect(vault.count("auth/kubernetes/login")).toBe(1);
});

test("the wrapper gives LiteLLM its keys in the environment, and hands over to one with new keys", async () => {
	const { vault, place, containers, args } = await pod("wrapper");
	const address = `127.0.0.1:${await freePort()}`;
	const config = readFileSync(place.at("agent.yaml"), "utf8").replace("0.0.0.0:4000", address);
	place.write("agent.yaml", config);
	const { exec } = parse(config) as { exec: { command: readonly string[] } };
	const script = `echo "$OPENAI_API_KEY $ANTHROPIC_API_KEY $LITELLM_MASTER_KEY"; exec node ${GATEWAY} "$@"`;
	const litellm = ["sh", "-c", script, ...exec.command];

	const agent = startAgent(["run", ...args(containers), "--", ...litellm]);
	const health = async () => (await fetch(`http://${address}/health/readiness`)).status;
	await eventually(async () => expect(await health()).toBe(200));
	vault.put("secret/data/llm/openai", { api_key: "sk-two" });
	agent.signal("SIGHUP");
	await agent.logged("turned over");

	expect(await health()).toBe(200);
	expect(agent.stdout()).toBe("sk-one sk-one sk-master\nsk-two sk-one sk-master\n");
	expect(place.entries()).not.toContain("secrets");
});

test("the service logs in with what systemd hands it", async () => {
	const vault = await openVault();
	for (const secret of ["openai", "litellm"]) vault.put(`secret/data/llm/${secret}`, KEYS);
	const place = folder();
	place.write("credentials/secret-id", vault.secretId, 0o400);
	const config = textOf("systemd/litellm.yaml")
		.replace("https://vault.example:8200", vault.address)
		.replaceAll("/run/keyturn/litellm", place.at("run"))
		.replace("/etc/keyturn/litellm.role-id", place.write("role-id", vault.roleId));

	const { code } = await runAgent(["start", "-c", place.write("litellm.yaml", config), "--exit-after-auth"], {
		env: { CREDENTIALS_DIRECTORY: place.at("credentials") },
	});

	expect(code).toBe(0);
	expect(readFileSync(place.at("run/litellm.env"), "utf8")).toBe(
		"OPENAI_API_KEY=sk-one\nLITELLM_MASTER_KEY=sk-master\n",
	);
	expect(place.entries("credentials")).toEqual(["secret-id"]);
});
