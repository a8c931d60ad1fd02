import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runAgent, startAgent } from "../support/agent-process.ts";
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

/** Writes `/etc/vault/agent-config.hcl` of the pod. @returns what names it on a command line */
function config({ place, here }: Pod, text: string, login = LOGIN): string {
	return `-config=${place.write("/etc/vault/agent-config.hcl", here(login + text))}`;
}

const OPENAI_FILE = `
template {
  destination = "/vault/secrets/api-key"
  contents    = <<EOT
{{ with secret "secret/data/ai-models/openai" }}{{ .Data.data.api_key }}{{ end }}
EOT
}
`;

const EXPORT = `
template {
  destination = "/vault/secrets/openai"
  contents    = <<EOT
{{- with secret "secret/data/llm/openai" -}}
export OPENAI_API_KEY="{{ .Data.data.api_key }}"
{{- end }}
EOT
}
`;

describe("agent -config=… -exit-after-auth", () => {
	test("writes a key with a login by service account, byte for byte and with the mode that it had", async () => {
		const pod = await openPod();
		pod.vault.put("secret/data/ai-models/openai", { api_key: "sk-first" });

		const { code, stderr, log } = await runAgent([config(pod, OPENAI_FILE), "-exit-after-auth"]);

		expect([code, pod.read("/vault/secrets/api-key")], stderr).toEqual([0, "sk-first\n"]);
		expect(pod.mode("/vault/secrets/api-key")).toBe("644");
		expect(log.filter(({ level }) => level === "warn").map(({ msg }) => msg)).toEqual([
			expect.stringMatching(/agent-config\.hcl:\d+:\d+: everybody on this machine can read .*api-key/),
		]);
		expect(pod.vault.count("auth/kubernetes/login")).toBe(1);
	});

	test("writes a file that a shell sources", async () => {
		const pod = await openPod();
		pod.vault.put("secret/data/llm/openai", { api_key: "sk-a1B2+c3/d4=" });

		const { code, stderr } = await runAgent([config(pod, EXPORT), "-exit-after-auth"]);

		expect(code, stderr).toBe(0);
		expect(pod.read("/vault/secrets/openai")).toBe('export OPENAI_API_KEY="sk-a1B2+c3/d4="\n');
		const script = `. ${pod.place.at("vault/secrets/openai")}; printf %s "$OPENAI_API_KEY"`;
		expect(execFileSync("sh", ["-c", script]).toString()).toBe("sk-a1B2+c3/d4=");
	});

	test("says which field there is where the one that is asked for is not", async () => {
		const pod = await openPod();
		pod.vault.put("secret/data/ai-models/openai", { "api-key": "sk-planted" });

		const { code, stderr, log } = await runAgent([config(pod, OPENAI_FILE), "-exit-after-auth"]);

		expect([code, pod.read("/vault/secrets/api-key")]).toEqual([0, "<no value>\n"]);
		const warning = log.find(({ level, msg }) => level === "warn" && msg.includes("api_key"));
		expect(warning?.msg).toContain("secret/data/ai-models/openai");
		expect(JSON.stringify(warning)).toContain("api-key");
		expect(stderr).not.toContain("sk-planted");
	});

	test("and ends with 4 where that is an error, and one ends it", async () => {
		const pod = await openPod();
		pod.vault.put("secret/data/ai-models/openai", { "api-key": "sk-planted" });
		const named = OPENAI_FILE.replace("contents ", "error_on_missing_key = true\n  contents ");
		const strict = `${named}template_config { exit_on_retry_failure = true }\n`;

		const { code, stderr } = await runAgent([
			config(pod, strict),
			"-exit-after-auth",
			"-log-format=standard",
		]);

		expect([code, pod.read("/vault/secrets/api-key")]).toEqual([4, undefined]);
		expect(stderr).toContain('did you mean "api-key"?');
		expect(stderr).not.toContain("sk-planted");
	});

	test("asks for one credential of a database", async () => {
		const pod = await openPod();
		const database = `
template {
  destination = "/vault/secrets/db"
  contents    = <<EOT
{{ with secret "database/creds/model-server" }}{{ .Data.username }}:{{ .Data.password }} {{ .LeaseDuration }} {{ .Renewable }}{{ end }}
EOT
}
`;

		const { code, stderr } = await runAgent([config(pod, database), "-exit-after-auth"]);

		expect(code, stderr).toBe(0);
		expect(pod.read("/vault/secrets/db")).toMatch(/^\S+:\S+ 3600 true\n$/);
		expect(pod.vault.count("database/creds/model-server")).toBe(1);
	});

	test("reads a version whose deletion is yet to come", async () => {
		const pod = await openPod();
		await pod.vault.send("POST", "secret/metadata/ai-models/openai", { delete_version_after: "1h" });
		await pod.vault.send("POST", "secret/data/ai-models/openai", { data: { api_key: "sk-for-an-hour" } });

		const { code, stderr } = await runAgent([config(pod, OPENAI_FILE), "-exit-after-auth"]);

		expect([code, pod.read("/vault/secrets/api-key")], stderr).toEqual([0, "sk-for-an-hour\n"]);
	});

	test("runs the command of a template once it stands", async () => {
		const pod = await openPod();
		pod.vault.put("secret/data/llm/openai", { api_key: "sk-first" });
		const telling = EXPORT.replace(
			"contents ",
			'command = "cat /vault/secrets/openai > /vault/secrets/told"\n  contents ',
		);

		const { code, stderr } = await runAgent([config(pod, telling), "-exit-after-auth"]);

		expect(code, stderr).toBe(0);
		expect(pod.read("/vault/secrets/told")).toBe('export OPENAI_API_KEY="sk-first"\n');
	});
});

