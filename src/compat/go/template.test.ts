import { describe, expect, test } from "vitest";
import type { TemplateInputs } from "../../template/mod.ts";
import {
	complete,
	INPUTS,
	OPENAI,
	OPTIONS,
	passOf,
	rendered,
} from "../../../test/support/go-template-bench.ts";
import { parseGoTemplate } from "./mod.ts";

describe("a Go template over secrets", () => {
	test("writes a field of a secret", async () => {
		const text = `{{ with secret "${OPENAI}" }}KEY={{ .Data.data.api_key }}{{ end }}`;

		expect(await rendered(text)).toBe("KEY=sk-one");
	});

	test("keeps the digits of numbers", async () => {
		const text = `{{ (secret "${OPENAI}").Data.data.limit }}`;

		expect(await rendered(text)).toBe("12345678901234567890");
	});

	test("knows the lease of a dynamic secret", async () => {
		const text =
			'{{ with secret "database/creds/model" }}{{ .LeaseID }} {{ .LeaseDuration }} {{ .Renewable }} {{ .Data.username }}{{ end }}';

		expect(await rendered(text)).toBe("database/creds/model/1 3600 true u");
	});

	test("lists names in order, and none where there is nothing", async () => {
		const text =
			'{{ range secrets "secret/metadata/llm" }}{{ . }},{{ end }}{{ range secrets "secret/metadata/none" }}x{{ else }}none{{ end }}';

		expect(await rendered(text)).toBe("anthropic,openai,none");
	});

	test("takes other delimiters", async () => {
		const text = `<< with secret "${OPENAI}" ->> << .Data.data.organization >><< end >>`;

		expect(await rendered(text, { leftDelimiter: "<<", rightDelimiter: ">>" })).toBe("org");
	});

	test("has nothing at its top", async () => {
		expect(await rendered("{{ . }}")).toBe("<no value>");
	});

	test("has sprig's functions under their names", async () => {
		expect(await rendered('{{ "a b" | sprig_upper | sprig_quote }}')).toBe('"A B"');
	});

	test("reads files below its sandbox alone", async () => {
		const roots: (readonly string[])[] = [];
		const inputs: TemplateInputs = { ...INPUTS, readFile: (_path, given) => `${roots.push(given)}` };
		const template = await parseGoTemplate('{{ file "/a" }}', {
			...OPTIONS,
			sandboxPath: "/box",
			fileRoots: ["/x"],
		});

		template.render(inputs);

		expect(roots).toEqual([["/box"]]);
	});
});

describe("a pass that lacks secrets", () => {
	test("names all of them that it could come to", async () => {
		const text =
			'{{ with secret "kv/a" }}{{ .Data.x }}{{ end }}{{ with secret "kv/b" "ttl=1h" }}{{ end }}{{ range secrets "kv/" }}{{ end }}';

		const pass = await passOf(text);

		expect(pass).toMatchObject({
			kind: "incomplete",
			missing: [
				{ kind: "read", path: "kv/a" },
				{ kind: "read", path: "kv/b", parameters: { ttl: "1h" } },
				{ kind: "list", path: "kv" },
			],
		});
	});

	test("goes on with what is made of them", async () => {
		const text =
			'{{ $k := (secret "kv/a").Data.x | printf "kv/%s" }}{{ if eq $k "x" }}{{ index . "q" }}{{ end }}{{ (secret "kv/b").Data.y | len }}';

		const pass = await passOf(text);

		expect(pass).toMatchObject({ kind: "incomplete", missing: [{ path: "kv/a" }, { path: "kv/b" }] });
	});

	test("has no errors: they may come of the secrets' missing", async () => {
		const pass = await passOf('{{ secret "kv/a" }}{{ (secret "secret/data/none").Data }}');

		expect(pass).toMatchObject({ kind: "incomplete", missing: [{ path: "kv/a" }] });
	});
});

describe("discover()", () => {
	test("tells requests whose path is written out, in any block and template", async () => {
		const template = await parseGoTemplate(
			`{{ if false }}{{ with secret "kv/a?version=2" }}{{ end }}{{ else }}{{ range secrets "kv/" }}{{ end }}{{ end }}
			{{ define "t" }}{{ (secret "kv/b" "ttl=1h").Data.x }}{{ end }}{{ "kv/c" | secret }}{{ $x := pkiCert "pki/issue/x" "common_name=a" }}`,
			OPTIONS,
		);

		expect(template.discover()).toEqual({
			requests: expect.arrayContaining([
				{ kind: "read", path: "kv/a", version: 2 },
				{ kind: "list", path: "kv" },
				{ kind: "read", path: "kv/b", parameters: { ttl: "1h" } },
				{ kind: "read", path: "kv/c" },
				{ kind: "read", path: "pki/issue/x", parameters: { common_name: "a" } },
			]) as unknown,
			computed: [],
			certificates: [
				{
					request: { kind: "read", path: "pki/issue/x", parameters: { common_name: "a" } },
					withIssuer: false,
				},
			],
			beside: [],
			ports: [],
		});
	});

	test("tells which requests are for certificates, and the files that they may stand in", async () => {
		const template = await parseGoTemplate(
			`{{ with secret "pki/issue/x" "common_name=a" }}{{ .Data.certificate }}{{ end }}
			{{ with pkiCert "pki/issue/x" "common_name=b" }}{{ .Cert }}{{ .CA | writeToFile "/ca.pem" "" "" "0644" }}
			{{ writeToFile "/tls.key" "" "" "0600" .Key }}{{ writeToFile (env "X") "" "" "0600" .Key }}{{ end }}`,
			OPTIONS,
		);

		expect(template.discover()).toMatchObject({
			certificates: [{ request: { parameters: { common_name: "b" } }, withIssuer: true }],
			beside: ["/ca.pem", "/tls.key"],
		});
	});

	test("tells where a path is computed", async () => {
		const template = await parseGoTemplate(
			'{{ secret (printf "kv/%s" (env "X")) }}{{ env "P" | secret }}',
			OPTIONS,
		);

		expect(template.discover()).toMatchObject({
			requests: [],
			computed: [
				{ file: "t.ctmpl", line: 1, column: 4 },
				{ line: 1, column: 53 },
			],
		});
	});
});

describe("side files", () => {
	test("come with the pass, and know whether something from outside is in them", async () => {
		const text = `{{ "plain" | writeToFile "/a" "" "" "0644" }}{{ (secret "${OPENAI}").Data.data.api_key | writeToFile "/b" "u" "g" "0600" "append,newline" }}`;

		const { files, pieces } = await complete(text);

		expect(pieces).toEqual([]);
		expect(files).toMatchObject([
			{ path: "/a", mode: 0o644, isAppended: false, pieces: [{ kind: "text", text: "plain" }] },
			{
				path: "/b",
				mode: 0o600,
				isAppended: true,
				user: "u",
				group: "g",
				pieces: [{ kind: "value", value: "sk-one\n", raw: true }],
			},
		]);
	});
});
