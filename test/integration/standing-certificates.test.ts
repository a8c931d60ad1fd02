import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { chmodSync, chownSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { runCli } from "../../src/cli/program.ts";
import { RecordingLog } from "../support/recording-log.ts";
import { virtualWorld } from "../support/virtual-world.ts";
import { openStage, type WholeAgent } from "../support/whole-agent.ts";

const ISSUE = "pki/issue/gw";
const POLICY = `
path "${ISSUE}" { capabilities = ["update"] }
path "pki/issue/other" { capabilities = ["update"] }
path "secret/data/llm/*" { capabilities = ["read"] }
`;
const MINUTE = 60_000;

/** A certificate for an hour, in Go's words. */
const go = (text: string, name = "gw.example.internal", more = "") =>
	`{{ with pkiCert "${ISSUE}" "common_name=${name}" "ttl=1h"${more} }}${text}{{ end }}`;

const PEM = go("{{ .Cert }}{{ .Key }}{{ .CA }}");

type Contents = Readonly<Record<string, string | { readonly text: string; readonly language: "handlebars" }>>;

/** A server that issues, a folder, and agents that run once, one after the other. */
async function scene() {
	const stage = await openStage();
	const { vault, place, clock } = stage;
	const role = { allowed_domains: ["example.internal"], allow_subdomains: true, max_ttl: "2h" };
	vault.server.seed({ policies: { app: POLICY }, pki: { roles: { gw: role, other: role } } });
	await vault.send("POST", "auth/approle/role/gateway", { token_policies: ["app"] });
	const notes = place.write("notes", "");
	const settingsOf = (contents: Contents) => ({
		templates: Object.entries(contents).map(([name, given]) => ({
			destination: place.at(name),
			format: "text",
			...(typeof given === "string"
				? { contents: given, language: "go" }
				: { contents: given.text, language: given.language }),
			on_change: { command: ["sh", "-c", `echo ${name} >> ${notes}`] },
		})),
	});
	/** Runs to its end. @returns the agent that has run */
	const once = async (contents: Contents, settings: object = {}, wanted = 0): Promise<WholeAgent> => {
		const agent = stage.start({ ...settingsOf(contents), exit_after_auth: true, ...settings });
		const over = agent.ended.then((code) => ({ code }));
		const step = async () => {
			await agent.pass(0);
			return undefined;
		};
		const ended = await eventually(async () => {
			const first = await Promise.race([over, step()]);
			if (first === undefined) throw new Error("runs");
			return first;
		});
		expect(ended.code, agent.said("failed").join()).toBe(wanted);
		return agent;
	};
	/** Runs another command. @returns what it prints */
	const run = async (...argv: readonly string[]): Promise<string> => {
		const log = new RecordingLog();
		const env = {
			VAULT_ADDR: vault.address,
			VAULT_ROLE_ID: vault.roleId,
			VAULT_SECRET_ID: vault.secretId,
		};
		const { world } = virtualWorld({ clock, log, argv, env, cwd: place.path });
		const printed: string[] = [];
		const output = { write: (text: string) => void printed.push(text), isTerminal: false, hasColor: false };
		const code = await runCli({ ...world, stdout: output, stderr: output });
		expect(code, printed.join("")).toBe(0);
		return printed.join("");
	};
	return {
		...stage,
		once,
		run,
		watching: (contents: Contents) => stage.start(settingsOf(contents)),
		issued: () => vault.count("pki/issue"),
		told: () => readFileSync(notes, "utf8").split("\n").filter(Boolean),
		read: (name: string) => readFileSync(place.at(name), "utf8"),
		later: async (ms: number) => await clock.advance(ms),
	};
}

describe("a certificate that stands in the file of its template", () => {
	test("is used on by the next run, and nobody is told", async () => {
		const { once, issued, told } = await scene();
		const before = (await once({ "tls.pem": PEM })).file("tls.pem");

		const second = await once({ "tls.pem": PEM });
		const third = await once({ "tls.pem": PEM });

		expect(issued()).toBe(1);
		expect(told()).toEqual(["tls.pem"]);
		expect(second.file("tls.pem")).toEqual(before);
		expect(third.file("tls.pem")).toEqual(before);
		expect(third.said("certificate")).toEqual([
			expect.stringMatching(/^pki\/issue\/gw: the certificate that stands in .*tls\.pem is good/),
		]);
	});

	test.each([
		["with its chain", { "tls.pem": go("{{ .Key }}{{ .Cert }}{{ range .CAChain }}{{ . }}{{ end }}") }],
		[
			"indented, in a file of other things",
			{ "tls.yaml": `a: 1\n${go("cert: |\n{{ .Cert | indent 4 }}\nkey: |\n{{ .Key | indent 4 }}")}` },
		],
		[
			"as PKCS #8",
			{ "tls.pem": go("{{ .Cert }}{{ .Key }}", "gw.example.internal", ' "private_key_format=pkcs8"') },
		],
		[
			"for several names",
			{
				"tls.pem": go(
					"{{ .Cert }}{{ .Key }}",
					"gw.example.internal",
					' "alt_names=A.example.internal, b.example.internal" "ip_sans=::1,10.0.0.1"',
				),
			},
		],
		["beside another", { "tls.pem": `${PEM}${go("{{ .Cert }}{{ .Key }}", "b.example.internal")}` }],
		[
			"in three files of templates in our own language",
			Object.fromEntries(
				["Cert", "Key", "CA"].map((part) => [
					part,
					{
						text: `{{#with (pkiCert "${ISSUE}" common_name="gw.example.internal" ttl="1h")}}{{${part}}}{{/with}}`,
						language: "handlebars" as const,
					},
				]),
			),
		],
	])("%s gives the same bytes", async (_how, contents: Contents) => {
		const { once, issued, told, read } = await scene();
		await once(contents);
		const texts = Object.keys(contents).map(read);
		const count = issued();

		await once(contents);

		expect(issued()).toBe(count);
		expect(Object.keys(contents).map(read)).toEqual(texts);
		expect(told()).toHaveLength(texts.length);
	});

	test("is found with its key in a file beside, which is left as it is", async () => {
		const { once, issued, place, read } = await scene();
		const contents = {
			"tls.crt": go(`{{ .Cert }}{{ .Key | writeToFile "${place.at("tls.key")}" "" "" "0600" }}`),
		};
		await once(contents);
		const key = read("tls.key");

		await once(contents);

		expect(issued()).toBe(1);
		expect(read("tls.key")).toBe(key);
		expect(key).toMatch(/PRIVATE KEY/);
	});

	test("is replaced at nine tenths of the life that it has had from the beginning", async () => {
		const { watching, once, issued, later, read } = await scene();
		await once({ "tls.pem": PEM });
		const { serialNumber } = new X509Certificate(read("tls.pem"));
		await later(30 * MINUTE);
		const agent = watching({ "tls.pem": PEM });
		await agent.ready();
		expect(issued()).toBe(1);

		await agent.pass(20 * MINUTE);
		expect(issued()).toBe(1);
		await agent.passUntil(
			() => expect(new X509Certificate(read("tls.pem")).serialNumber).not.toBe(serialNumber),
			5 * MINUTE,
		);

		expect(issued()).toBe(2);
	});
});

describe("another one is issued, and nothing said of it, where the one that stands", () => {
	test.each([
		["has nine tenths of its life behind it", 55 * MINUTE],
		["has ended", 70 * MINUTE],
	])("%s", async (_what, ms) => {
		const { once, issued, told, later } = await scene();
		await once({ "tls.pem": PEM });
		await later(ms);

		const agent = await once({ "tls.pem": PEM });

		expect(issued()).toBe(2);
		expect(told()).toEqual(["tls.pem", "tls.pem"]);
		expect(loud(agent)).toEqual([]);
	});

	test.each([
		["is for another name", go("{{ .Cert }}{{ .Key }}{{ .CA }}", "other.example.internal")],
		[
			"is for fewer names",
			go("{{ .Cert }}{{ .Key }}{{ .CA }}", "gw.example.internal", ' "alt_names=b.example.internal"'),
		],
		["is wanted as a bundle", go("{{ .Cert }}", "gw.example.internal", ' "format=pem_bundle"')],
	])("%s", async (_what, contents) => {
		const { once, issued } = await scene();
		await once({ "tls.pem": PEM });

		const agent = await once({ "tls.pem": contents });

		expect(issued()).toBe(2);
		expect(loud(agent)).toEqual([]);
	});

	test("is for more names", async () => {
		const { once, issued } = await scene();
		await once({
			"tls.pem": go(
				"{{ .Cert }}{{ .Key }}{{ .CA }}",
				"gw.example.internal",
				' "alt_names=b.example.internal"',
			),
		});

		await once({ "tls.pem": PEM });

		expect(issued()).toBe(2);
	});

	test("stands without those who issued it, and the template names them", async () => {
		const { once, issued, read } = await scene();
		await once({ "tls.pem": go("{{ .Cert }}{{ .Key }}") });

		await once({ "tls.pem": PEM });

		expect(issued()).toBe(2);
		expect(read("tls.pem").match(/BEGIN CERT/g)).toHaveLength(2);
	});

	test("could be that of two requests", async () => {
		const { once, issued, read } = await scene();
		const both = `${go("{{ .Cert }}{{ .Key }}")}${go("{{ .Cert }}{{ .Key }}").replace(ISSUE, "pki/issue/other")}`;
		await once({ "tls.pem": both });

		await once({ "tls.pem": both });

		expect(issued()).toBe(4);
		expect(new Set(read("tls.pem").split("-----BEGIN CERT")).size).toBe(3);
	});

	test.each<[string, (file: string) => void]>([
		[
			"has lost its key",
			(file) => writeFileSync(file, readFileSync(file, "utf8").replaceAll("PRIVATE KEY", "KEY")),
		],
		["has the key of another", (file) => writeFileSync(file, withOtherKey(readFileSync(file, "utf8")))],
		[
			"is garbage",
			(file) => writeFileSync(file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n\0"),
		],
		["is gone", (file) => rmSync(file)],
		["could be changed by others", (file) => chmodSync(file, 0o666)],
		[
			"is followed by more than is read",
			(file) => writeFileSync(file, `${readFileSync(file, "utf8")}${" ".repeat(1 << 20)}`),
		],
	])("%s", async (_what, spoil) => {
		const { once, issued, place, read } = await scene();
		await once({ "tls.pem": PEM });
		spoil(place.at("tls.pem"));

		const agent = await once({ "tls.pem": PEM });

		expect(issued()).toBe(2);
		expect(loud(agent)).toEqual([]);
		expect(read("tls.pem").match(/BEGIN CERT/g)).toHaveLength(2);
	});
});

test.runIf(process.getuid?.() === 0)("nothing is read that belongs to another user", async () => {
	const { once, issued, place } = await scene();
	await once({ "tls.pem": PEM });
	chownSync(place.at("tls.pem"), 65_534, 65_534);

	await once({ "tls.pem": PEM });

	expect(issued()).toBe(2);
});

test("nothing is read through a link, which has no place there", async () => {
	const { once, issued, place } = await scene();
	const key = place.at("tls.key");
	const contents = { "tls.crt": go(`{{ .Cert }}{{ .Key | writeToFile "${key}" "" "" "0600" }}`) };
	await once(contents);
	renameSync(key, `${key}.there`);
	symlinkSync(`${key}.there`, key);

	const agent = await once(contents, {}, 6);

	expect(issued()).toBe(2);
	expect(agent.said("failed")).toEqual([expect.stringContaining("is a link")]);
});

describe("a certificate that stands, and a command that looks", () => {
	test.each([["--diff"], ["--dry-run"], []])("render %s uses it on", async (...flags) => {
		const { once, run, issued } = await scene();
		const agent = await once({ "tls.pem": PEM });
		const before = agent.file("tls.pem");

		const printed = await run("render", "-c", "agent.yaml", ...flags);

		expect(printed).toMatch(/^unchanged {2}\S*tls\.pem/);
		expect(agent.file("tls.pem")).toEqual(before);
		expect(issued()).toBe(1);
	});

	test("the check of an import compares with it", async () => {
		const { once, run, issued, place, vault } = await scene();
		await once({ "tls.pem": PEM });
		const config = {
			role_id_file_path: place.write("role-id", vault.roleId),
			secret_id_file_path: place.write("secret-id", vault.secretId),
			remove_secret_id_file_after_reading: false,
		};
		const foreign = {
			vault: { address: vault.address },
			auto_auth: { method: [{ type: "approle", config }] },
			template: [{ contents: PEM, destination: place.at("tls.pem") }],
		};
		place.write("agent.json", JSON.stringify(foreign));

		const printed = await run("import", "agent.json", "--check");

		expect(printed).toMatch(/same\s+\S*tls\.pem/);
		expect(issued()).toBe(1);
	});
});

test("a certificate is asked for anew where the agent revokes at its end what it was given", async () => {
	const { once, issued, vault } = await scene();
	const { roleId: role_id, secretId: secret_id } = vault;
	const auto_auth = { method: "approle", config: { role_id, secret_id }, revoke_on_shutdown: true };

	await once({ "tls.pem": PEM }, { auto_auth });
	await once({ "tls.pem": PEM }, { auto_auth });

	expect(issued()).toBe(2);
});

test("a certificate that was written by a plain request is not looked for", async () => {
	const { once, issued } = await scene();
	const contents = {
		"tls.pem": PEM.replace("pkiCert", "secret")
			.replaceAll(".Cert", ".Data.certificate")
			.replace(".Key", ".Data.private_key")
			.replace(".CA", ".Data.issuing_ca"),
	};

	await once(contents);
	await once(contents);

	expect(issued()).toBe(2);
});

/** What is told of certificates to whoever does not ask for details, and whatever is worse than information. */
function loud({ lines }: WholeAgent): readonly string[] {
	return lines
		.filter(
			({ level, event }) =>
				["warn", "error"].includes(level) || (event === "certificate" && level !== "debug"),
		)
		.map(({ msg }) => msg);
}

function withOtherKey(text: string): string {
	const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	return text.replace(
		/-----BEGIN EC[^]*END EC PRIVATE KEY-----/,
		String(privateKey.export({ type: "sec1", format: "pem" })).trimEnd(),
	);
}
