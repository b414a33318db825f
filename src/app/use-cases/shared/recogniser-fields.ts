import type { FieldKit } from '../fields.ts';

/** Options for additional recognisers of personal data. */
export function recogniserFields({ texts }: FieldKit) {
  return {
    recogniser: texts('REF', 'your own function: ./file.ts#name'),
    lexicon: texts('FILE', 'word list of a language, a .yaml file (docs/personal-data.md)'),
  };
}
