import { describe, expect, test } from "vitest";
import { hasReferences, referenceSettings } from "./bank-vaults.ts";

const read = async (text: string, name = "a.env") =>
	await referenceSettings([{ name, path: `/here/${name}`, text }]);

describe("a variable of Bank-Vaults", () => {
	test.each([
		["KEY=vault:secret/data/llm#api_key", "secret/data/llm#api_key"],
		['export KEY="vault:secret/data/llm#api_key#2"', "secret/data/llm?version=2#api_key"],
		["KEY=vault:secret/data/llm#${.api_key}", "secret/data/llm#api_key"],
		[
			"KEY=vault:secret/data/llm#${ .api_key | b64enc }!",
			{ secret: "secret/data/llm", template: "{{base64Encode api_key}}!" },
		],
		[
			"KEY=https://${vault:secret/data/llm#user}:${vault:secret/data/llm#pass#4}@h",
			{
				contents:
					'https://{{get (secret "secret/data/llm") "user"}}:{{get (secret "secret/data/llm?version=4") "pass"}}@h',
			},
		],
		[
			'KEY=>>vault:pki/issue/app#certificate#{"common_name":"a.example"}',
			{ contents: '{{get (secret "pki/issue/app" common_name="a.example") "certificate"}}' },
		],
	])("%s is a variable of ours", async (line, expected) => {
		const { settings, unsupported } = await read(`PLAIN=1\n${line}\n`);

		expect([settings, unsupported]).toEqual([{ env: { KEY: expected } }, []]);
	});

	test.each([
		[">>vault:pki/root/generate#certificate", "a write needs parameters"],
		["vault:secret/data/llm#key#latest", "its version is no number"],
		["a ${vault:secret/data/llm#${.x}} b", "a template within a text has no counterpart"],
		["vault:secret/data/llm#${ .x | nope }", 'function "sprig_nope" not defined'],
	])("%s cannot be carried, which is said with its place", async (value, reason) => {
		const { settings, unsupported } = await read(`# first\nKEY=${value}\n`);

		expect(settings["env"]).toEqual({});
		expect(unsupported).toEqual([{ place: "a.env:2:1", message: expect.stringContaining(`KEY: `) }]);
		expect(unsupported[0]?.message).toContain(reason);
	});
});

test("a manifest gives its variables, and its notes the server and the login", async () => {
	const text = `
metadata:
  annotations:
    vault.security.banzaicloud.io/vault-addr: "https://vault:8200"
    vault.security.bank-vaults.io/vault-role: 'app'
    vault.security.bank-vaults.io/vault-path: "k8s"
spec:
  containers:
    - name: app
      env:
        - name: KEY
          value: "vault:secret/data/llm#api_key"
        - { name: OTHER, value: "vault:secret/data/llm#other" }
---
data:
  PASSWORD: vault:secret/data/db#password
`;

	const { settings } = await read(text, "pod.yaml");

	expect(settings).toEqual({
		vault: { address: "https://vault:8200" },
		auto_auth: { config: { role: "app" }, mount_path: "auth/k8s", method: "kubernetes" },
		env: {
			KEY: "secret/data/llm#api_key",
			OTHER: "secret/data/llm#other",
			PASSWORD: "secret/data/db#password",
		},
	});
});

test.each([
	["A=vault:secret/data/x#y", true],
	["  value: '>>vault:pki/issue/x#y'", true],
	["A=x${vault:a#b}", true],
	["# A=vault:secret/data/x#y", false],
	["vault:\n  address: x", false],
	['template { contents = "{{ with secret }}" }', false],
])("%j has references: %s", (text, expected) => {
	expect(hasReferences(text)).toBe(expected);
});
