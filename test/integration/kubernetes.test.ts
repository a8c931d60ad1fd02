import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Container, PodSpec } from "kubernetes-types/core/v1.d.ts";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { routesTo } from "../../src/status/routes.ts";
import { runAgent } from "../support/agent-process.ts";
import { folder } from "../support/folder.ts";
import { type Manifest, manifestsIn, typeFaults, type Workload } from "../support/manifests.ts";

const DEPLOY = join(import.meta.dirname, "../../deploy/kubernetes");
const USES = ["init-container", "init-and-sidecar", "sidecar-agentgateway", "sidecar-litellm", "wrapper"];
const OWN_IMAGE = /^registry\.example\//;

interface Kustomization {
	readonly resources: readonly string[];
	readonly images: readonly { readonly name: string; readonly newTag: string }[];
	readonly configMapGenerator: readonly { readonly name: string; readonly files: readonly string[] }[];
}

interface AgentConfig {
	readonly auto_auth: { readonly config: { readonly role: string; readonly token_path: string } };
	readonly listener?: { readonly address: string };
	readonly handover?: { readonly path: string };
}

/** What is no object of a cluster: settings of kustomize, of the agent and of LiteLLM. */
const SETTINGS = /(^|\/)(kustomization|agent|litellm)\.yaml$/;

const objects = globSync("**/*.yaml", { cwd: DEPLOY })
	.filter((file) => !SETTINGS.test(file))
	.flatMap((file) => manifestsIn(join(DEPLOY, file)));
const yaml = (file: string): unknown => parse(readFileSync(join(DEPLOY, file), "utf8"));

/** What stands in the folder of one use. */
function use(name: string) {
	const kustomization = yaml(`${name}/kustomization.yaml`) as Kustomization;
	const [deployment] = manifestsIn(join(DEPLOY, name, "deployment.yaml")) as [Workload];
	const pod = deployment.spec?.template.spec as PodSpec;
	const containers = [...(pod.initContainers ?? []), ...pod.containers];
	const agents = containers.filter(({ image = "" }) => OWN_IMAGE.test(image));
	const [agent] = agents as [Container];
	const config = yaml(`${name}/agent.yaml`) as AgentConfig;
	return { kustomization, pod, containers, agents, agent, config };
}

describe("the manifests", () => {
	test("hold to the types of Kubernetes' API", () => {
		expect(objects.length).toBeGreaterThan(8);
		expect(typeFaults(objects, folder())).toBe("");
	});

	test.each([
		["misspelt", "restartPolicy", "restartPolcy"],
		["misplaced", "emptyDir", "projected"],
		["of another shape", '"path":"/readyz"', '"path":{"name":"/readyz"}'],
		["missing", '"port":"keyturn"', '"scheme":"HTTP"'],
	])("would not get through with a key that is %s", (_, right, wrong) => {
		const text = JSON.stringify(manifestsIn(join(DEPLOY, "sidecar-litellm/deployment.yaml")));
		const changed = JSON.parse(text.replace(right, wrong)) as Manifest[];

		expect(text).toContain(right);
		expect(typeFaults(changed, folder())).toMatch(/error TS/);
	});

	test("hold no secret, and give none by way of a variable", () => {
		expect(objects.filter(({ kind }) => kind === "Secret")).toEqual([]);
		const containers = USES.flatMap((name) => use(name).containers);
		expect(containers.filter(({ envFrom }) => envFrom !== undefined)).toEqual([]);
		expect(containers.flatMap(({ env = [] }) => env).filter(({ valueFrom }) => valueFrom)).toEqual([]);
	});

	test("give the agent no right in the cluster", () => {
		const bound = objects.filter(({ kind }) => kind.endsWith("RoleBinding"));

		expect(bound).toMatchObject([
			{ roleRef: { name: "system:auth-delegator" }, subjects: [{ name: "vault", namespace: "vault" }] },
		]);
	});

	test("stand in one namespace, which lets in only restricted pods", () => {
		const places = new Set(objects.map(({ metadata }) => metadata.namespace));
		expect(places).toEqual(new Set(["ai", undefined]));
		expect(objects.find(({ kind }) => kind === "Namespace")?.metadata).toMatchObject({
			name: "ai",
			labels: { "pod-security.kubernetes.io/enforce": "restricted" },
		});
	});
});

