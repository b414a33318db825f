import type { FieldKit } from '../fields.ts';

/** What finds personal data besides what attune knows. */
export function recogniserFields({ texts }: FieldKit) {
  return {
    recogniser: texts('REF', 'your own function: ./file.ts#name'),
    lexicon: texts('FILE', 'words of a language, a .yaml file (docs/personal-data.md)'),
  };
}
