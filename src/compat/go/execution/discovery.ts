import { requestOf, type TemplateRequest } from "../../../template/mod.ts";
import type { GoPlace } from "../language/errors.ts";
import type { GoFunctions, Surroundings } from "../functions/function.ts";
import {
	type CommandNode,
	type List,
	type Operand,
	type PipeNode,
	spelled,
	type Statement,
} from "../language/nodes.ts";
import type { GoProgram } from "../language/parser.ts";
import { GoMap } from "../values/values.ts";

/** Functions that make requests. */
const ASKING: ReadonlySet<string> = new Set(["pkiCert", "secret", "secrets"]);

interface Found {
	readonly requests: readonly TemplateRequest[];
	/** Where the path is computed. */
	readonly computed: readonly GoPlace[];
	/** Those of the requests that are for certificates. */
	readonly issued: readonly TemplateRequest[];
	/** Files beside the template's own whose names are written out. */
	readonly beside: readonly string[];
}

/** What can be told of a template's requests without executing it. */
export function discover({ templates, source }: GoProgram, functions: GoFunctions): Found {
	const requests: TemplateRequest[] = [];
	const computed: GoPlace[] = [];
	const issued: TemplateRequest[] = [];
	const beside: string[] = [];
	for (const { command, before } of [...templates.values()].flatMap((list) => [...commandsOf(list)])) {
		const [first, ...operands] = command.operands;
		if (first.kind === "identifier" && first.name === "writeToFile" && operands[0]?.kind === "string")
			beside.push(operands[0].text);
		if (first.kind !== "identifier" || !ASKING.has(first.name)) continue;
		const place = { ...source.place(first.at), expression: spelled(command) };
		const given = [...operands, ...(before === undefined ? [] : [before])];
		const texts = given.flatMap((operand) => (operand.kind === "string" ? [operand.text] : []));
		const asked = texts.length === given.length ? askedBy(functions, first.name, texts) : [];
		if (asked.length === 0) computed.push(place);
		const made = asked.map((words) => requestOf(words, place));
		requests.push(...made);
		if (first.name === "pkiCert") issued.push(...made);
	}
	return { requests, computed, issued, beside };
}

/** What a function asks for when it is given these texts; nothing is ever there. */
function askedBy(functions: GoFunctions, name: string, texts: readonly string[]): readonly TemplateRequest[] {
	const asked: TemplateRequest[] = [];
	const surroundings: Surroundings = {
		env: () => undefined,
		readFile: () => "",
		now: () => 0,
		interfaces: () => ({}),
		ask: (request) => {
			asked.push(request);
			return "pending";
		},
		execute: () => "",
		writeFile: () => undefined,
		told: (written) => written,
		scratch: new GoMap("interface {}", new Map()),
	};
	try {
		functions.get(name)?.run(texts, surroundings);
	} catch {
		// What it makes of them is told with its place when it is executed.
	}
	return asked;
}

interface FoundCommand {
	readonly command: CommandNode;
	/** The first word of the command that is piped into it: all of that, where it is a constant. */
	readonly before?: Operand;
}

function* commandsOf(list: List): Generator<FoundCommand> {
	for (const statement of list) yield* commandsIn(statement);
}

function* commandsIn(statement: Statement): Generator<FoundCommand> {
	if (statement.kind === "text" || statement.kind === "break" || statement.kind === "continue") return;
	if (statement.pipe !== undefined) yield* commandsOfPipe(statement.pipe);
	if (statement.kind === "action" || statement.kind === "template") return;
	yield* commandsOf(statement.body);
	if (statement.otherwise !== undefined) yield* commandsOf(statement.otherwise);
}

function* commandsOfPipe({ commands }: PipeNode): Generator<FoundCommand> {
	for (const [position, command] of commands.entries()) {
		const before = commands[position - 1]?.operands[0];
		yield { command, ...(before && { before }) };
		for (const operand of command.operands) yield* commandsOfOperand(operand);
	}
}

function* commandsOfOperand(operand: Operand): Generator<FoundCommand> {
	if (operand.kind === "pipe") yield* commandsOfPipe(operand);
	if (operand.kind === "chain") yield* commandsOfOperand(operand.of);
}
