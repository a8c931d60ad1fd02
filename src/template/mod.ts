export { TemplateError } from "./errors.ts";
export type { EvaluationOptions } from "./evaluate.ts";
export { brokenOut, finishText, type Piece, plainText } from "./format/mod.ts";
export { holdsPort, type OpenPiece, withPort } from "./port.ts";
export type { Found, TemplateInputs, TemplateRequest, TemplateSecret } from "./inputs.ts";
export {
	type Discovery,
	namesIssuer,
	parseTemplate,
	type RenderPass,
	type Template,
	type TemplateNote,
	type WrittenFile,
} from "./template.ts";
export { fieldsTemplate, variablesIn } from "./fields.ts";
export { type FieldReference, referenceTemplate, secretTemplate } from "./variable.ts";
export { LONGEST as LONGEST_TEXT } from "./text-bound.ts";
export { isWritable, requestOf } from "./request.ts";
export { JsonText } from "./format/format.ts";
