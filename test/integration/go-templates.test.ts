import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findOnPath } from "../support/find-on-path.ts";
import { comparable, type GoTemplateResult, goTemplateCases } from "../support/go-template-cases.ts";
import { buildGoTemplates, type GoTemplates } from "../support/go-templates.ts";

const go = findOnPath("go");

describe.skipIf(go === undefined)("Go's own text/template makes of each case what is stored:", () => {
	let templates: GoTemplates;

	beforeAll(() => {
		templates = buildGoTemplates(go ?? "");
	}, 120_000);
	afterAll(() => templates[Symbol.dispose]());

	test.each(goTemplateCases())("%s", (_theme, cases) => {
		const results = templates.render(cases);

		const stored = cases.map(({ name, ...result }) => ({ name, ...comparable(result) }));
		expect(
			cases.map(({ name }, index) => ({ name, ...comparable(results[index] as GoTemplateResult) })),
		).toEqual(stored);
	});
});
