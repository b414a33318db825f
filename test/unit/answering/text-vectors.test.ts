import { join } from 'node:path';
import { expect, it } from 'vitest';
import { framedRows } from '../../../src/answering/tasks/answers/text-vectors.ts';
import { Tokenizer } from '../../../src/models/text/index.ts';

it('texts without tokens are refused by their place, since nothing can be pooled from them', async () => {
  const tokenizer = await Tokenizer.load(join(import.meta.dirname, '../../../assets/attune-base'));
  const model = { architecture: { limits: () => ({ vocabularySize: 4096 }) }, config: {} };
  const opened = { tokenizer, model } as unknown as Parameters<typeof framedRows>[0];
  await expect(framedRows(opened, ['a', 'b'])).resolves.toHaveLength(2);
  await expect(framedRows(opened, ['a', '', [5], []])).rejects.toMatchObject({
    code: 'E_TEXT_EMPTY',
    problems: [{ field: 'input[1]' }, { field: 'input[3]' }],
  });
});
