import { isWritable, type TemplateRequest } from "../../../template/mod.ts";
import { asText, textsOf } from "./define.ts";
import { type GoFunction, type GoFunctions, PENDING, type Surroundings } from "./function.ts";
import { GoFault } from "../values/fault.ts";
import { certificateStruct } from "./certificate-struct.ts";
import { trimSpace } from "./texts.ts";
import { compareTexts } from "../values/types.ts";
import { GoStruct, type GoValue } from "../values/values.ts";

/** consul-template's functions of Vault. */
export const SECRET_FUNCTIONS: GoFunctions = new Map<string, GoFunction>([
	["secret", { parameters: ["string"], isVariadic: true, run: secret }],
	["secrets", { parameters: ["string"], run: secrets }],
	["pkiCert", { parameters: ["string"], isVariadic: true, run: pkiCert }],
]);

type Given = GoValue | typeof PENDING;

/** With anything behind the path it is a write, also with an empty text. */
function secret(args: readonly GoValue[], { ask }: Surroundings): Given {
	const [path, ...pairs] = args.map(asText);
	if (path === undefined) return undefined;
	const request: TemplateRequest =
		pairs.length === 0
			? readOf(path)
			: { kind: "read", path: pathOf("write", path), parameters: parametersOf(pairs) };
	return structOf(ask(request));
}

/** The names below a path in order; where there are none, none. */
function secrets([path]: readonly GoValue[], { ask }: Surroundings): Given {
	const text = asText(path);
	if (text === "") return textsOf([]);
	const names = ask({ kind: "list", path: pathOf("list", text) });
	if (names === "pending") return PENDING;
	return textsOf(names instanceof GoStruct ? [] : names.toSorted(compareTexts));
}

/** A certificate that is kept until nine tenths of its life have passed: it is a write that answers. */
function pkiCert(args: readonly GoValue[], { ask }: Surroundings): Given {
	const [path, ...pairs] = args.map(asText);
	if (path === undefined) return undefined;
	const request = { kind: "read", path: pathOf("pki", path), parameters: parametersOf(pairs) } as const;
	const issued = structOf(ask(request));
	return issued instanceof GoStruct ? certificateStruct(issued) : issued;
}

function structOf(answer: ReturnType<Surroundings["ask"]>): GoStruct | typeof PENDING | undefined {
	if (answer === "pending") return PENDING;
	return answer instanceof GoStruct ? answer : undefined;
}

/** `path?version=3` pins a version; 0 is the current one, as in Vault. */
function readOf(text: string): TemplateRequest {
	const at = text.indexOf("?");
	const written = at < 0 ? text : text.slice(0, at);
	const path = pathOf("read", decoded(written));
	const query = new URLSearchParams(at < 0 ? "" : text.slice(at));
	if ([...query.keys()].some((key) => key !== "version"))
		throw new GoFault("vault.read: a path can carry ?version=, and nothing else behind a question mark");
	const version = Number(query.get("version") ?? 0);
	if (!Number.isInteger(version) || version < 0)
		throw new GoFault("vault.read: a version is a whole number from 1");
	return { kind: "read", path, ...(version > 0 && { version }) };
}

function decoded(path: string): string {
	try {
		return decodeURIComponent(path);
	} catch {
		throw new GoFault("vault.read: invalid URL escape in the path");
	}
}

/** Without what Vault's client leaves out: slashes at the ends, and those behind others. @throws GoFault */
function pathOf(kind: "read" | "write" | "list" | "pki", text: string): string {
	const parts = trimSpace(text)
		.split("/")
		.filter((part) => part !== "" && part !== ".");
	const path = parts.join("/");
	if (path === "") throw new GoFault(`vault.${kind}: invalid format: the path is empty`);
	if (!isWritable(path))
		throw new GoFault(
			`vault.${kind}: the path has ${path.length} letters, which is too long or has some that cannot be printed`,
		);
	if (parts.includes("..")) throw new GoFault(`vault.${kind}: a path must not hold ".."`);
	return path;
}

/** `name=value`, all of them texts. A value is not repeated in the fault: it may be a password. */
function parametersOf(pairs: readonly string[]): Record<string, string> {
	const entries = pairs
		.filter((pair) => pair !== "")
		.map((pair) => {
			const at = pair.indexOf("=");
			if (at < 0) throw new GoFault('not k=v pair: parameters are written "name=value"');
			return [trimSpace(pair.slice(0, at)), trimSpace(pair.slice(at + 1))] as const;
		});
	return Object.fromEntries(entries);
}
