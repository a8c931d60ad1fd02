import { describe, expect, test } from "vitest";
import { plainText } from "./format/mod.ts";
import type { Found, TemplateInputs, TemplateRequest } from "./inputs.ts";
import { withPort } from "./port.ts";
import { parseTemplate, type RenderPass } from "./template.ts";
import { referenceTemplate } from "./variable.ts";

const options = { file: "t.hbs", allowEmpty: false };
const PKI = "pki/issue/gw";

function secret(path: string, fields: Readonly<Record<string, unknown>>, version?: number): Found {
	const base = { LeaseID: "", LeaseDuration: 0, Renewable: false };
	const known = version === undefined ? {} : { version };
	return {
		kind: "secret",
		secret: { path, ...known, fields: fields as never, Data: fields as never, ...base },
	};
}

/** Renders with this answer for whatever is asked. */
function pass(text: string, lookup: (request: TemplateRequest) => Found): RenderPass {
	const inputs: TemplateInputs = { lookup, env: () => "from-env", readFile: () => "", now: () => 0 };
	return parseTemplate(text, options).render(inputs);
}

function asked(text: string): readonly TemplateRequest[] {
	const outcome = pass(text, () => ({ kind: "pending" }));
	return outcome.kind === "incomplete" ? outcome.missing : [];
}

function rendered(text: string, lookup: (request: TemplateRequest) => Found): string {
	const outcome = pass(text, lookup);
	if (outcome.kind === "incomplete") throw new Error("incomplete");
	return plainText(withPort(outcome.pieces, 0), undefined);
}

describe("parameters of a secret", () => {
	const wanted = { kind: "read", path: PKI, parameters: { common_name: "gw", ttl: "10m" } };

	test.each([
		["named, in a block", `{{#secret "${PKI}" common_name="gw" ttl="10m"}}{{/secret}}`],
		["named, in an expression", `{{#with (secret "${PKI}" common_name="gw" ttl="10m")}}{{/with}}`],
		["in quotes, as Vault Agent has them", `{{#with (secret "${PKI}" "common_name=gw" "ttl=10m")}}{{/with}}`],
		["of a certificate", `{{#with (pkiCert "${PKI}" common_name="gw" ttl="10m")}}{{/with}}`],
	])("(%s) are part of what is asked for", (_how, text) => {
		expect(asked(text)).toEqual([wanted]);
	});

	test("keep their kind, and may be computed", () => {
		const text = '{{#secret "a/b" name=(env "X") n=3 on=true list=(split "," "a,b")}}{{/secret}}';

		const parameters = { name: "from-env", n: 3, on: true, list: ["a", "b"] };
		expect(asked(text)).toEqual([{ kind: "read", path: "a/b", parameters }]);
	});

	test("that come from another secret are waited for", () => {
		const text = '{{#secret "a/b" name=(get (secret "c/d") "x")}}{{y}}{{/secret}}';

		expect(asked(text)).toEqual([{ kind: "read", path: "c/d" }]);
		const answer = ({ path, parameters }: TemplateRequest): Found =>
			path === "c/d"
				? secret(path, { x: "of c" })
				: secret(path, { y: `got ${JSON.stringify(parameters?.["name"])}` });
		expect(rendered(text, answer)).toBe('got "of c"');
	});

	test("are told by a dry pass, with null for what is computed", () => {
		const text = `{{#secret "${PKI}" common_name=(env "X") ttl="10m"}}{{/secret}}{{#with (pkiCert "${PKI}" "common_name=a")}}{{/with}}`;

		const { requests, certificates } = parseTemplate(text, options).discover();

		expect(requests).toEqual([
			{ kind: "read", path: PKI, parameters: { common_name: null, ttl: "10m" } },
			{ kind: "read", path: PKI, parameters: { common_name: "a" } },
		]);
		expect(certificates).toEqual([{ request: requests[1], withIssuer: false }]);
	});
});

describe("pkiCert", () => {
	const text =
		'{{#with (pkiCert "pki/issue/gw" common_name="gw")}}{{Cert}}{{Key}}{{CA}}{{#each CAChain}}[{{this}}]{{/each}}{{/with}}';
	const fields = { certificate: "CERT", private_key: "KEY\n", issuing_ca: "CA", ca_chain: ["CA", "ROOT"] };

	test("gives the parts by consul-template's names, each on lines of its own", () => {
		expect(rendered(text, () => secret(PKI, fields))).toBe("CERT\nKEY\nCA\n[CA\n][ROOT\n]");
	});

	test("takes the authority from the chain where it is not named", () => {
		const { issuing_ca: _, ...others } = fields;

		expect(rendered(text, () => secret(PKI, others))).toContain("KEY\nCA\n");
	});

	test("that was signed for a key of our own has no key", () => {
		const signed = { certificate: "CERT", issuing_ca: "CA" };

		expect(() => rendered(text, () => secret(PKI, signed))).toThrow(`field "Key" is not in ${PKI}`);
	});

	test("of a path that issues none says so", () => {
		expect(() => rendered(text, () => secret(PKI, { token: "x" }))).toThrow(`${PKI} gave no certificate`);
	});
});

describe("the version before the current one", () => {
	const path = "secret/data/x";
	const none = (): Found => ({ kind: "absent", path, reason: "missing" });
	const gone = (): Found => ({ kind: "absent", path, reason: "destroyed", version: 3 });
	const there = (): Found => secret(path, { key: "old" }, 3);
	const block = `{{#secret "${path}" version=-1}}{{key}}{{else}}none{{/secret}}`;

	test.each([
		["a block", block, "none"],
		["a condition", `{{#if (secret "${path}" version=-1)}}old{{else}}none{{/if}}`, "none"],
		["a contrary condition", `{{#unless (secret "${path}" version=-1)}}none{{else}}old{{/unless}}`, "none"],
		["with", `{{#with (secret "${path}?version=-1")}}{{key}}{{else}}none{{/with}}`, "none"],
		["has", `{{#if (has (secret "${path}" version=-1) "key")}}old{{else}}none{{/if}}`, "none"],
		["default", `{{default (get (secret "${path}" version=-1) "key") "none"}}`, "none"],
	])("can be asked for in %s", (_how, text, expected) => {
		expect(rendered(text, none)).toBe(expected);
		expect(rendered(text, gone)).toBe(expected);
		expect(rendered(text, there)).toBe("old");
	});

	test.each([
		["is not there", none, `${path} has no version before the current one`],
		["was destroyed", gone, `the version before the current one of ${path} (version 3) is destroyed`],
	])("that %s is an error where nothing handles it", (_how, answer, message) => {
		const fault = expect.objectContaining({ message, code: "E_VERSION_MISSING", exitCode: 4 });

		expect(() => rendered(`{{#secret "${path}" version=-1}}{{key}}{{/secret}}`, answer)).toThrow(fault);
		expect(() => rendered(`{{get (secret "${path}" version=-1) "key"}}`, answer)).toThrow(fault);
	});

	test("can be a variable of the child", () => {
		const template = referenceTemplate({ path, field: "key", version: -1 }, options);
		const inputs = { lookup: none, env: () => undefined, readFile: () => "", now: () => 0 };

		expect(template.discover().requests).toEqual([{ kind: "read", path, version: -1 }]);
		expect(() => template.render(inputs)).toThrow(`${path} has no version before the current one`);
	});
});
