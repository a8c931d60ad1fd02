import { describe, expect, test } from "vitest";
import { comparable, goTemplateCases, rendered } from "../../../test/support/go-template-cases.ts";

describe.each(goTemplateCases())("a Go template does as in Go: %s", (_theme, cases) => {
	test.each(cases)("$name", (one) => {
		expect(comparable(rendered(one))).toEqual(comparable(one));
	});
});
