import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AgentError } from "../../kernel/mod.ts";
import { AGENT_FLAGS } from "./agent-flags.ts";
import { CONSUL_TEMPLATE_FLAGS } from "./consul-template-flags.ts";
import { ENVCONSUL_FLAGS } from "./envconsul-flags.ts";
import { flagSettings } from "./flag-settings.ts";
import type { GoFlags } from "./go-flag.ts";
import { helpPage } from "./help.ts";
import { parseFlags } from "./parse-flags.ts";
import { REVOKE_FLAGS } from "./revoke-flags.ts";

const agent = (...words: string[]) => parseFlags(words, AGENT_FLAGS, "vault agent");
const plain = (...words: string[]) => agent(...words).flags.map(({ name, value }) => `${name}=${value}`);

function outcome(words: readonly string[]): string {
	try {
		agent(...words);
		return "read";
	} catch (error) {
		return error instanceof AgentError ? error.code : String(error);
	}
}

describe("flags as Go reads them", () => {
	test.each([
		[["-config=a.hcl"], ["config=a.hcl"]],
		[["--config=a.hcl"], ["config=a.hcl"]],
		[["-config", "a.hcl"], ["config=a.hcl"]],
		[
			["--config", "a.hcl", "-config=b"],
			["config=a.hcl", "config=b"],
		],
		[["-config=a=b"], ["config=a=b"]],
		[["-config="], ["config="]],
		[["-config", "-strict"], ["config=-strict"]],
		[["-exit-after-auth"], ["exit-after-auth=true"]],
		[["-exit-after-auth=false"], ["exit-after-auth=false"]],
		[["-exit-after-auth=T"], ["exit-after-auth=true"]],
		[["-tls-skip-verify=0"], ["tls-skip-verify=false"]],
		[
			["-log-rotate-bytes=1024", "-log-rotate-max-files", "-1"],
			["log-rotate-bytes=1024", "log-rotate-max-files=-1"],
		],
		[["-log-level=NOTICE"], ["log-level=NOTICE"]],
	])("%j", (words, expected) => {
		expect(plain(...words)).toEqual(expected);
	});

	test.each([
		[["-exit-after-auth", "false"], ["false"]],
		[["-strict", "--", "-config=a"], ["-config=a"]],
		[
			["-strict", "-", "-config=a"],
			["-", "-config=a"],
		],
		[
			["-strict", "", "x"],
			["", "x"],
		],
	])("%j ends its flags at the first word that is none", (words, operands) => {
		expect(agent(...words)).toMatchObject({ operands, wantsHelp: false });
	});

	test.each(["-h", "-help", "--help", "--h"])("%s asks for help, also behind other flags", (word) => {
		expect(agent("-config=a", word, "-nonsense").wantsHelp).toBe(true);
	});

	test.each([
		[["-confg=a"], "unknown flag -confg; did you mean -config?"],
		[["-exit_after_auth"], "unknown flag -exit_after_auth; did you mean -exit-after-auth?"],
		[["-zzzzzz"], "unknown flag -zzzzzz"],
		[["-config"], "the flag -config needs a value: -config=<path>"],
		[["-strict=perhaps"], "-strict: expected true or false"],
		[["-log-rotate-bytes=1k"], "-log-rotate-bytes: expected a whole number"],
		[["-log-level=loud"], "-log-level: expected trace, debug, info, warn or error"],
		[["-strict", "---config=a"], "word 2 of the command line is no flag: expected -name or -name=value"],
		[["-=a"], "word 1 of the command line is no flag: expected -name or -name=value"],
		[["-wrap-ttl=5m"], "-wrap-ttl cannot be given here: it would wrap every answer"],
		[["-__proto__=a"], "unknown flag -__proto__"],
	])("%j is refused", (words, message) => {
		expect(() => agent(...words)).toThrow(expect.objectContaining({ message, code: "E_USAGE", exitCode: 2 }));
	});

	test("no value is in a message", () => {
		const kinds = ["-strict=", "-log-rotate-bytes=", "-log-level=", "-header=", "-mfa="];
		for (const start of kinds)
			expect(() => agent(`${start}hvs.planted`)).toThrow(
				expect.objectContaining({ message: expect.not.stringContaining("planted") }),
			);
	});

	test("any command line is read, or refused with a code", () => {
		const word = fc.oneof(
			fc.constantFrom("-config", "-config=a", "-strict", "--", "-", "-log-rotate-bytes", "---", "-h"),
			fc.string(),
		);
		fc.assert(
			fc.property(fc.array(word), (words) => {
				expect(outcome(words)).toMatch(/^(read|E_USAGE)$/);
			}),
		);
	});
});

