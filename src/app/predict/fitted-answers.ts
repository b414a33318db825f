import { AttuneError } from '../../base/errors.ts';
import { baselines, type BaselineName } from '../../answering/baselines/index.ts';
import { answeredRows, fitCheap, unfitFor } from '../../evaluation/compare/cheap-systems.ts';
import { labelsIn } from '../../scoring/prompt-text.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';
import { loadRunData } from '../../jobs/rows/load-run-data.ts';
import { startedWith } from '../stored-run.ts';
import { answersOf, type AnsweringModel, type PredictorOptions } from './cheap-answers.ts';

/**
 * Fits a baseline on the rows that a run trained on, to predict next to its result. Nothing is written.
 * @throws AttuneError E_CHEAP_UNFIT, and errors of reading the run's rows
 */
export async function openFittedAnswers(
  baseline: BaselineName,
  options: Pick<PredictorOptions, 'target' | 'signal'>,
): Promise<AnsweringModel> {
  const { target, signal = new AbortController().signal } = options;
  const { splits } = await loadRunData(await startedWith(target), { emit: () => undefined, signal });
  const { train } = splits;
  const { systems } = await fitCheap(train, { only: [baseline], signal });
  if (systems.length === 0)
    throw new AttuneError('E_CHEAP_UNFIT', {
      what: `${baseline} cannot be fitted on the rows of ${target}`,
      got: unfitFor(await baselines.load(baseline), answeredRows(train)),
    });
  const about = { baseline, kind: train[0].kind, labels: labelsIn(train) };
  return answersOf({ about, predictor: systems[0].predictor, notes: resultFolder(target) }, options);
}
