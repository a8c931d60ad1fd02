declare module "js-hcl-parser" {
	/** What HCL 1 decodes into nothing in particular, as JSON; or a sentence that begins with "unable to". */
	export function parse(text: string): string;
}
