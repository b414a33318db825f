import { AttuneError, type Problem } from '../../base/errors.ts';
import { parseOther, type TokenizerFiles } from './tokenizer-files.ts';

/** Keys in generation_config.json and config.json whose numbers are token ids. */
const IDS = /(_token_ids?|^suppress_tokens|^begin_suppress_tokens|^lang_to_id|^task_to_id)$/;

/**
 * Rejects ids outside the vocabulary and the model's table: generation would never stop at them, or lookups would be
 * out of range. −1 means none. @throws E_TOKENIZER_INVALID
 */
export function refuseForeignIds(files: TokenizerFiles, size: number): void {
  if (files.isAbsent === true) return;
  // A model's table may have up to twice as many rows (`checkVocabulary`).
  const isId = (id: unknown) => Number.isInteger(id) && (id as number) >= -1 && (id as number) < 2 * size;
  const sources = {
    'generation_config.json': parseOther(files, 'generation_config.json'),
    'config.json': files.modelIds,
  };
  const problems = Object.entries(sources).flatMap(([file, source]) =>
    Object.entries(source).flatMap(([field, value]): Problem[] => {
      const wrong = IDS.test(field) ? numbersIn(value).filter((id) => !isId(id)) : [];
      if (wrong.length === 0) return [];
      return [
        { file, field, message: `${wrong.slice(0, 3).join(', ')}: out of range for a vocabulary of ${size} tokens` },
      ];
    }),
  );
  if (problems.length === 0) return;
  throw new AttuneError('E_TOKENIZER_INVALID', {
    what: `${files.origin} contains token ids outside its vocabulary`,
    problems,
    fix: 'the files belong to different models: fetch them all again from one model',
  });
}

/** Numbers in a value, list or object. */
function numbersIn(value: unknown): number[] {
  const values: unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : [value];
  return values.filter((one) => typeof one === 'number');
}
