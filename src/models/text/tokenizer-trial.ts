/**
 * The tokenizers library is native code, driven by patterns from tokenizer.json: some files and some texts crash the
 * process. So each tokenizer is tried out in a separate process before it is used here, and so is every text of a form
 * not covered by that trial.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AttuneError } from '../../base/errors.ts';
import { formatCount } from '../../base/format.ts';
import { attuneCache } from '../../base/home.ts';
import { moduleBeside } from '../../base/killable.ts';
import { defaultProcessLimits, runLimited } from '../../base/limited-process.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { sha256 } from '../../files/hash.ts';

/** Request to the trial process. Plain data. */
export interface TokenizerRequest {
  /** Content of tokenizer.json. */
  tokenizer: string;
  texts: readonly string[];
}

/**
 * Longest run without a change between whitespace and other characters that is covered by a tokenizer's trial; longer
 * runs get their own.
 */
const LONGEST_STRETCH = 1 << 16;

/** Raise this when trials cover more, or when the library is updated. */
const TRIAL_VERSION = 1;

const OWN_FOLDERS = fileURLToPath(new URL('../../../assets/', import.meta.url));

/** Rejects a tokenizer that would crash this process. Results are cached. @throws AttuneError E_TOKENIZER_INVALID */
export async function tryTokenizer({ origin, tokenizer }: { origin: string; tokenizer: string }): Promise<void> {
  // Tokenizers in this package were tried out when they were built.
  if (resolve(origin).startsWith(OWN_FOLDERS)) return;
  const mark = join(attuneCache(), 'tokenizers', sha256(`${TRIAL_VERSION} ${tokenizer}`));
  if (existsSync(mark)) return;
  try {
    await encodeApart({ tokenizer, texts: trialTexts() });
  } catch (error) {
    throw new AttuneError('E_TOKENIZER_INVALID', {
      what: `The tokenizer.json of ${origin} cannot be used`,
      got: (error as Error).message,
      expected: 'a tokenizer.json as written by transformers',
      fix: 'fetch it again from the model that it belongs to',
    });
  }
  try {
    writeFileAtomic(mark, '');
  } catch {
    // If the result cannot be cached, the next load repeats the trial.
  }
}

/** Tries out texts that the tokenizer's trial did not cover. @throws AttuneError E_TEXT_UNREADABLE */
export async function tryTexts(tokenizer: string, texts: Iterable<string>): Promise<void> {
  for (const text of texts) {
    if (!isUntried(text)) continue;
    try {
      await encodeApart({ tokenizer, texts: [text] });
    } catch (error) {
      throw new AttuneError('E_TEXT_UNREADABLE', {
        what: `A text of ${formatCount(text.length)} characters cannot be tokenized`,
        got: `${(error as Error).message}; the text begins with ${JSON.stringify(text.trimStart().slice(0, 60))}`,
        expected: `at most ${formatCount(LONGEST_STRETCH)} characters without a space, or of spaces only`,
        fix: 'shorten the text, or delete its row',
      });
    }
  }
}

/** Whether a text has a longer run than those covered by the trial. */
function isUntried(text: string): boolean {
  if (text.length <= LONGEST_STRETCH) return false;
  let start = 0;
  for (const { index } of text.matchAll(/\s(?=\S)|\S(?=\s)/g)) {
    if (index + 1 - start > LONGEST_STRETCH) return true;
    start = index + 1;
  }
  return text.length - start > LONGEST_STRETCH;
}

async function encodeApart(request: TokenizerRequest): Promise<void> {
  const entry = moduleBeside('./tokenizer-process', import.meta.url);
  const options = { limits: defaultProcessLimits, rights: { reads: [], addons: true } };
  for await (const _ of runLimited(entry, request, options));
}

/** Runs of each kind of character that patterns distinguish, and inputs that have crashed patterns before. */
function trialTexts(): string[] {
  const kinds = [
    'a',
    'A',
    '1',
    '.',
    '_',
    '\n',
    ' ',
    '\t',
    '\r\n',
    '\u00a0',
    'ä',
    '中',
    'ا',
    '😀',
    'a\u0301',
    'aA',
    "'s",
    'a1',
    '\0',
  ];
  const long = kinds.map((kind) => kind.repeat(LONGEST_STRETCH / 8 / kind.length));
  // The kinds that are most frequent in texts are tried at full length.
  const longest = ['a', ' ', '\n', '='].map((kind) => `${kind.repeat(LONGEST_STRETCH)}!`);
  const words = `It's 2024, isn't it?\r\n\r\n  Été, straße; 東京 123456 ${'x'.repeat(40)}!\n`.repeat(20);
  return ['', 'a', words, ...long, ...longest];
}
