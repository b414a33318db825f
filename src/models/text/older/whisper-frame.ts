import { AttuneError } from '../../../base/errors.ts';
import type { OlderFiles, Roles } from './older-files.ts';
import { templateProcessor } from './template-processor.ts';

/** Tokens around a transcript: start, language, task, and end. */
export function whisperFrame(
  files: OlderFiles,
  { eos = '' }: Roles,
  ids: ReadonlyMap<string, number>,
): Record<string, unknown> {
  const { language, task, predict_timestamps: hasTimes } = files.settings;
  const start = [
    '<|startoftranscript|>',
    ...(typeof language === 'string' ? [languageToken(language, files, ids)] : []),
    ...(typeof task === 'string' ? [`<|${task}|>`] : []),
    ...(hasTimes === true ? [] : ['<|notimestamps|>']),
  ].map((token) => `${token}:0`);
  return templateProcessor([...start, '$A:0', `${eos}:0`], [...start, '$A:0', '$B:1', `${eos}:1`], ids);
}

/** A language is given by its code or its English name. */
function languageToken(language: string, { folder }: OlderFiles, ids: ReadonlyMap<string, number>): string {
  const wanted = language.toLowerCase();
  const names = new Intl.DisplayNames('en', { type: 'language' });
  const codes = [...ids.keys()].flatMap((token) => /^<\|([a-z]{2,3})\|>$/.exec(token)?.[1] ?? []);
  const code = codes.find((one) => one === wanted || names.of(one)?.toLowerCase() === wanted);
  if (code !== undefined) return `<|${code}|>`;
  throw new AttuneError('E_TOKENIZER_INVALID', {
    what: `tokenizer_config.json of ${folder} sets a language that is not in its vocabulary`,
    got: language,
    expected: codes.join(', '),
  });
}
