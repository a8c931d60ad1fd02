export { functionTable } from "./functions/table.ts";
export { type Delimiters, tokensOf } from "./language/lexer.ts";
export type { BranchNode, CommandNode, List, Operand, PipeNode, Statement } from "./language/nodes.ts";
export { parseGo } from "./language/parser.ts";
export { type GoTemplateOptions, parseGoTemplate } from "./template.ts";
export { isSpace } from "./language/token.ts";