describe.each(USES)("deploy/kubernetes/%s", (name) => {
	const { kustomization, pod, containers, agents, config } = use(name);

	// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
	test("is restricted, and writes nothing but its volumes", () => {
		expect(pod.securityContext).toMatchObject({
			runAsNonRoot: true,
			seccompProfile: { type: "RuntimeDefault" },
		});
		expect(pod).not.toHaveProperty("hostNetwork");
		expect(pod).not.toHaveProperty("hostPID");
		for (const { securityContext } of containers) {
			expect(securityContext).toEqual({
				allowPrivilegeEscalation: false,
				readOnlyRootFilesystem: true,
				capabilities: { drop: ["ALL"] },
			});
		}
		const kinds = (pod.volumes ?? []).flatMap((volume) => Object.keys(volume));
		const allowed = ["name", "emptyDir", "configMap", "projected"];
		expect(kinds.filter((kind) => !allowed.includes(kind))).toEqual([]);
	});

	test("keeps what the agent writes in memory, and lets the gateway only read it", () => {
		const volume = (pod.volumes ?? []).find((each) => each.name === "secrets");
		const isReadOnly = containers.map(({ volumeMounts = [] }) => {
			const mount = volumeMounts.find(({ mountPath }) => mountPath === "/vault/secrets");
			return mount && (mount.readOnly ?? false);
		});

		// The wrapper writes no file at all.
		const wanted = name === "wrapper" ? undefined : { medium: "Memory", sizeLimit: "8Mi" };
		expect(volume?.emptyDir).toEqual(wanted);
		expect(isReadOnly).toEqual(
			name === "wrapper" ? [undefined] : containers.map((container) => !agents.includes(container)),
		);
	});

	test("gives the agent, and nobody else, a short token for Vault alone", () => {
		expect(pod).toMatchObject({ serviceAccountName: "gateway", automountServiceAccountToken: false });
		const [token] = (pod.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
		expect(token?.serviceAccountToken).toEqual({ audience: "vault", expirationSeconds: 600, path: "token" });
		const holders = containers.filter(({ volumeMounts = [] }) =>
			volumeMounts.some((mount) => mount.name === "vault-token"),
		);
		expect(holders).toEqual(agents);
		for (const { volumeMounts } of agents) {
			expect(volumeMounts).toContainEqual({
				name: "vault-token",
				mountPath: config.auto_auth.config.token_path.replace(/\/token$/, ""),
				readOnly: true,
			});
		}
	});

	test("names every image with a version", () => {
		for (const { image = "" } of containers) {
			const tag = kustomization.images.find((each) => each.name === image)?.newTag ?? image.split(":")[1];
			expect(`${image} ${tag}`).toMatch(/ v?\d+\.\d+\.\d+$/);
		}
	});

	test("bounds the memory of each container and the processor of none", () => {
		for (const { resources, terminationMessagePolicy } of containers) {
			expect(Object.keys(resources?.requests ?? {})).toEqual(["cpu", "memory"]);
			expect(Object.keys(resources?.limits ?? {})).toEqual(["memory"]);
			expect(terminationMessagePolicy).toBe("FallbackToLogsOnError");
		}
	});

	test("asks the agent's listener only for what it answers", () => {
		const answered = routesTo({} as Parameters<typeof routesTo>[0]);
		const ports = containers.flatMap(({ ports: each = [] }) => each);
		const port = ports.find((each) => each.name === "keyturn")?.containerPort;
		const probes = containers
			.flatMap(({ startupProbe, readinessProbe, livenessProbe }) => [
				startupProbe,
				readinessProbe,
				livenessProbe,
			])
			.flatMap((probe) => probe?.httpGet ?? [])
			.filter((get) => get.port === "keyturn");

		expect(config.listener?.address).toBe(port === undefined ? undefined : `0.0.0.0:${port}`);
		// Nothing waits for an ordinary sidecar, so it needs no startup probe.
		expect(probes.length).toBe(port === undefined ? 0 : agents.length > 1 ? 1 : 2);
		for (const { path = "" } of probes) expect(answered.get(path)).toMatchObject({ isOpen: true });
	});

	test("consists of files that are there", () => {
		const generated = kustomization.configMapGenerator.flatMap((each) => each.files);
		const named = [...kustomization.resources, ...generated.map((file) => file.replace(/^.*=/, ""))];
		expect(named.filter((file) => !existsSync(join(DEPLOY, name, file)))).toEqual([]);
		const maps = (pod.volumes ?? []).flatMap(({ configMap }) => configMap?.name ?? []);
		const made = kustomization.configMapGenerator.map((each) => each.name);
		expect(maps.filter((map) => map !== "vault-ca").toSorted()).toEqual(made.toSorted());
	});

	test("has a config that the agent finds valid, and reads only what the policy lets it", async () => {
		const path = join(DEPLOY, name, "agent.yaml");
		const policy = readFileSync(join(DEPLOY, "vault/gateway.hcl"), "utf8");

		const { code, stdout, stderr } = await runAgent(["validate", "-c", path]);

		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		const needed = stdout.split("\n").filter((line) => line.startsWith("path "));
		expect(needed.length).toBeGreaterThan(0);
		expect(needed.filter((line) => !policy.includes(`${line}\n`))).toEqual([]);
	});
});

test("the policy lets nothing be read that no use reads", async () => {
	const configs = USES.map((name) => join(DEPLOY, name, "agent.yaml"));

	const outputs = await Promise.all(configs.map(async (path) => await runAgent(["validate", "-c", path])));

	const policy = readFileSync(join(DEPLOY, "vault/gateway.hcl"), "utf8").trimEnd().split("\n");
	expect(policy.filter((line) => !outputs.some(({ stdout }) => stdout.includes(line)))).toEqual([]);
});

test("sidecars are native ones, which the gateway waits for and no Job does", () => {
	for (const name of ["sidecar-agentgateway", "sidecar-litellm"]) {
		const { pod, agent } = use(name);
		expect(pod.initContainers).toEqual([agent]);
		expect(agent).toMatchObject({
			restartPolicy: "Always",
			startupProbe: { httpGet: { path: "/readyz" } },
			livenessProbe: { httpGet: { path: "/healthz" } },
		});
	}
});

test("an init container and an ordinary sidecar hand over: one config, one key, on a volume that both write", () => {
	const { pod, agents, config } = use("init-and-sidecar");
	const [init, sidecar] = agents;

	expect(config.handover?.path).toMatch(/^\/vault\/secrets\//);
	expect([pod.initContainers, sidecar?.restartPolicy]).toEqual([[init], undefined]);
	expect(sidecar?.volumeMounts).toEqual(init?.volumeMounts);
	expect(init?.args).toEqual([...(sidecar?.args ?? []), "--exit-after-auth", "--timeout", "2m"]);
});

const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;

describe.skipIf(!hasKubectl).each(USES)("kubectl kustomize deploy/kubernetes/%s", (name) => {
	test("gives objects that hold to the API's types, with the config as a ConfigMap", () => {
		const { status, stdout } = spawnSync("kubectl", ["kustomize", join(DEPLOY, name)], { encoding: "utf8" });
		expect(status).toBe(0);
		const place = folder();
		const found = manifestsIn(place.write("all.yaml", stdout));
		const maps = found.filter(({ kind }) => kind === "ConfigMap");

		expect(maps).toContainEqual(
			expect.objectContaining({
				metadata: { name: "keyturn", namespace: "ai" },
				data: expect.objectContaining({
					"agent.yaml": readFileSync(join(DEPLOY, name, "agent.yaml"), "utf8"),
				}),
			}),
		);
		expect(
			typeFaults(
				found.filter((each) => !maps.includes(each)),
				place,
			),
		).toBe("");
		expect(stdout).not.toMatch(/image: \S+(?::latest|\/[^:]*)$/m);
	});
});
