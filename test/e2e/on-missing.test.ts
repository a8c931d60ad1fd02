import { expect, test } from "vitest";
import { type AgentProcess, runAgent, startAgent } from "../support/agent-process.ts";
import { eventually } from "../support/eventually.ts";
import { openPod, type Pod } from "../support/pod.ts";

const LOGIN = `
vault { address = "https://vault.vault.svc:8200" }
auto_auth {
  method "kubernetes" {
    mount_path = "auth/kubernetes"
    config = {
      role       = "agentgateway"
      token_path = "/var/run/secrets/kubernetes.io/serviceaccount/token"
    }
  }
}
`;

const EVERY_SECOND = `
template_config { static_secret_render_interval = "1s" }
`;

/** A file that is the field `api_key` of a secret, and what is done when it has changed. */
const fileOf = (name: string) => `
template {
  destination          = "/vault/secrets/${name}"
  contents             = "{{ with secret \\"secret/data/llm/${name}\\" }}{{ .Data.data.api_key }}{{ end }}"
  error_on_missing_key = true
  exec { command = ["sh", "-c", "echo ${name} >>/vault/secrets/told"] }
}
`;

const TWO_FILES = LOGIN + EVERY_SECOND + fileOf("openai") + fileOf("azure");

/** One secret is there, the other is not. */
async function scene(text = TWO_FILES): Promise<Pod & { readonly config: string }> {
	const pod = await openPod();
	pod.vault.put("secret/data/llm/openai", { api_key: "sk-1" });
	return { ...pod, config: `-config=${pod.place.write("/etc/vault/agent-config.hcl", pod.here(text))}` };
}

/** Waits until the one file stands, and the other was asked for and is not there. */
async function isHalfDone({ read }: Pod, agent: AgentProcess): Promise<void> {
	await agent.logged("render failed", ({ msg }) => msg.includes("azure"));
	await eventually(() => expect(read("/vault/secrets/told")).toBe("openai\n"));
	expect([read("/vault/secrets/openai"), read("/vault/secrets/azure")]).toEqual(["sk-1", undefined]);
}

test("one template is written at once, and the other when somebody writes its secret", async () => {
	const pod = await scene();
	const agent = startAgent(["agent", pod.config]);
	await isHalfDone(pod, agent);

	pod.vault.put("secret/data/llm/azure", { api_key: "az-1" });

	await eventually(() => expect(pod.read("/vault/secrets/azure")).toBe("az-1"));
	await eventually(() => expect(pod.read("/vault/secrets/told")).toBe("openai\nazure\n"));
	agent.signal("SIGTERM");
	expect(await agent.ended).toBe(0);
});

test("a field that comes later is delivered, and so is what may be read later", async () => {
	const pod = await scene(TWO_FILES.replace("llm/azure", "hidden/azure"));
	pod.vault.server.seed({
		policies: { reader: 'path "secret/data/llm/*" { capabilities = ["read"] }' },
		secrets: { "secret/data/hidden/azure": { other: "az-0" } },
	});
	const agent = startAgent(["agent", pod.config]);
	await isHalfDone(pod, agent);
	const denied = await agent.logged("render failed");
	expect(denied["code"]).toBe("E_PERMISSION_DENIED");

	pod.vault.server.seed({ policies: { reader: 'path "secret/data/*" { capabilities = ["read"] }' } });
	await agent.logged("render failed", ({ code }) => code === "E_FIELD_MISSING");
	pod.vault.put("secret/data/hidden/azure", { api_key: "az-1" });

	await eventually(() => expect(pod.read("/vault/secrets/azure")).toBe("az-1"));
});

test("an init container waits until all of it stands", async () => {
	const pod = await scene();
	const agent = startAgent(["agent", pod.config, "-exit-after-auth"]);
	await isHalfDone(pod, agent);
	expect(agent.isRunning()).toBe(true);

	pod.vault.put("secret/data/llm/azure", { api_key: "az-1" });

	expect(await agent.ended).toBe(0);
	expect(pod.read("/vault/secrets/azure")).toBe("az-1");
	expect(pod.read("/vault/secrets/told")).toBe("openai\nazure\n");
});

test("a child starts once, when its last variable is there", async () => {
	const variable = (name: string) => `
env_template "${name.toUpperCase()}" {
  contents             = "{{ with secret \\"secret/data/llm/${name}\\" }}{{ .Data.data.api_key }}{{ end }}"
  error_on_missing_key = true
}
`;
	const child = `
exec { command = ["sh", "-c", "echo $OPENAI $AZURE; exec sleep 60"] }
`;
	const pod = await scene(LOGIN + EVERY_SECOND + variable("openai") + variable("azure") + child);
	const agent = startAgent(["agent", pod.config]);
	await agent.logged("render failed");
	expect(agent.stdout()).toBe("");

	pod.vault.put("secret/data/llm/azure", { api_key: "az-1" });

	await eventually(() => expect(agent.stdout()).toBe("sk-1 az-1\n"));
	agent.signal("SIGTERM");
	expect(await agent.ended).toBe(143);
});

test("with exit_on_retry_failure it ends at once", async () => {
	const exits = EVERY_SECOND.replace("{ ", "{\n  exit_on_retry_failure = true\n  ").replace(" }", "\n}");
	const pod = await scene(TWO_FILES.replace(EVERY_SECOND, exits));

	const { code, stderr } = await runAgent(["agent", pod.config]);

	expect([code, pod.read("/vault/secrets/openai")], stderr).toEqual([4, undefined]);
});
