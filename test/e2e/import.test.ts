import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runAgent } from "../support/agent-process.ts";
import { type Folder, folder } from "../support/folder.ts";
import { treeOf } from "../support/tree.ts";
import { openVault } from "../support/vault.ts";

const LOGIN = `
vault {
  address = "http://127.0.0.1:1"
}
auto_auth {
  method "approle" {
    config = {
      role_id_file_path                   = "role-id"
      secret_id_file_path                 = "secret-id"
      remove_secret_id_file_after_reading = false
    }
  }
}
`;

const WITH_FILES = `${LOGIN}
template {
  destination = "out/api-key"
  contents    = <<EOT
{{ with secret "secret/data/llm/openai" }}{{ .Data.data.api_key }}{{ end }}
EOT
}
template {
  destination = "out/llm"
  perms       = "0600"
  contents    = <<EOT
{{- with secret "secret/data/llm/openai" -}}
export OPENAI_API_KEY="{{ .Data.data.api_key }}"
{{- end }}
EOT
}
`;

const LOOP = `
template {
  destination = "out/kept.env"
  contents    = "{{ range loop 2 }}N={{ . }}\\n{{ end }}"
}
`;

const WITH_VARIABLES = `${LOGIN}
env_template "OPENAI_API_KEY" {
  contents = "{{ with secret \\"secret/data/llm/openai\\" }}{{ .Data.data.api_key }}{{ end }}"
}
exec {
  command = ["sh", "-c", "printf %s \\"$OPENAI_API_KEY \${HOME}\\""]
}
`;

const SECRETS = JSON.stringify({ "secret/data/llm/openai": { api_key: "sk-planted-1" } });

async function imported(place: Folder, ...more: readonly string[]) {
	return await runAgent(["import", ...more], { cwd: place.path });
}

describe("agent import", () => {
	test("writes a config and templates of our own, which give the same files", async () => {
		const vault = await openVault();
		vault.put("secret/data/llm/openai", { api_key: "sk-planted-1" });
		const place = folder();
		place.write("agent.hcl", WITH_FILES);
		place.write("role-id", vault.roleId);
		place.write("secret-id", vault.secretId);

		const done = await imported(place, "agent.hcl", "--out", "new");
		const rendered = await runAgent(["render", "-c", "new/agent.yaml", "--address", vault.address], {
			cwd: place.path,
		});

		expect([done.code, done.stdout]).toEqual([
			0,
			["agent.yaml", "templates/api-key.hbs", "templates/llm.hbs"]
				.map((name) => `wrote  ${place.at(`new/${name}`)}\n`)
				.join(""),
		]);
		expect(done.stderr).toContain("note: agent.hcl:");
		expect([rendered.code, rendered.stderr]).toEqual([0, expect.any(String)]);
		expect(readFileSync(place.at("out/api-key"), "utf8")).toBe("sk-planted-1\n");
		expect(readFileSync(place.at("out/llm"), "utf8")).toBe('export OPENAI_API_KEY="sk-planted-1"\n');
		expect(readFileSync(place.at("new/templates/llm.hbs"), "utf8")).toContain(
			'{{#secret "secret/data/llm/openai"~}}',
		);
	});

	test("keeps a template in Go's language where Handlebars has no words, and says where and why", async () => {
		const place = folder();
		place.write("agent.hcl", WITH_FILES + LOOP);

		const { code, stdout, stderr } = await imported(place, "agent.hcl", "--stdout");

		expect(code).toBe(0);
		expect(stdout).toContain(
			"# kept in Go's language: the function loop has no helper of the kind\n    language: go",
		);
		expect(stderr).toMatch(
			/^note: agent\.hcl:\d+:\d+ contents:1:10: the function loop .*stays in Go's language$/m,
		);
		expect(place.entries()).toEqual(["agent.hcl"]);
	});

	test("says a variable as a reference, and runs with it as before", async () => {
		const vault = await openVault();
		vault.put("secret/data/llm/openai", { api_key: "sk-planted-1" });
		const place = folder();
		place.write("agent.hcl", WITH_VARIABLES);
		place.write("role-id", vault.roleId);
		place.write("secret-id", vault.secretId);

		const { code } = await imported(place, "agent.hcl");
		const config = readFileSync(place.at("agent.yaml"), "utf8");
		const run = await runAgent(["run", "-c", "agent.yaml", "--address", vault.address], { cwd: place.path });

		expect(code).toBe(0);
		expect(config).toContain('ref: "secret/data/llm/openai#api_key"');
		expect([run.code, run.stdout]).toEqual([0, "sk-planted-1 /nonexistent"]);
	});

	test("takes consul-template's config", async () => {
		const place = folder();
		place.write(
			"ct.hcl",
			'template {\n  contents = "{{ with secret \\"secret/data/llm/openai\\" }}K={{ .Data.data.api_key }}{{ end }}"\n  destination = "out/x.env"\n}\n',
		);

		const { code, stdout } = await imported(place, "ct.hcl", "--stdout");

		expect(code).toBe(0);
		expect(stdout).toContain('{{#secret "secret/data/llm/openai"}}K={{api_key}}{{/secret}}');
	});

	test("takes a folder of consul-template's as that program does, with the folders in it", async () => {
		const place = folder();
		place.write("ct.d/a.hcl", 'template {\n  contents = "A"\n  destination = "out/a"\n}\n');
		place.write("ct.d/more/b.conf", 'template {\n  contents = "B"\n  destination = "out/b"\n}\n');

		const { code, stdout } = await imported(place, "ct.d", "--stdout");

		expect(code).toBe(0);
		expect(stdout).toMatch(/destination: \S*out\/a\n/);
		expect(stdout).toMatch(/destination: \S*out\/b\n/);
	});

	test("takes envconsul's config", async () => {
		const place = folder();
		place.write(
			"ec.hcl",
			'secret {\n  path = "secret/data/llm/openai"\n  no_prefix = true\n}\nexec { command = "env" }\n',
		);

		const { code, stdout } = await imported(place, "ec.hcl", "--stdout");

		expect(code).toBe(0);
		expect(stdout).toContain("env_from:\n  - secret: secret/data/llm/openai\n");
	});

	test("takes variables of Bank-Vaults, and what it writes can be run", async () => {
		const vault = await openVault();
		vault.put("secret/data/llm/openai", { api_key: "sk-planted-1" });
		const place = folder();
		place.write(
			"app.env",
			"KEY=vault:secret/data/llm/openai#api_key\nURL=https://${vault:secret/data/llm/openai#api_key}@h\n",
		);

		const { code, stderr } = await imported(place, "app.env");
		const run = await runAgent(
			["run", "-c", "agent.yaml", "--", "sh", "-c", 'printf "%s %s" "$KEY" "$URL"'],
			{
				cwd: place.path,
				env: vault.env,
			},
		);

		expect([code, stderr]).toEqual([0, ""]);
		expect([run.code, run.stdout]).toEqual([0, "sk-planted-1 https://sk-planted-1@h"]);
	});

	test("writes nothing at all where one of the files is there, unless it is told to", async () => {
		const place = folder();
		place.write("agent.hcl", WITH_FILES);
		place.write("templates/llm.hbs", "mine");
		const before = treeOf(place.path);

		const refused = await imported(place, "agent.hcl");
		const after = treeOf(place.path);
		const forced = await imported(place, "agent.hcl", "--force");

		expect([refused.code, refused.stderr]).toEqual([
			2,
			expect.stringContaining("error: templates/llm.hbs is already there\n"),
		]);
		expect(after).toEqual(before);
		expect([forced.code, readFileSync(place.at("templates/llm.hbs"), "utf8")]).toEqual([
			0,
			expect.stringContaining("OPENAI_API_KEY"),
		]);
	});

	test.each([
		["what cannot be read", "template {", "bad.hcl:1:"],
		["what is our own", "vault: { address: http://x }\n", "this is neither a config of Vault Agent"],
		["what that program would refuse", 'template { contents = "x" }\nauto_auth {}\n', "bad.hcl:1:1"],
	])("refuses %s", async (_what, text, says) => {
		const place = folder();
		place.write("bad.hcl", text);

		const { code, stderr } = await imported(place, "bad.hcl");

		expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
		expect(place.entries()).toEqual(["bad.hcl"]);
	});
});