const settingsOf = (known: GoFlags, ...words: string[]) => flagSettings(parseFlags(words, known, "x"), known);

describe("what flags say as a config", () => {
	test("consul-template", () => {
		const words = [
			"-template=a.tpl:a.txt:systemctl reload x:y",
			"-template",
			"b.tpl:b.txt",
			"-once",
			"-wait=2s:10s",
			"-vault-addr=https://vault.test",
			"-vault-ssl-verify=false",
			"-vault-retry-attempts=3",
			"-exec=./gateway --port 1",
			"-exec-env-custom=A=1",
			"-exec-env-custom=B=2",
			"-consul-auth=me:pass:word",
			"-template-error-fatal=false",
			"-vault-agent-token-file=/run/token",
		];

		expect(settingsOf(CONSUL_TEMPLATE_FLAGS, ...words)).toEqual({
			template: [
				{ source: "a.tpl", destination: "a.txt", command: "systemctl reload x:y" },
				{ source: "b.tpl", destination: "b.txt" },
			],
			once: true,
			wait: { min: "2s", max: "10s" },
			vault: {
				address: "https://vault.test",
				ssl: { verify: false },
				retry: { attempts: 3 },
				vault_agent_token_file: "/run/token",
			},
			exec: { command: "./gateway --port 1", env: { custom: ["A=1", "B=2"] } },
			consul: { auth: { username: "me", password: "pass:word" } },
			template_error_fatal: false,
		});
	});

	test("envconsul", () => {
		const words = [
			"-secret=secret/llm/openai",
			"-secret",
			"kv/x",
			"-upcase",
			"-vault-namespace=team",
			"-pristine",
		];

		expect(settingsOf(ENVCONSUL_FLAGS, ...words)).toEqual({
			secret: [{ path: "secret/llm/openai" }, { path: "kv/x" }],
			upcase: true,
			pristine: true,
			vault: { namespace: "team" },
		});
	});

	test("the last one wins where one is meant", () => {
		expect(settingsOf(CONSUL_TEMPLATE_FLAGS, "-wait=1s", "-wait=2s")).toEqual({ wait: { min: "2s" } });
	});

	test.each(["-wait=soon", "-wait=1s:2s:3s", "-template=a.tpl", "-template=:b", "-exec-splay=5", "-dry"])(
		"%s is refused",
		(word) => {
			expect(() => settingsOf(CONSUL_TEMPLATE_FLAGS, word)).toThrow(expect.objectContaining({ exitCode: 2 }));
		},
	);

	test.each([
		[AGENT_FLAGS, "-log-level=verbose", "-log-level: expected trace, debug, info, warn or error"],
		[AGENT_FLAGS, "-log-format=xml", "-log-format: expected standard or json"],
		[
			CONSUL_TEMPLATE_FLAGS,
			"-template=in.ctmpl",
			"-template: the destination is missing; expected in:out, or in:out:command",
		],
		[
			CONSUL_TEMPLATE_FLAGS,
			"-template=:out",
			"-template: the template's file is missing; expected in:out, or in:out:command",
		],
	])("what cannot be read is told of with what can: %#", (known, word, message) => {
		expect(() => settingsOf(known, word)).toThrow(message);
	});

	test.each(["-prefix=a", "-service-query=b"])("envconsul %s is refused with the reason", (word) => {
		expect(() => settingsOf(ENVCONSUL_FLAGS, word)).toThrow("keyturn asks Vault alone, not Consul");
	});
});

test.each([
	[
		"vault agent",
		AGENT_FLAGS,
		["-config=<path>", "-exit-after-auth ", "-strict ", "-escape=<format>", "-ca-cert=<file>"],
	],
	["vault token revoke", REVOKE_FLAGS, ["-self ", "-address=<url>"]],
	[
		"consul-template",
		CONSUL_TEMPLATE_FLAGS,
		["-template=<in:out:command>", "-once ", "-parse-only ", "-vault-addr=<url>"],
	],
	["envconsul", ENVCONSUL_FLAGS, ["-secret=<path>", "-no-prefix ", "-vault-k8s-auth-role-name=<role>"]],
])("the help of %s lists what can be given, and nothing else", (call, flags, expected) => {
	const page = helpPage({ call, about: "…", flags, example: "…" });

	for (const line of expected) expect(page).toContain(`\n  ${line}`);
	const refused = Object.keys(flags).filter((name) => flags[name]?.refused !== undefined);
	for (const name of refused) expect(page).not.toContain(`\n  -${name}`);
	expect(page).not.toMatch(/-test-verify-only|undefined/);
});
