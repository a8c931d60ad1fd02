import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { openPod, type Pod } from "../support/pod.ts";
import { linkedAs, startCommand } from "../support/shell.ts";

/** What HashiCorp's injector puts into a pod, recorded. */
const RECORDED = join(import.meta.dirname, "../fixtures/injector");

interface Container {
	readonly name: string;
	readonly command: readonly string[];
	readonly args: readonly string[];
	readonly env: readonly { readonly name: string; readonly value?: unknown }[];
	readonly lifecycle?: { readonly preStop?: { readonly exec: { readonly command: readonly string[] } } };
}

interface Recorded {
	readonly patch: readonly { readonly path: string; readonly value: Container | readonly Container[] }[];
}

/** The init container and the sidecar of a recorded case. */
function containersOf(name: string): Readonly<Record<string, Container>> {
	const { patch } = JSON.parse(readFileSync(join(RECORDED, `${name}.json`), "utf8")) as Recorded;
	const all = patch
		.filter(({ path }) => /^\/spec\/(initContainers|containers)(\/-|\/0)?$/.test(path))
		.flatMap(({ value }) => value);
	const agents = all.filter((one) => /^vault-agent(-init)?$/.test(one.name));
	return Object.fromEntries(agents.map((one) => [one.name, one]));
}

/** Variables as the kubelet would set them, Vault's config as it was before it was recorded. */
function envOf({ env }: Container, { here }: Pod): Record<string, string> {
	const pairs = env.map(({ name, value }): [string, string] => {
		if (typeof value === "string") return [name, here(value)];
		const config = (value as { "decoded base64 JSON"?: object } | undefined)?.["decoded base64 JSON"];
		const text = config === undefined ? "10.0.0.1" : here(JSON.stringify(config));
		return [name, config === undefined ? text : Buffer.from(text).toString("base64")];
	});
	return Object.fromEntries(pairs);
}

/** Starts a container as the kubelet does: the same words, in the pod's own root. */
function startContainer(container: Container, pod: Pod) {
	pod.place.write("home/vault/.keep", "");
	const words = [...container.command, ...container.args].map((word) => pod.here(word));
	const env = {
		...envOf(container, pod),
		PATH: linkedAs(pod.place, "vault"),
		HOME: pod.place.at("home/vault"),
	};
	return { env, ...startCommand(words, { env, cwd: pod.place.path }) };
}

const KEYS = { api_key: "sk-first", organization: "ours" };

async function podWith(keys: Readonly<Record<string, string>> = KEYS, role = "agentgateway") {
	const pod = await openPod(role);
	pod.vault.put("secret/data/llm/openai", keys);
	return pod;
}

describe("in a pod of Vault's injector", () => {
	test("the init container writes token and file, and ends", async () => {
		const pod = await podWith();
		const { "vault-agent-init": init } = containersOf("inject-token");
		if (init === undefined) throw new Error("nothing was recorded");

		const { code, stderr } = await startContainer(init, pod).ended;

		expect(code, stderr).toBe(0);
		expect(pod.read("/vault/secrets/openai")).toBe('export OPENAI_API_KEY="sk-first"');
		expect([pod.mode("/vault/secrets/openai"), pod.mode("/vault/secrets/token")]).toEqual(["644", "640"]);
		expect(pod.read("/vault/secrets/token")).toBe(pod.read("/home/vault/.vault-token"));
		expect(stderr).not.toContain("sk-first");
	});

	test("the sidecar keeps them, and its token is revoked before it ends", async () => {
		const pod = await podWith();
		const { "vault-agent": sidecar } = containersOf("revoke-on-shutdown");
		const preStop = sidecar?.lifecycle?.preStop?.exec.command;
		if (sidecar === undefined || preStop === undefined) throw new Error("nothing was recorded");

		const running = startContainer(sidecar, pod);
		await eventually(() => expect(pod.read("/vault/secrets/openai")).toContain("sk-first"));
		const token = pod.read("/home/vault/.vault-token") ?? "";
		expect(pod.read("/home/vault/.pid")).toMatch(/^\d+\n?$/);
		const line = preStop.map((word) =>
			pod
				.here(word)
				.replace("/bin/sleep 10", "/bin/sleep 0")
				.replace("/bin/vault", pod.place.at("bin/vault")),
		);
		const stopped = await startCommand(line, { env: running.env }).ended;

		expect([stopped.code, stopped.stdout], stopped.stderr).toEqual([
			0,
			"Success! Revoked token (if it existed)\n",
		]);
		const reply = await fetch(`${pod.vault.address}/v1/auth/token/lookup-self`, {
			headers: { "X-Vault-Token": token },
		});
		expect([token === "", reply.status]).toEqual([false, 403]);
		process.kill(Number(pod.read("/home/vault/.pid")), "SIGTERM");
		expect((await running.ended).code).toBe(0);
		expect(pod.read("/home/vault/.pid")).toBeUndefined();
	});

	test.each([
		["default-template", "/vault/secrets/db", /^password: \S+\nusername: \S+\n$/],
		["default-template-json", "/vault/secrets/db", /^\{"password":"[^"]+","username":"[^"]+"\}\n$/],
		[
			"preserve-case",
			"/vault/secrets/OpenAI",
			/^data: map\[api_key:sk-first organization:ours\]\nmetadata: map\[/,
		],
		["secret-volume-path", "/secrets/openai", /^export OPENAI_API_KEY="sk-first"$/],
		["template-file", "/vault/secrets/openai", /^ours\n$/],
		["tls-skip-verify", "/vault/secrets/openai", /^export OPENAI_API_KEY="sk-first"$/],
		["log", "/vault/secrets/openai", /^export OPENAI_API_KEY="sk-first"$/],
	])("the init container of the case %s writes %s", async (name, path, text) => {
		const { "vault-agent-init": init } = containersOf(name);
		if (init === undefined) throw new Error("nothing was recorded");
		const pod = await podWith(KEYS, name === "preserve-case" ? "r" : "agentgateway");
		pod.place.write(
			"tpl/openai.ctmpl",
			'{{ with secret "secret/data/llm/openai" }}{{ .Data.data.organization }}{{ end }}\n',
		);

		const { code, stderr } = await startContainer(init, pod).ended;

		expect(code, stderr).toBe(0);
		expect(pod.read(path)).toMatch(text);
	});
});
