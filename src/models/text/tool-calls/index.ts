import type { ToolFamily } from './family.ts';
import { hermes } from './hermes.ts';
import { qwenCoder } from './qwen-coder.ts';
import { genericJson, llama3, mistral } from './whole-json.ts';

/** Families in the order in which a template is tried for them; the last one fits all. */
export const families: readonly ToolFamily[] = [qwenCoder, hermes, mistral, llama3, genericJson];

/** The family of a chat template. */
export function familyOf(template: string): ToolFamily {
  return families.find((family) => family.fits(template)) ?? genericJson;
}
