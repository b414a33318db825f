import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Letters, lettersOf, Tokenizer } from '../../../../src/models/text/index.ts';

const temporary = mkdtempSync(join(tmpdir(), 'attune-letters-'));
afterAll(() => rmSync(temporary, { recursive: true }));

/** A folder like facebook/wav2vec2-base-960h. */
function folderOf(vocabulary: unknown, config: object = {}): string {
  const folder = mkdtempSync(join(temporary, 'folder-'));
  writeFileSync(join(folder, 'vocab.json'), JSON.stringify(vocabulary));
  const own = { unk_token: '<unk>', pad_token: '<pad>', bos_token: '<s>', eos_token: '</s>', do_lower_case: false };
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ ...own, ...config }));
  return folder;
}
const english = { '<pad>': 0, '<s>': 1, '</s>': 2, '<unk>': 3, '|': 4, A: 5, B: 6, "'": 7, E: 8 };

describe('a character vocabulary', () => {
  it('of a model in capitals spells texts in capitals, without punctuation', async () => {
    const tokenizer = await Tokenizer.load(folderOf(english));
    const letters = new Letters(tokenizer);
    expect(letters.spell(' Be,  a’b-a! ')).toEqual({ ids: [6, 8, 4, 5, 7, 6, 4, 5], unknown: [] });
    expect(letters.spell('Bäd 3').unknown).toEqual(['Ä', 'D', '3']);
    expect([tokenizer.size, letters.blank, tokenizer.padId]).toEqual([9, 0, 0]);
    expect(Array.from(await tokenizer.encode('AB A'))).toEqual([5, 6, 4, 5]);
  });

  it('reads frames: repeats are one letter unless a blank is between them', async () => {
    const letters = new Letters(await Tokenizer.load(folderOf(english)));
    expect(letters.read([0, 5, 5, 0, 5, 4, 4, 0, 4, 6, 8, 8, 1, 0, 4], 0)).toBe('AA BE');
    expect(letters.read([0, 0, 4], 0)).toBe('');
  });

  it('that is written in capitals only inside is read in small letters', async () => {
    const letters = new Letters(await Tokenizer.load(folderOf(english, { do_lower_case: true })));
    expect(letters.spell('be').ids).toEqual([6, 8]);
    expect(letters.read([6, 8], 0)).toBe('be');
  });

  it('is saved with the files that it came with', async () => {
    const folder = folderOf(english);
    const again = mkdtempSync(join(temporary, 'again-'));
    (await Tokenizer.load(folder)).save(again);
    for (const name of ['vocab.json', 'tokenizer_config.json'])
      expect(readFileSync(join(again, name), 'utf8')).toBe(readFileSync(join(folder, name), 'utf8'));
    expect(new Letters(await Tokenizer.load(again)).spell('be').ids).toEqual([6, 8]);
  });

  it('is made of the rows, and holds all that they are written with but punctuation', async () => {
    const tokenizer = await lettersOf(['Zoë’s 2 “cats”', 'das Straßen-Café']);
    const letters = new Letters(tokenizer);
    const text = "zoë's 2 cats das straßen café";
    const { ids, unknown } = letters.spell('Zoë’s 2 “cats” – das Straßen-Café');
    expect(unknown).toEqual([]);
    expect(
      letters.read(
        ids.flatMap((id) => [id, 0]),
        0,
      ),
    ).toBe(text);
    expect(tokenizer.tokenOf(0)).toBe('[PAD]');
    const folder = mkdtempSync(join(temporary, 'new-'));
    tokenizer.save(folder);
    const vocabulary = JSON.parse(readFileSync(join(folder, 'vocab.json'), 'utf8')) as Record<string, number>;
    expect(Object.keys(vocabulary).slice(0, 4)).toEqual(['2', '[PAD]', '[UNK]', '|']);
    expect(JSON.parse(readFileSync(join(folder, 'tokenizer_config.json'), 'utf8'))).toMatchObject({
      tokenizer_class: 'Wav2Vec2CTCTokenizer',
      word_delimiter_token: '|',
    });
  });

  it.each([
    ['of many languages', { eng: { a: 1 }, deu: { a: 1 } }, /not whole numbers/],
    ['with an id twice', { a: 1, b: 1 }, /two characters with the same id/],
    ['that is a list', ['a'], /not an object/],
  ])('%s is refused', async (_, vocabulary, reason) => {
    await expect(Tokenizer.load(folderOf(vocabulary))).rejects.toThrow(reason);
  });
});
