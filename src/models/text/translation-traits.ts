/** Input or output language. */
export type TextSide = 'source' | 'target';

/** Additions of translation tokenizers to their vocabulary. */
export interface Translation {
  /** tokenizer.json of what cuts the texts of each side; ids are those that the vocabulary has for the pieces. */
  pieces?: Readonly<Record<TextSide, string>>;
  /** Absent where a model knows one direction only. */
  languages?: LanguageTokens;
}

/** Tokens that say which language a text is in. */
export interface LanguageTokens {
  /** Text around a language code: `__en__`; empty for NLLB's `eng_Latn`. */
  around: string;
  /** As the reference has it by default: the language that is read, where a folder does not say. */
  usualSource: string;
  /** The source's token stands behind its text and not before it, as in the first release of NLLB. */
  isBehind: boolean;
}

/** Languages of vocabularies that have their tokens among the others: NLLB's. */
export function sharedLanguages(files: {
  family: string;
  flag(name: string, otherwise: boolean): boolean;
}): Translation | undefined {
  if (files.family !== 'nllb') return undefined;
  return { languages: { around: '', usualSource: 'eng_Latn', isBehind: files.flag('legacy_behaviour', false) } };
}

/** The languages of a translation, by the codes of the model. */
export interface LanguageChoice {
  src_lang?: string | null;
  tgt_lang?: string | null;
}
