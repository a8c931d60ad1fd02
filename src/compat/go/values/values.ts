/**
 * Values as Go's `text/template` sees them (pkg.go.dev/text/template, pkg.go.dev/reflect).
 *
 * JavaScript's own types stand for those that JSON gives most: `undefined` is nil, a string a Go string, a boolean a bool,
 * a number a float64. What Go tells apart and JavaScript does not has a class here.
 */
export type GoValue =
	| undefined
	| string
	| boolean
	| number
	| GoInteger
	| GoJsonNumber
	| GoSlice
	| GoMap
	| GoStruct;

/** Go's whole numbers. */
export type IntegerType = "int" | "int64" | "uint" | "uint64" | "uint8" | "int32";

/** A whole number of one of Go's types; its value is always within that type's bounds. */
export class GoInteger {
	readonly type: IntegerType;
	readonly value: bigint;

	/** The value wraps around at the type's bounds, as in Go. */
	constructor(type: IntegerType, value: bigint) {
		this.type = type;
		this.value = wrapped(type, value);
	}
}

/** A number of a secret, which Go keeps as text (`json.Number`): of kind string, and with the digits that Vault sent. */
export class GoJsonNumber {
	readonly text: string;

	constructor(text: string) {
		this.text = text;
	}
}

/** A slice. */
export class GoSlice {
	/** As Go writes it: `interface {}`, `string`, `uint8`, `map[string]interface {}`. */
	readonly elementType: string;
	readonly items: readonly GoValue[];

	constructor(elementType: string, items: readonly GoValue[]) {
		this.elementType = elementType;
		this.items = items;
	}
}

/** A map from strings; template functions may change it in place (`sprig_set`), so its entries can be written. */
export class GoMap {
	readonly valueType: string;
	readonly entries: Map<string, GoValue>;
	/** A template has put something into it: a name in it may be a value from elsewhere. */
	isChanged = false;

	constructor(valueType: string, entries: Map<string, GoValue>) {
		this.valueType = valueType;
		this.entries = entries;
	}

	/** What a template puts in. */
	put(name: string, value: GoValue): void {
		this.isChanged = true;
		this.entries.set(name, value);
	}
}

/**
 * What a parameter takes, as Go writes the type, but `any` for `interface {}`. Arguments are checked against it before a
 * function runs, and refused in Go's words. A `json.Number` is no `string`: it is another type, though of that kind.
 */
export type ParameterType =
	| "any"
	| "string"
	| "bool"
	| "int"
	| "int64"
	| "float64"
	| "[]any"
	| "[]string"
	| "map[string]any"
	| "map";

/** A method of a struct, called by `.Name arg`. */
export interface GoMethod {
	readonly parameters: readonly ParameterType[];
	/** What it gives holds nothing of its arguments, nor of the struct. */
	readonly isInnocent?: true;
	/** As of functions. */
	readonly levels?: 1;
	readonly effort?: number;
	readonly run: (args: readonly GoValue[]) => GoValue;
}

/** A pointer to a struct: a secret, a certificate, scratch space. */
export class GoStruct {
	/** As Go writes it: `*dependency.Secret`. */
	readonly type: string;
	readonly fields: ReadonlyMap<string, GoValue>;
	readonly methods: ReadonlyMap<string, GoMethod>;

	constructor(
		type: string,
		fields: ReadonlyMap<string, GoValue>,
		methods: ReadonlyMap<string, GoMethod> = new Map(),
	) {
		this.type = type;
		this.fields = fields;
		this.methods = methods;
	}
}

const BITS: Readonly<Record<IntegerType, number>> = {
	int: 64,
	int64: 64,
	int32: 32,
	uint: 64,
	uint64: 64,
	uint8: 8,
};

function wrapped(type: IntegerType, value: bigint): bigint {
	const bits = BITS[type];
	return type.startsWith("u") ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
}
