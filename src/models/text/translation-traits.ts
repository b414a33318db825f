/** Input or output language. */
export type TextSide = 'source' | 'target';

/** Additions of translation tokenizers to their vocabulary. */
export interface Translation {
  /** tokenizer.json that splits each side's text into pieces; the vocabulary maps pieces to ids. */
  pieces?: Readonly<Record<TextSide, string>>;
  /** Absent in models for a single direction. */
  languages?: LanguageTokens;
}

/** Language tokens. */
export interface LanguageTokens {
  /** Text around a language code: `__en__`; empty for NLLB's `eng_Latn`. */
  around: string;
  /** Default source language, as in the reference. */
  usualSource: string;
  /** Puts the source language after the text instead of before it, as in the first release of NLLB. */
  isBehind: boolean;
}

/** Languages with tokens inside the vocabulary: NLLB's. */
export function sharedLanguages(files: {
  family: string;
  flag(name: string, otherwise: boolean): boolean;
}): Translation | undefined {
  if (files.family !== 'nllb') return undefined;
  return { languages: { around: '', usualSource: 'eng_Latn', isBehind: files.flag('legacy_behaviour', false) } };
}

/** Languages of a translation, by the model's codes. */
export interface LanguageChoice {
  src_lang?: string | null;
  tgt_lang?: string | null;
}