test("flags come before variables, and variables before the file", async () => {
	const pod = await openPod();
	pod.vault.put("secret/data/ai-models/openai", { api_key: "sk-first" });
	const elsewhere = config(pod, OPENAI_FILE, LOGIN.replace("vault.vault.svc:8200", "file.test:8200"));
	const once = [elsewhere, "-exit-after-auth", "-log-format=json"];

	const byVariable = await runAgent(once, {
		env: { VAULT_ADDR: pod.vault.address, VAULT_LOG_LEVEL: "error" },
	});
	const byOther = await runAgent([...once, "-log-level=info"], {
		env: { VAULT_ADDR: "https://variable.test:8200", BAO_ADDR: pod.vault.address, VAULT_LOG_LEVEL: "error" },
	});
	const byFlag = await runAgent([...once, `-address=${pod.vault.address}`], {
		env: { VAULT_ADDR: "https://variable.test:8200", VAULT_SKIP_VERIFY: "false" },
	});

	expect([byVariable.code, byVariable.log], byVariable.stderr).toEqual([0, []]);
	expect([byOther.code, byOther.log.at(-1)?.event], byOther.stderr).toEqual([0, "rendered"]);
	expect([byFlag.code], byFlag.stderr).toEqual([0]);
});

test("VAULT_SKIP_VERIFY=false has certificates checked", async () => {
	const pod = await openPod();
	const words = ["validate", "-c", config(pod, OPENAI_FILE).replace("-config=", ""), "--json"];
	const normal = async (value: string) => {
		const { stdout } = await runAgent(words, { env: { VAULT_SKIP_VERIFY: value } });
		return JSON.parse(stdout) as { normal_form: { vault: { tls_skip_verify: boolean } } };
	};

	expect((await normal("false")).normal_form.vault.tls_skip_verify).toBe(false);
	expect((await normal("true")).normal_form.vault.tls_skip_verify).toBe(true);
});

test("two variables with the same template both reach the child, and it gets new ones", async () => {
	const pod = await openPod();
	pod.vault.put("secret/data/llm/openai", { api_key: "sk-first" });
	const text = `contents = "{{ with secret \\"secret/data/llm/openai\\" }}{{ .Data.data.api_key }}{{ end }}"`;
	const child = `
template_config { static_secret_render_interval = "1s" }
env_template "KEY_A" { ${text} }
env_template "KEY_B" { ${text} }
exec {
  command = ["sh", "-c", "echo $KEY_A $KEY_B; exec sleep 60"]
  restart_on_secret_changes = "always"
  restart_stop_signal = "SIGTERM"
}
`;

	const agent = startAgent(["agent", config(pod, child)]);
	await eventually(() => expect(agent.stdout()).toBe("sk-first sk-first\n"));
	pod.vault.put("secret/data/llm/openai", { api_key: "sk-second" });

	await eventually(() => expect(agent.stdout()).toBe("sk-first sk-first\nsk-second sk-second\n"));
	agent.signal("SIGTERM");
	expect(await agent.ended).toBe(143);
});

