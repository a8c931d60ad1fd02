import { callOf, type Expression, memberOf, Untranslatable } from "./expression.ts";

type Translation = (args: readonly Expression[]) => Expression;

/** A helper with the same arguments in the same order. */
const same =
	(name: string, count: number): Translation =>
	(args) => {
		if (args.length !== count) throw new Untranslatable(`it has ${args.length} arguments`);
		return callOf(name, args);
	};

const text = (value: string): Expression => ({ kind: "literal", value });

/** What may be missing is nothing in a condition, as in Go; Handlebars would end with an error. */
export function condition(expression: Expression): Expression {
	const isField = expression.kind === "way" && expression.root.kind !== "key" && expression.names.length > 0;
	if (!isField) return expression;
	return callOf("default", [expression, text("")]);
}

/** `name=value` among the arguments of `secret` and `pkiCert`. */
function parameter(expression: Expression): readonly [string, Expression] {
	const [head, ...rest] = expression.kind === "texts" ? expression.parts : [expression];
	const written = head?.kind === "literal" ? String(head.value) : "";
	const sign = written.indexOf("=");
	if (sign < 1) throw new Untranslatable("the name of a parameter is computed");
	const name = written.slice(0, sign);
	if (!/^[A-Za-z_]\w*$/.test(name)) throw new Untranslatable(`the parameter "${name}" cannot be written`);
	const start = written.slice(sign + 1);
	const [only, ...others] = rest;
	if (only === undefined) return [name, text(start)];
	if (start !== "" || others.length > 0) throw new Untranslatable("the value of a parameter is put together");
	return [name, only];
}

const asking =
	(name: "secret" | "pkiCert", holds: "secret" | "certificate"): Translation =>
	([path, ...parameters]) => {
		if (path === undefined) throw new Untranslatable("it has no path");
		return callOf(name, [path], { holds, hash: parameters.map(parameter) });
	};

/** Verbs that write a value as it would be written by itself. */
const VERB = /%(?:[svd]|%)/g;

const printf: Translation = ([format, ...values]) => {
	if (format?.kind !== "literal" || typeof format.value !== "string")
		throw new Untranslatable("its format is computed");
	const written = format.value;
	const verbs = written.match(VERB)?.filter((verb) => verb !== "%%") ?? [];
	if (/%/.test(written.replaceAll(VERB, "")) || verbs.length !== values.length) {
		throw new Untranslatable("its format has more than %s, %v and %d");
	}
	const texts = written.split(/%[svd]/).map((part) => text(part.replaceAll("%%", "%")));
	const parts = texts.flatMap((part, position) => [part, values[position] ?? text("")]);
	return { kind: "texts", parts: parts.filter((part) => part.kind !== "literal" || part.value !== "") };
};

const index: Translation = ([of, ...keys]) => {
	if (of === undefined) throw new Untranslatable("it has no arguments");
	const names = keys.map((key) => {
		if (key.kind === "literal" && typeof key.value !== "boolean") return String(key.value);
		throw new Untranslatable("its key is computed");
	});
	return memberOf(of, names);
};

const env: Translation = (args) => callOf("default", [same("env", 1)(args), text("")]);

const equal: Translation = ([first, second, ...others]) => {
	if (first === undefined || second === undefined) throw new Untranslatable("it has too few arguments");
	const pairs = [second, ...others].map((other) => callOf("eq", [first, other]));
	const [only] = pairs;
	return pairs.length === 1 && only !== undefined ? only : callOf("or", pairs);
};

const logic =
	(name: "and" | "or" | "not"): Translation =>
	(args) =>
		callOf(name, args.map(condition));

const orElse: Translation = ([otherwise, value]) => {
	if (otherwise === undefined || value === undefined) throw new Untranslatable("it has too few arguments");
	return callOf("default", [value, otherwise]);
};

const envOrDefault: Translation = ([name, otherwise]) => {
	if (name === undefined || otherwise === undefined) throw new Untranslatable("it has too few arguments");
	return callOf("default", [callOf("env", [name]), otherwise]);
};

const timestamp: Translation = (args) => {
	if (args.length > 0) throw new Untranslatable("it has a layout");
	return callOf("timestamp", []);
};

/** Helpers by the names that Go's templates have for the same. */
export const TRANSLATIONS: ReadonlyMap<string, Translation> = new Map([
	["secret", asking("secret", "secret")],
	["secrets", same("secrets", 1)],
	["pkiCert", asking("pkiCert", "certificate")],
	["env", env],
	["mustEnv", same("env", 1)],
	["envOrDefault", envOrDefault],
	["file", same("file", 1)],
	["base64Encode", same("base64Encode", 1)],
	["base64Decode", same("base64Decode", 1)],
	["base64URLEncode", same("base64URLEncode", 1)],
	["base64URLDecode", same("base64URLDecode", 1)],
	["toJSON", same("toJSON", 1)],
	["toUnescapedJSON", same("toJSON", 1)],
	["toYAML", same("toYAML", 1)],
	["parseJSON", same("parseJSON", 1)],
	["sha256Hex", same("sha256Hex", 1)],
	["trimSpace", same("trim", 1)],
	["toUpper", same("toUpper", 1)],
	["toLower", same("toLower", 1)],
	["replaceAll", same("replaceAll", 3)],
	["split", same("split", 2)],
	["join", same("join", 2)],
	["indent", same("indent", 2)],
	["timestamp", timestamp],
	["printf", printf],
	["index", index],
	["eq", equal],
	["ne", same("ne", 2)],
	["and", logic("and")],
	["or", logic("or")],
	["not", logic("not")],
	["sprig_default", orElse],
	["sprig_b64enc", same("base64Encode", 1)],
	["sprig_b64dec", same("base64Decode", 1)],
	["sprig_upper", same("toUpper", 1)],
	["sprig_lower", same("toLower", 1)],
	["sprig_trim", same("trim", 1)],
	["sprig_replace", same("replaceAll", 3)],
	["sprig_sha256sum", same("sha256Hex", 1)],
	["sprig_toJson", same("toJSON", 1)],
	["sprig_toRawJson", same("toJSON", 1)],
	["sprig_splitList", same("split", 2)],
	["sprig_join", same("join", 2)],
]);
