import { capitalised, withArticle } from '../../base/articles.ts';
import { AttuneError } from '../../base/errors.ts';
import type { ModelOptions } from '../../models/skeleton.ts';
import type { Model } from '../../models/model.ts';
import { isForSentences } from '../../models/save.ts';
import { poolingKey, readSentenceFiles } from '../../models/sentence-folder.ts';

/**
 * Rejects a pooling other than the base model's own: it was trained for its own, or the choice could not be saved with
 * the result. `fix` says how to omit the choice. @throws AttuneError E_POOLING
 */
export function refuseOtherPooling(
  model: Model,
  folder: string,
  wanted: ModelOptions['embedding'],
  fix = 'remove objective.pooling',
): void {
  if (wanted?.pooling === undefined) return;
  const got = `pooling: ${poolingKey(wanted.pooling)}`;
  if (!isForSentences(model)) {
    const what = `${capitalised(withArticle(model.architecture.modelType))} model has a fixed pooling of its own`;
    throw new AttuneError('E_POOLING', { what, got, fix });
  }
  const own = readSentenceFiles(folder)?.embedding.pooling;
  if (own === undefined || own === wanted.pooling) return;
  throw new AttuneError('E_POOLING', {
    what: `${folder} sets its own pooling`,
    got,
    expected: `${poolingKey(own)}, as in its 1_Pooling/config.json`,
    fix: `${fix}, or start from a folder without modules.json`,
  });
}
