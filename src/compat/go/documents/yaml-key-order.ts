/** Compares keys as yaml.v2 sorts them: letters after other signs, and numbers within by what they count. */
export function compareYamlKeys(a: string, b: string): number {
	const [as, bs] = [Array.from(a), Array.from(b)];
	const at = as.findIndex((letter, index) => letter !== bs[index]);
	if (at < 0 || at >= bs.length) return as.length - bs.length;
	const [x = "", y = ""] = [as[at], bs[at]];
	const [isLetterX, isLetterY] = [isLetter(x), isLetter(y)];
	if (isLetterX && isLetterY) return codePoint(x) - codePoint(y);
	if (isLetterX || isLetterY) return isLetterY ? -1 : 1;
	// Noughts behind other digits count: 10 comes after 9, and 100 after 10.
	const isWithin = (x === "0" || y === "0") && /[^\P{Nd}0]\p{Nd}*$/u.test(as.slice(0, at).join(""));
	const [numberX, numberY] = [numberAt(as, at, isWithin), numberAt(bs, at, isWithin)];
	if (numberX.value !== numberY.value) return numberX.value < numberY.value ? -1 : 1;
	if (numberX.end !== numberY.end) return numberX.end - numberY.end;
	return codePoint(x) - codePoint(y);
}

function numberAt(letters: readonly string[], at: number, isWithin: boolean): { value: bigint; end: number } {
	let value = isWithin ? 1n : 0n;
	let end = at;
	for (; /^\p{Nd}$/u.test(letters[end] ?? ""); end++) {
		value = BigInt.asIntN(64, value * 10n + BigInt(codePoint(letters[end] ?? "") - 0x30));
	}
	return { value, end };
}

function isLetter(letter: string): boolean {
	return /^\p{L}$/u.test(letter);
}

function codePoint(letter: string): number {
	return letter.codePointAt(0) ?? 0;
}
