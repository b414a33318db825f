import type { ToolFamily } from './family.ts';
import { hermes } from './hermes.ts';
import { qwenCoder } from './qwen-coder.ts';
import { genericJson, llama3, mistral } from './whole-json.ts';

/** Families in the order in which they are matched; the last one matches every template. */
export const families: readonly ToolFamily[] = [qwenCoder, hermes, mistral, llama3, genericJson];

export function familyOf(template: string): ToolFamily {
  return families.find((family) => family.fits(template)) ?? genericJson;
}
