import { decoded } from "../values/bytes.ts";
import { GoFault } from "../values/fault.ts";
import { typeName, zeroOf } from "../values/types.ts";
import { GoInteger, GoJsonNumber, GoMap, GoSlice, type GoValue } from "../values/values.ts";

/** Go's `index`: `index x 1 "a"` is `x[1]["a"]`. @throws GoFault */
export function indexed(item: GoValue, keys: readonly GoValue[]): GoValue {
	if (item === undefined) throw new GoFault("index of untyped nil");
	return keys.reduce(entryOf, item);
}

function entryOf(item: GoValue, key: GoValue): GoValue {
	if (item === undefined) throw new GoFault("index of nil pointer");
	if (item instanceof GoMap) {
		if (typeof key !== "string") {
			throw new GoFault(
				key === undefined
					? "value is nil; should be of type string"
					: `value has type ${typeName(key)}; should be string`,
			);
		}
		return item.entries.has(key) ? item.entries.get(key) : zeroOf(item.valueType);
	}
	if (item instanceof GoSlice) {
		const position = positionOf(key, item.items.length);
		if (position === item.items.length) throw outOfRange();
		return item.items[position];
	}
	const bytes = bytesOf(item);
	if (bytes === undefined) throw new GoFault(`can't index item of type ${typeName(item)}`);
	const byte = bytes[positionOf(key, bytes.length)];
	if (byte === undefined) throw outOfRange();
	return new GoInteger("uint8", BigInt(byte));
}

/** Go's `slice`: `slice x 1 2` is `x[1:2]`, in bytes of a text. @throws GoFault */
export function sliced(item: GoValue, ends: readonly GoValue[]): GoValue {
	if (item === undefined) throw new GoFault("slice of untyped nil");
	if (ends.length > 3) throw new GoFault(`too many slice indexes: ${ends.length}`);
	const bytes = bytesOf(item);
	if (bytes !== undefined && ends.length === 3) throw new GoFault("cannot 3-index slice a string");
	const length = item instanceof GoSlice ? item.items.length : bytes?.length;
	if (length === undefined) throw new GoFault(`can't slice item of type ${typeName(item)}`);
	const positions = ends.map((end) => positionOf(end, length));
	const [from = 0, to = length, most = length] = positions;
	if (from > to || to > most) throw new GoFault("invalid slice index: the first is greater than the second");
	if (item instanceof GoSlice) return new GoSlice(item.elementType, item.items.slice(from, to));
	return decoded((bytes ?? Buffer.alloc(0)).subarray(from, to), "slice would cut a letter of several bytes");
}

function bytesOf(item: GoValue): Buffer | undefined {
	if (typeof item === "string") return Buffer.from(item);
	return item instanceof GoJsonNumber ? Buffer.from(item.text) : undefined;
}

function positionOf(key: GoValue, most: number): number {
	if (key === undefined) throw new GoFault("cannot index slice/array with nil");
	if (!(key instanceof GoInteger)) throw new GoFault(`cannot index slice/array with type ${typeName(key)}`);
	if (key.value < 0n || key.value > BigInt(most)) throw outOfRange();
	return Number(key.value);
}

function outOfRange(): GoFault {
	return new GoFault("index out of range");
}
