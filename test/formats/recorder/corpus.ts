import { pathToFileURL } from "node:url";

/** Characters that at least one reader of env files treats in a way of its own. */
const NASTY = [
	...Array.from("\t \"'`\\$#=:;&|<>(){}[]*?!~%@^,+-./_"),
	...Array.from("\r\v\f\u0001\u001c\u007f\u0085\u00a0\u2028\u2029\u3000\ufeff"),
	...Array.from("é😀ſKnrtx0"),
];

const PLACES: ((c: string) => string)[] = [
	(c) => `A=${c}\nB=1\n`,
	(c) => `A=x${c}y\nB=1\n`,
	(c) => `A=x${c}\nB=1\n`,
	(c) => `A=x ${c}y\nB=1\n`,
	(c) => `A='x${c}y'\nB=1\n`,
	(c) => `A="x${c}y"\nB=1\n`,
	(c) => `A=\`x${c}y\`\nB=1\n`,
	(c) => `A="x\\${c}y"\nB=1\n`,
	(c) => `A='x\\${c}y'\nB=1\n`,
	(c) => `A="x"${c}\nB=1\n`,
	(c) => `A${c}=1\nB=1\n`,
	(c) => `${c}A=1\nB=1\n`,
	(c) => `#${c}A=1\nB=1\n`,
];

const ODD = [
	"",
	"\n\n",
	" ",
	"A",
	"A\nB=1",
	"A=",
	"A=\n",
	"A=\n\nB=1",
	"A= \nB=1",
	"A=''\nB=1",
	'A=""\nB=1',
	"A='",
	"A='x\nB=1\n",
	'A="x\nB=1\n',
	'A="it\'s"\n',
	"A='say \"hi\"'\n",
	"A='a'\\''b'\n",
	"A='a''b'\n",
	"A='a'\"b\"\n",
	"A='x' y\nB=1\n",
	"A='x'#y\nB=1\n",
	"A=x#y\nB=1\n",
	"A=x #y\nB=1\n",
	"A=x\t#y\nB=1\n",
	"A= #y\nB=1\n",
	"A=#y\nB=1\n",
	"A=x # it's\nB=1\n",
	"# it's\nB=1\n",
	" # x\nB=1\n",
	" # A=x\nB=1\n",
	"A=1 # B=2\nC=3\n",
	"A='1' # B=2\nC=3\n",
	"export A=1\n",
	"export  A=1\n",
	"export\tA=1\n",
	" export A='x'\n",
	"export A\nB=1\n",
	"exportA=1\n",
	"A = 1\n",
	"A= 1\n",
	"A =1\n",
	"A : 1\n",
	"A: 1\n",
	"A:1\n",
	"  A=1\n",
	"A=1\nA=2\n",
	"A B=1\nC=2\n",
	"'A'=1\n",
	"A.b-c=1\n",
	"1A=1\n",
	"=1\nB=2\n",
	"A=1\r\nB=2\r\n",
	"A='1'\r\nB=2\r\n",
	"A=1\rB=2\r",
	"\ufeffA=1\n",
	"A='x\ny'\nB=1\n",
	'A="x\ny"\nB=1\n',
	'A="x\n\ny\n"\nB=1\n',
	"A=`x\ny`\nB=1\n",
	"A='x\nB=2\n'\nC=1\n",
	'A="x\\\ny"\nB=1\n',
	"A=x\\\nB=1\n",
	"A=x\\",
	"A='x\\'\nB='y'\n",
	"A='x\\'\nB=y\n",
	"A='x\\\\'\nB='y'\n",
	'A="x\\"\nB="y"\n',
	'A="x\\"\nB=y\n',
	'A="x\\\\"\nB="y"\n',
	'A="x\\\\"\nB=y\n',
	'A="a\\nb\\rc\\td\\0e\\x41f\\u0041g"\n',
	'A="\\061\\0101\\0400\\08"\n',
	"A='a\\nb'\n",
	"A=a\\nb\n",
	"A=1\nB=$A\nC=${A}\nD='${A}'\nE=\"${A}\"\n",
	'A=1\nB=$$A\nC=$${A}\nD=\\$A\nE="\\$A"\n',
	"B=${X:-d}\nC=${X-d}\nD=${X:+d}\nE=${X+d}\n",
	"A=1\nD=${A:+d}\nE=${A+d}\nF=${A:-d}\nG=${A:?d}\n",
	"B=${X:?no}\n",
	"B=${X?no}\n",
	"B=${X:-${Y:-z}}\n",
	"B=${X:-a}${Y:-b}\n",
	"B=${X:-a}-${Y}-c\n",
	"B='${X:-a}b'\n",
	"B=${}\n",
	"B=${\n",
	"B=${X\nC=1\n",
	"B=${1}\n",
	"B=$1\n",
	"B=${:-x}\n",
	"B='${a b}'\n",
	"B=$\n",
	"B=a$\n",
	"B=$.x\n",
	'B="$.x $ y$"\n',
	"A=sk-proj-abc_DEF123\n",
	"A=https://u:p%40ss@host:8443/x?y=1&z=2\n",
	"A='-----BEGIN KEY-----\nAbC+/=\n-----END KEY-----\n'\nB=1\n",
	'A=\'{"a":"b","c":[1,2]}\'\nB=1\n',
	'A={"a":"b"}\n',
	'A=\'{"k":"a\\nb"}\'\n',
];

const TOKENS = [
	...Array.from("abX01 \t\"'`\\$#={}:-"),
	"\\n",
	"\\\\",
	"\\'",
	'\\"',
	"${",
	"$A",
	"${A}",
	" #",
	"\n",
	"\r",
	"\r\n",
	"\u00a0",
	"é",
];

/** mulberry32: the corpus must be the same wherever and whenever it is made. */
function randomFrom(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
	};
}

function randomTexts(count: number): string[] {
	const random = randomFrom(20260721);
	const word = () =>
		Array.from({ length: 1 + random(6) }, () => TOKENS[random(TOKENS.length)] ?? "").join("");
	const frames: ((body: string) => string)[] = [
		(body) => `A=${body}\nB=1\n`,
		(body) => `A='${body}'\nB='1'\n`,
		(body) => `A="${body}"\nB="1"\n`,
		(body) => `A=1\nexport B=${body}`,
	];
	return Array.from({ length: count }, (_, index) => (frames[index % frames.length] ?? String)(word()));
}

/** Env files, well-formed and not, whose readings by the real programs are recorded beside this. */
export function corpus(): string[] {
	return [
		...new Set([...ODD, ...NASTY.flatMap((c) => PLACES.map((place) => place(c))), ...randomTexts(2000)]),
	];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
	process.stdout.write(JSON.stringify(corpus()));
}
