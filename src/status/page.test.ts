import { expect, test } from "vitest";
import { handingOver, someReport } from "../../test/support/status-report.ts";
import { PAGE_POLICY, pageOf } from "./page.ts";

test("the page says what the report says", () => {
	const page = pageOf(someReport());

	for (const word of ["ready", "generation 2, 4m old", "41m left", "secret/data/llm/openai", "4188", "8 s"]) {
		expect(page).toContain(word);
	}
});

test("the page shows a hand-over, and what its clients have met", () => {
	const page = pageOf(
		someReport({ generation: { number: 3, rejected: true }, child: handingOver() }),
	).replaceAll("</td><td>", " | ");

	for (const words of [
		", rejected by the child",
		"litellm | 4188 | 41873 | 4m | up | 1 | 0",
		"getting ready | 3 | 4201 |  | ",
		"draining | 1 | 4121 | 12 s | 3",
		"0.0.0.0:4000 | 42 | 0 | 1300 | 0 | 0",
	])
		expect(page).toContain(words);
});

test("nothing in the report can become markup", () => {
	const evil = `"><script>alert('x')</script>&`;
	const page = pageOf(
		someReport({
			version: evil,
			missing: [{ what: "file", name: evil, code: evil }],
			token: { valid: false, method: evil },
			secrets: [{ path: evil, kind: evil, state: "failing", last_error: { code: evil, message: evil } }],
			files: [
				{
					destination: evil,
					mode: evil,
					required: true,
					state: "kept",
					last_error: { code: evil, message: evil },
				},
			],
			variables: [{ name: evil, required: true, state: "missing" }],
			child: handingOver({
				command: evil,
				front: { address: evil, open: false, connections: 0, waiting: 0, accepted: 0, failed: 0, cut: 0 },
			}),
			notifications: { outstanding: 1, last_error: { code: evil, message: evil } },
			delivery_error: { code: evil, message: evil },
			last_reload: { result: "failed", seconds_ago: 1, error: { code: evil, message: evil } },
		}),
	);

	expect(page).not.toContain("<script");
	expect(page).not.toContain(evil);
	expect(page.split("&quot;&gt;&lt;script&gt;").length).toBeGreaterThan(12);
});

test("the page loads nothing and runs nothing, and its policy says so", () => {
	const page = pageOf(someReport());

	expect(page).not.toMatch(/<(script|link|img|iframe|form|a) |https?:|\bon\w+=|style="/);
	expect(PAGE_POLICY).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; /);
	expect(PAGE_POLICY).toContain("frame-ancestors 'none'");
});