test("an agent that stays reads its config again when it is told to, and keeps what it has when that is broken", async () => {
	const pod = await openPod();
	pod.vault.put("secret/data/ai-models/openai", { api_key: "sk-first" });
	const agent = startAgent([config(pod, OPENAI_FILE)]);
	await agent.logged("rendered");

	config(pod, "template {");
	agent.signal("SIGHUP");
	const refused = await agent.logged("reload", ({ level }) => level === "error");
	config(pod, OPENAI_FILE.replace("{{ .Data", "KEY={{ .Data"));
	agent.signal("SIGHUP");

	await eventually(() => expect(pod.read("/vault/secrets/api-key")).toBe("KEY=sk-first\n"));
	expect(refused.msg).toMatch(/agent-config\.hcl:\d+:\d+: /);
	agent.signal("SIGTERM");
	expect(await agent.ended).toBe(0);
});

test("a file that comes into the folder of the config is taken up", async () => {
	const pod = await openPod();
	pod.vault.put("secret/data/ai-models/openai", { api_key: "sk-first" });
	pod.vault.put("secret/data/llm/openai", { api_key: "sk-other" });
	pod.place.write("/etc/vault/10-login.hcl", pod.here(LOGIN));
	pod.place.write("/etc/vault/20-key.hcl", pod.here(OPENAI_FILE));
	const agent = startAgent(["agent", "-config", pod.place.at("etc/vault")]);
	await agent.logged("rendered");

	pod.place.write("/etc/vault/30-more.hcl", pod.here(EXPORT));

	await eventually(() => expect(pod.read("/vault/secrets/openai")).toContain("sk-other"));
	expect(pod.read("/vault/secrets/api-key")).toBe("sk-first\n");
});

