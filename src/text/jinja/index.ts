export type { TemplateLimits } from './budget.ts';
export { TemplateFailure, TemplateLimitError, TemplateRefusal, TemplateSyntaxError } from './errors.ts';
export { parseJson } from './parse-json.ts';
export { JinjaTemplate } from './render.ts';
