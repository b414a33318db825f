export type { TemplateLimits } from './budget.ts';
export { TemplateFailure, TemplateLimitError, TemplateRefusal, TemplateSyntaxError } from './errors.ts';
export { parseJson } from './parse-json.ts';
export { JinjaTemplate } from './render.ts';

/** The interpreter's own code, for cache keys: any change of the output is a new version. */
export const templateCode = new URL('.', import.meta.url).href;