describe("what is wrong is said with its place, and nothing is written", () => {
	test.each([
		["a stanza that is not closed", 'template {\n  contents = "x"\n', /agent-config\.hcl:\d+:\d+: /],
		["a heredoc without an end", "template {\n  contents = <<EOT\nx\n}\n", /agent-config\.hcl:\d+:\d+: /],
		[
			"a key that a template does not have",
			'template {\n  destinaton = "/vault/secrets/x"\n  contents = "x"\n}\n',
			/agent-config\.hcl:13:3: .*destinaton.*did you mean "destination"\?/,
		],
		[
			"a template that is not closed",
			'template {\n  destination = "/vault/secrets/x"\n  contents = "a\\n{{ if true }}"\n}\n',
			/: unexpected EOF\n  in +\S+agent-config\.hcl:14:14 \(x\):2:\d+\n/,
		],
		[
			"a function that nobody has",
			'template {\n  destination = "/vault/secrets/x"\n  contents = "{{ secrt \\"a\\" }}"\n}\n',
			/function "secrt" not defined; did you mean "secret"\?\n  in +\S+agent-config\.hcl:14:14 \(x\):1:4\n/,
		],
		[
			"a function that runs programs",
			'template {\n  destination = "/vault/secrets/x"\n  contents = "{{ plugin \\"id\\" }}"\n}\n',
			/error: .*plugin.*\n  in +\S+agent-config\.hcl:14:14 \(x\):1:4/,
		],
		[
			"what is not built yet",
			`${OPENAI_FILE}cache {}\nlistener "tcp" { address = "127.0.0.1:8100" }\n`,
			/agent-config\.hcl:\d+:\d+: /,
		],
	])("%s", async (_, text, message) => {
		const pod = await openPod();

		const words = [config(pod, text), "-exit-after-auth", "-log-format=standard"];
		const { code, stderr } = await runAgent(words);

		expect([code, existsSync(pod.place.at("vault"))], stderr).toEqual([2, false]);
		expect(stderr).toMatch(message);
		expect(pod.vault.count("auth/")).toBe(0);
	});

	test("what the peer drops is a warning, and an error with -strict", async () => {
		const pod = await openPod();
		pod.vault.put("secret/data/ai-models/openai", { api_key: "sk-first" });
		const file = config(pod, `${OPENAI_FILE}exit_after_aut = true\n`);

		const lenient = await runAgent([file, "-exit-after-auth"]);
		const strict = await runAgent([file, "-exit-after-auth", "-strict"]);

		const words = /agent-config\.hcl:\d+:1: .*exit_after_aut.*did you mean \\?"exit_after_auth\\?"\?/;
		expect([lenient.code, strict.code]).toEqual([0, 2]);
		expect(lenient.stderr).toMatch(words);
		expect(strict.stderr).toMatch(words);
	});

	test.each([
		[["-config=agent.yaml"], /agent\.yaml: this is a config of keyturn's own; agent start -c takes it/],
		[["-confg=a.hcl"], /unknown flag -confg; did you mean -config\?[\s\S]*E_USAGE, exit 2/],
		[["agent"], /agent agent needs a config[\s\S]*-config=FILE/],
		[["-config=/nowhere/a.hcl"], /\/nowhere\/a\.hcl: there is no such file or folder/],
		[["-config=/nowhere/a.hcl", "-exit-after-auth", "false"], /takes flags alone/],
	])("%j", async (words, message) => {
		const { code, stdout, stderr } = await runAgent(words);

		expect([code, stdout]).toEqual([2, ""]);
		expect(stderr).toMatch(message);
	});
});

test("validate takes the same config, warns of what is not built and asks nobody", async () => {
	const pod = await openPod();
	const file = config(pod, `${OPENAI_FILE}cache {}\nlistener "tcp" { address = "127.0.0.1:8100" }\n`);

	const native = await runAgent(["validate", "-c", file.replace("-config=", ""), "--json"]);
	const foreign = await runAgent(["agent", file, "-test-verify-only"]);

	expect([native.code, foreign.code], native.stderr + foreign.stderr).toEqual([0, 0]);
	const { valid, warnings, reads, normal_form } = JSON.parse(native.stdout) as Record<string, unknown>;
	expect({ valid, reads }).toMatchObject({ valid: true, reads: [{ path: "secret/data/ai-models/openai" }] });
	expect(warnings).toContainEqual(expect.stringContaining("an agent does not start with it"));
	expect(normal_form).toMatchObject({
		auto_auth: { method: "kubernetes", config: { role: "agentgateway" } },
		templates: [{ language: "go", mode: "0644" }],
	});
	expect(foreign.stdout).toContain("an agent does not start with it");
	expect(pod.vault.server.requests.entries.filter(({ path }) => path.startsWith("auth/"))).toEqual([]);
});

test.each([
	["of Vault Agent's", "agent.hcl", /warning {2}\/dev\/stdin:\d+:\d+: everybody/],
	["of our own", "agent.yaml", /\/dev\/stdin is valid: 1 to render/],
])("a config %s is read from a pipe", async (_, name, expected) => {
	const pod = await openPod();
	pod.place.write("agent.hcl", pod.here(LOGIN + OPENAI_FILE));
	const template = { contents: "x", destination: "/vault/secrets/x", format: "text" };
	pod.place.write("agent.yaml", JSON.stringify({ templates: [template] }));

	const line = `cat ${pod.place.at(name)} | exec "$@"`;
	const { code, stdout, stderr } = await runAgent(["validate", "-c", "/dev/stdin"], {
		through: ["sh", "-ec", line, "sh"],
	});

	expect(code, stderr).toBe(0);
	expect(stdout).toMatch(expected);
});

test("our own commands take such a config as well", async () => {
	const pod = await openPod();
	pod.vault.put("secret/data/ai-models/openai", { api_key: "sk-first" });
	const file = config(pod, OPENAI_FILE).replace("-config=", "");

	const dry = await runAgent(["render", "-c", file, "--dry-run"]);
	const doctor = await runAgent(["doctor", "-c", file]);
	const written = await runAgent(["start", "-c", file, "--exit-after-auth"]);

	expect(dry.stdout).toContain("would write");
	expect(dry.stdout).not.toContain("sk-first");
	expect([dry.code, doctor.code, written.code], doctor.stdout).toEqual([0, 0, 0]);
	expect(pod.read("/vault/secrets/api-key")).toBe("sk-first\n");
});
