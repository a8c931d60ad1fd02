import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findOnPath } from "../support/find-on-path.ts";
import { comparable, rendered } from "../support/go-template-cases.ts";
import { DATA, formatted, grammatical, jumbled } from "../support/go-template-grammar.ts";
import { buildGoTemplates, type GoTemplates } from "../support/go-templates.ts";

const go = findOnPath("go");
/** Asked for by name, since it needs Go and minutes: KEYTURN_FUZZ_GO=1, or the number of templates. */
const wanted = Number(process.env["KEYTURN_FUZZ_GO"] ?? 0);
const numRuns = wanted > 1 ? wanted : 3000;

describe.skipIf(go === undefined || wanted === 0)("Go makes the same of any template:", () => {
	let templates: GoTemplates;

	beforeAll(() => {
		templates = buildGoTemplates(go ?? "");
	}, 120_000);
	afterAll(() => templates[Symbol.dispose]());

	test.each([
		["of a well-formed one", grammatical],
		["of words in no order", jumbled],
		["of printf with any format", formatted],
	])(
		"%s",
		(_what, arbitrary) => {
			fc.assert(
				fc.property(arbitrary, fc.constantFrom(undefined, "error" as const), (template, missingKey) => {
					const one = { name: "fuzz", template, data: DATA, ...(missingKey && { missingKey }) };

					const [there] = templates.render([one]);

					expect(comparable(rendered(one))).toEqual(comparable(there ?? {}));
				}),
				{ numRuns },
			);
		},
		3_600_000,
	);
});
