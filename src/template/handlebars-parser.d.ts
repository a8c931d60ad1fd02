// An ambient module cannot import at its top: the type is named in place.
// oxlint-disable typescript/consistent-type-imports
declare module "handlebars/dist/cjs/handlebars/compiler/base.js" {
	/** Parses with whitespace control (`~`, standalone blocks) applied, as `Handlebars.parse` does. */
	export function parse(text: string): import("./ast.ts").Program;
}
