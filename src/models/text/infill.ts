/** Fill-in-the-middle prompts, for models trained on them (Bavarian et al., 2022). */
import { AttuneError } from '../../base/errors.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Marks around the text before the gap, the text after it, and the answer. */
interface InfillMarks {
  prefix: string;
  suffix: string;
  middle: string;
  /** Further tokens that end the answer, besides EOS. */
  ends: readonly string[];
}

/** Families that put the prefix first. */
const FAMILIES: readonly InfillMarks[] = [
  // Qwen2.5-Coder, Granite, CodeGemma
  {
    prefix: '<|fim_prefix|>',
    suffix: '<|fim_suffix|>',
    middle: '<|fim_middle|>',
    ends: ['<|endoftext|>', '<|fim_pad|>', '<|repo_name|>', '<|file_sep|>', '<|file_separator|>'],
  },
  // StarCoder
  {
    prefix: '<fim_prefix>',
    suffix: '<fim_suffix>',
    middle: '<fim_middle>',
    ends: ['<|endoftext|>', '<fim_pad>', '<file_sep>'],
  },
  // SantaCoder
  { prefix: '<fim-prefix>', suffix: '<fim-suffix>', middle: '<fim-middle>', ends: ['<|endoftext|>', '<fim-pad>'] },
  // Code Llama
  { prefix: '▁<PRE>', suffix: '▁<SUF>', middle: '▁<MID>', ends: ['▁<EOT>'] },
  // DeepSeek-Coder
  { prefix: '<｜fim▁begin｜>', suffix: '<｜fim▁hole｜>', middle: '<｜fim▁end｜>', ends: [] },
];

/** Ids of a tokenizer's marks. */
interface InfillIds {
  prefix: number;
  suffix: number;
  middle: number;
  /** Ids that end the answer, besides the tokenizer's own. */
  ends: readonly number[];
}

/** Undefined if the tokenizer has no such marks. */
export function infillMarks(tokenizer: Pick<Tokenizer, 'idOf'>): InfillIds | undefined {
  for (const { ends, ...marks } of FAMILIES) {
    const [prefix, suffix, middle] = [marks.prefix, marks.suffix, marks.middle].map((mark) => tokenizer.idOf(mark));
    if (prefix === null || suffix === null || middle === null) continue;
    const known = ends.map((mark) => tokenizer.idOf(mark)).filter((id) => id !== null);
    return { prefix, suffix, middle, ends: known };
  }
  return undefined;
}

/** Prompt that the model completes with the missing text. @throws AttuneError E_WRONG_ROWS for models without infilling */
export async function infillIds(
  tokenizer: Tokenizer,
  { prefix, suffix }: { prefix: string; suffix: string },
): Promise<Int32Array> {
  const marks = infillMarks(tokenizer);
  if (marks === undefined) {
    throw new AttuneError('E_WRONG_ROWS', {
      what: `The model of ${tokenizer.origin} cannot fill gaps in text`,
      got: 'a text with a gap',
      expected: 'a tokenizer with fill-in-the-middle tokens, such as <|fim_prefix|>',
      fix: 'use a model trained to fill in the middle',
    });
  }
  const { bosId } = tokenizer;
  const lead = tokenizer.addsBos && bosId !== undefined ? [bosId] : [];
  const [before, behind] = [await tokenizer.encode(prefix), await continuedIds(tokenizer, suffix)];
  return Int32Array.from([...lead, marks.prefix, ...before, marks.suffix, ...behind, marks.middle]);
}

/** Put before a text that continues another: no token spans this character. */
const BEFORE = '\u263a';

/** Ids of a text without the space that some vocabularies prepend to the first word. */
async function continuedIds(tokenizer: Tokenizer, text: string): Promise<Int32Array> {
  if (tokenizer.joinsParts) return tokenizer.encode(text);
  const [lead, whole] = await tokenizer.encodeBatch([BEFORE, BEFORE + text]);
  return lead.every((id, i) => whole[i] === id) ? whole.subarray(lead.length) : tokenizer.encode(text);
}
