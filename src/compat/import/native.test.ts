import { expect, test } from "vitest";
import { parse } from "yaml";
import type { ForeignSettings } from "../../config/mod.ts";
import { vaultAgentSettings } from "../vault-agent/mod.ts";
import { referenceSettings } from "./bank-vaults.ts";
import { nativeFiles } from "./native.ts";

/** What is made in /etc/vault for this folder. */
async function made(foreign: ForeignSettings, folder: string) {
	const readText = () => Promise.reject(new Error("a file was asked for"));
	const { files, notes } = await nativeFiles(foreign, { readText, cwd: "/etc/vault", folder });
	return { config: files.get("agent.yaml") ?? "", files, notes };
}

/** The same of Vault Agent's. */
async function madeOf(text: string, folder: string) {
	const file = { name: "a.hcl", path: "/etc/vault/a.hcl", text };
	return await made(vaultAgentSettings([file], { env: {} }), folder);
}

/** The config of our own alone. */
const imported = async (text: string, folder: string): Promise<string> => (await madeOf(text, folder)).config;

const FILES = `
auto_auth { method "kubernetes" { config = { role = "a" token_path = "token" } } }
listener "tcp" {
  role = "metrics_only"
  tls_cert_file = "tls/tls.crt"
  tls_key_file = "/run/tls.key"
}
log_file = "log/"
template { contents = "x" destination = "out/x.env" }
`;

test("paths count from where the new config stands", async () => {
	const config = await imported(FILES, "/etc/keyturn");

	expect(config).toMatch(/token_path: \/etc\/vault\/token$/m);
	expect(config).toMatch(/cert: \/etc\/vault\/tls\/tls\.crt$/m);
	expect(config).toMatch(/key: \/run\/tls\.key$/m);
	expect(config).toMatch(/file: "?\/etc\/vault\/log\/"?$/m);
	expect(config).toMatch(/destination: \/etc\/vault\/out\/x\.env$/m);
});

test("paths stay as they are where the new config stands beside the old one", async () => {
	expect(await imported(FILES, "/etc/vault")).toMatch(/cert: tls\/tls\.crt$/m);
});

test("a socket counts from there as well", async () => {
	const text = `listener "unix" { role = "metrics_only" address = "run/agent.sock" tls_disable = true }`;

	expect(await imported(text, "/etc/keyturn")).toContain("unix:/etc/vault/run/agent.sock");
});

test("a variable is no path, whatever its name", async () => {
	const text = "source=vault:secret/data/a#b\n";
	const foreign = await referenceSettings([{ name: ".env", path: "/etc/vault/.env", text }]);

	const { config } = await made(foreign, "/etc/keyturn");

	expect(config).toMatch(/source: "?secret\/data\/a#b"?$/m);
});

const LOGIN = `auto_auth { method "token_file" { config = { token_file_path = "token" } } }`;

const BOUND_FILES = `${LOGIN}
template {
  contents          = "{{ env \\"HOME\\" }}"
  destination       = "denied.env"
  function_denylist = ["env"]
}
template {
  contents     = "{{ file \\"box/a\\" }}"
  destination  = "boxed.env"
  sandbox_path = "box"
}
template {
  contents          = "x"
  destination       = "both.env"
  function_denylist = ["env"]
  sandbox_path      = "/box"
}
template {
  contents          = "{{ file \\"/etc/hostname\\" }}"
  destination       = "free.env"
  function_denylist = []
  sandbox_path      = ""
}
`;

const BOUND_VARIABLE = `${LOGIN}
env_template "DENIED" {
  contents          = "x"
  function_denylist = ["env"]
}
exec { command = ["true"] }
`;

test("a template with bounds of its own keeps them, and no other gets them", async () => {
	const { config, files } = await madeOf(BOUND_FILES, "/etc/keyturn");

	const settings = parse(config) as { readonly templates: readonly object[] };
	const go = { language: "go", escape: false };
	expect(settings).not.toHaveProperty("file_roots");
	expect(settings.templates).toMatchObject([
		{ ...go, source: "templates/denied.env.tpl", function_denylist: ["env"] },
		{ ...go, source: "templates/boxed.env.tpl", sandbox_path: "/etc/vault/box" },
		{ ...go, source: "templates/both.env.tpl", function_denylist: ["env"], sandbox_path: "/box" },
		{ source: "templates/free.env.hbs" },
	]);
	expect(settings.templates[3]).not.toHaveProperty("language");
	expect(files.get("templates/denied.env.tpl")).toBe('{{ env "HOME" }}');
});

test("a variable with bounds of its own keeps them", async () => {
	const { config, notes } = await madeOf(BOUND_VARIABLE, "/etc/keyturn");

	expect(parse(config)).toMatchObject({
		env: { DENIED: { language: "go", contents: "x", function_denylist: ["env"] } },
	});
	expect(notes).toContain("a.hcl:4:23: its function_denylist is its own; it stays in Go's language");
});

test("a note says which bounds keep a template in Go's language, and where they stand", async () => {
	const { config, notes } = await madeOf(BOUND_FILES, "/etc/keyturn");

	expect(notes.filter((note) => note.endsWith("it stays in Go's language"))).toEqual([
		"a.hcl:5:23: its function_denylist is its own; it stays in Go's language",
		"a.hcl:10:18: its sandbox_path is its own; it stays in Go's language",
		"a.hcl:15:23: its function_denylist and its sandbox_path are its own; it stays in Go's language",
	]);
	expect(config).toContain("# kept in Go's language: its sandbox_path is its own\n");
});

test("the config says what a field that is not there does to a variable", async () => {
	const contents = `{{ with secret \\"secret/data/a\\" }}{{ .Data.data.k }}{{ end }}`;
	const text = `${LOGIN}\nenv_template "KEY" { contents = "${contents}" }\nexec { command = ["true"] }`;

	const config = await imported(text, "/etc/keyturn");

	expect(config).toContain("# In the variables a field that is not there is an error.\n");
});

test("of a variable that stays in Go's language the config does not say so", async () => {
	expect(await imported(BOUND_VARIABLE, "/etc/keyturn")).not.toContain("a field that is not there");
});