describe("agent import --check", () => {
	test("proves with fixtures that everything comes out the same, and writes nothing", async () => {
		const place = folder();
		place.write("agent.hcl", WITH_FILES + LOOP);
		place.write("secrets.json", SECRETS);

		const { code, stdout } = await imported(place, "agent.hcl", "--check", "--fixtures", "secrets.json");

		expect([code, stdout]).toEqual([
			0,
			["api-key", "llm", "kept.env"].map((name) => `same     ${place.at(`out/${name}`)}\n`).join(""),
		]);
		expect(place.entries()).toEqual(["agent.hcl", "secrets.json"]);
	});

	test("proves it against a server, with the login of the config", async () => {
		const vault = await openVault();
		vault.put("secret/data/llm/openai", { api_key: "sk-planted-1" });
		const place = folder();
		place.write("agent.hcl", WITH_FILES.replace("http://127.0.0.1:1", vault.address));
		place.write("role-id", vault.roleId);
		place.write("secret-id", vault.secretId);

		const { code, stdout } = await imported(place, "agent.hcl", "--check");

		expect([code, stdout.match(/^same /gm)]).toEqual([0, ["same ", "same "]]);
		expect(vault.count("auth/approle/login")).toBe(1);
	});

	test("shows where a value comes out otherwise, by path and field and never the value", async () => {
		const place = folder();
		place.write("agent.hcl", WITH_FILES);
		place.write("secrets.json", JSON.stringify({ "secret/data/llm/openai": { api_key: 'sk-"$(planted)' } }));

		const { code, stdout, stderr } = await imported(
			place,
			"agent.hcl",
			"--check",
			"--fixtures",
			"secrets.json",
		);

		expect(code).toBe(2);
		expect(stdout).toContain(
			`differs  ${place.at("out/llm")} at 1:27, in what came from secret/data/llm/openai#api_key\n`,
		);
		expect(stderr).toContain("E_IMPORT_DIFFERS");
		expect(stdout + stderr).not.toContain("planted)");
	});

	test("fails where a secret is not there, on whichever side", async () => {
		const place = folder();
		place.write("agent.hcl", WITH_FILES);
		place.write("secrets.json", "{}");

		const { code, stdout } = await imported(place, "agent.hcl", "--check", "--fixtures", "secrets.json");

		expect(code).toBe(2);
		expect(stdout).toMatch(/^fails .*out\/api-key.*secret\/data\/llm\/openai/m);
	});

	test("says that references of Bank-Vaults have nothing to be compared with", async () => {
		const place = folder();
		place.write("app.env", "KEY=vault:secret/data/llm/openai#api_key\n");

		const { code, stderr } = await imported(place, "app.env", "--check");

		expect([code, stderr]).toEqual([2, expect.stringContaining("there is nothing to compare with")]);
	});
});
