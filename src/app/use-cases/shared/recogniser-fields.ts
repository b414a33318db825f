import type { FieldKit } from '../fields.ts';

/** Recognisers of personal data next to the built-in ones. */
export function recogniserFields({ texts }: FieldKit) {
  return {
    recogniser: texts('REF', 'your own function: ./file.ts#name'),
    lexicon: texts('FILE', 'word list of a language, a .yaml file (docs/personal-data.md)'),
  };
}
