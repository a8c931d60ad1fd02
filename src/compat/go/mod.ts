export { type GoTemplateOptions, parseGoTemplate } from "./template.ts";
