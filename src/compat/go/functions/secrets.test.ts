import { describe, expect, test } from "vitest";
import { parseJson } from "../../../kernel/mod.ts";
import {
	type Found,
	plainText,
	type TemplateInputs,
	type TemplateRequest,
	type TemplateSecret,
	withPort,
} from "../../../template/mod.ts";
import { parseGoTemplate } from "../mod.ts";

const SECRET: TemplateSecret = {
	path: "secret/data/llm/openai",
	version: 3,
	fields: {},
	Data: parseJson(
		'{"data": {"api_key": "sk-1", "limit": 12345678901234567890}, "metadata": {"version": 3}}',
	) as never,
	LeaseID: "",
	LeaseDuration: 60,
	Renewable: false,
};

const present = (secret: TemplateSecret): Found => ({ kind: "secret", secret });

/** What a template asks for, and what it makes of the answer. */
async function run(text: string, answer: (request: TemplateRequest) => Found = () => present(SECRET)) {
	const requests: TemplateRequest[] = [];
	const inputs: TemplateInputs = {
		lookup: (request) => {
			requests.push(request);
			return answer(request);
		},
		env: () => "hunter2",
		readFile: () => "",
		now: () => 0,
	};
	const options = { file: "a.tpl", errorOnMissingKey: false, isEscaped: false, denied: [] };
	const pass = (await parseGoTemplate(text, options)).render(inputs);
	const output = pass.kind === "complete" ? plainText(withPort(pass.pieces, 0), undefined) : pass.kind;
	return { requests, output };
}

describe("secret", () => {
	test("gives the secret with consul-template's names", async () => {
		const { output } = await run(
			'{{ with secret "secret/data/llm/openai" }}{{ .Data.data.api_key }} {{ .LeaseDuration }} {{ .Renewable }} [{{ .LeaseID }}]{{ end }}',
		);

		expect(output).toBe("sk-1 60 false []");
	});

	test("keeps the digits of numbers", async () => {
		const { output } = await run('{{ with secret "secret/data/llm/openai" }}{{ .Data.data.limit }}{{ end }}');

		expect(output).toBe("12345678901234567890");
	});

	test("gives the token that a write made", async () => {
		const auth = {
			client_token: "hvs.1",
			accessor: "a",
			policies: ["p", "q"],
			lease_duration: 60,
			metadata: { k: "v" },
		};
		const { output } = await run(
			'{{ with secret "auth/token/create" "ttl=1h" }}{{ .Auth.ClientToken }} {{ .Auth.Policies }} {{ .Auth.LeaseDuration }} {{ .Auth.Metadata.k }} {{ .Auth.Renewable }}{{ end }}',
			() => present({ ...SECRET, auth }),
		);

		expect(output).toBe("hvs.1 [p q] 60 v false");
	});

	test.each([
		["slashes at the ends", "/secret/data/x/", { path: "secret/data/x" }],
		["slashes behind others", "secret//data/./x", { path: "secret/data/x" }],
		["blanks around", " secret/data/x\\n", { path: "secret/data/x" }],
		["letters of a URL", "secret/data/my%20key", { path: "secret/data/my key" }],
		["a version", "secret/data/x?version=2", { path: "secret/data/x", version: 2 }],
		["the version 0, which is the current one", "secret/data/x?version=0", { path: "secret/data/x" }],
	])("asks for a path with %s", async (_what, path, request) => {
		const { requests } = await run(`{{ secret "${path}" }}`);

		expect(requests).toEqual([{ kind: "read", ...request }]);
	});

	test("is a write with anything behind the path, whose values are texts without blanks around", async () => {
		const { requests } = await run('{{ secret "pki/issue/x" "common_name = a.b" "" "ttl=1h=" }}');

		expect(requests).toEqual([
			{ kind: "read", path: "pki/issue/x", parameters: { common_name: "a.b", ttl: "1h=" } },
		]);
	});

	test("is a write also with an empty text behind the path", async () => {
		const { requests } = await run('{{ secret "auth/token/create" "" }}');

		expect(requests).toEqual([{ kind: "read", path: "auth/token/create", parameters: {} }]);
	});

	test("keeps the block for the pass in which it is there", async () => {
		const { output } = await run('{{ with secret "a/b" }}{{ .Data.x }}{{ else }}none{{ end }}', () => ({
			kind: "pending",
		}));

		expect(output).toBe("incomplete");
	});

	test.each([
		["no path", '{{ secret " / " }}'],
		["a way up", '{{ secret "secret/../sys/raw" }}'],
		["another question", '{{ secret "secret/data/x?list=true" }}'],
		["a version that is none", '{{ secret "secret/data/x?version=new" }}'],
		["half an escape", '{{ secret "secret/data/%zz" }}'],
		["a path beyond all measure", `{{ secret "${"x".repeat(2000)}" }}`],
	])("refuses %s", async (_what, text) => {
		await expect(run(text)).rejects.toThrow(/error calling secret: vault\.read: /);
	});

	test("does not repeat a parameter that is none: it may be a password", async () => {
		await expect(run('{{ secret "a/b" (env "PASSWORD") }}')).rejects.not.toThrow(/hunter2/);
	});
});

describe("secrets", () => {
	test("gives the names in the order of Go", async () => {
		const { output, requests } = await run('{{ range secrets "secret/llm/" }}{{ . }} {{ end }}', () => ({
			kind: "names",
			names: ["b/", "a", "B"],
		}));

		expect(output).toBe("B a b/ ");
		expect(requests).toEqual([{ kind: "list", path: "secret/llm" }]);
	});

	test("gives none where there is nothing", async () => {
		const { output } = await run('{{ range secrets "secret/llm" }}x{{ else }}none{{ end }}', () => ({
			kind: "absent",
			path: "secret/metadata/llm",
			reason: "missing",
		}));

		expect(output).toBe("none");
	});
});

describe("pkiCert", () => {
	const issued = present({
		...SECRET,
		Data: {
			certificate: "CERT",
			private_key: "KEY\n",
			issuing_ca: "CA",
			ca_chain: ["CA", "ROOT"],
		},
	});

	test("gives the parts of a certificate, each with a newline behind it", async () => {
		const { output, requests } = await run(
			'{{ with pkiCert "pki/issue/x" "common_name=a.b" }}{{ .Cert }}{{ .Key }}{{ .CA }}{{ range .CAChain }}{{ . }}{{ end }}{{ .Data.Cert }}{{ end }}',
			() => issued,
		);

		expect(output).toBe("CERT\nKEY\nCA\nCA\nROOT\nCERT\n");
		expect(requests).toEqual([{ kind: "read", path: "pki/issue/x", parameters: { common_name: "a.b" } }]);
	});

	test("has a name for each part also where Vault gave none", async () => {
		const { output } = await run(
			'{{ with pkiCert "pki/issue/x" }}[{{ .Key }}{{ .CA }}]{{ .CAChain }}{{ end }}',
			() => present({ ...SECRET, Data: { certificate: "CERT" } }),
		);

		expect(output).toBe("[][]");
	});

	test("refuses a path that issues none", async () => {
		await expect(run('{{ pkiCert "pki/roles/x" }}')).rejects.toThrow(/gave no certificate/);
	});
});
