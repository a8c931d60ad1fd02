export { functionTable } from "./function-table.ts";
export { type Delimiters, tokensOf } from "./lexer.ts";
export type { BranchNode, CommandNode, List, Operand, PipeNode, Statement } from "./nodes.ts";
export { parseGo } from "./parser.ts";
export { type GoTemplateOptions, parseGoTemplate } from "./template.ts";
export { isSpace } from "./token.ts";
