import { readAssessment, writeAssessment } from '../../evaluation/assessments/assessment-files.ts';
import { entryOf } from '../../base/table.ts';
import type { Compared } from '../../evaluation/compare/compare.ts';
import { computableOn, suitableMetrics } from '../../evaluation/compare/suitable-metrics.ts';
import { baselines, type BaselineName } from '../../answering/baselines/index.ts';
import { canReword, otherWords } from '../../evaluation/wording/other-words.ts';
import { withOtherWords, worded } from '../../evaluation/wording/recommendation.ts';
import type { Example } from '../../data/index.ts';
import type { Comparison, SampleRow, Samples } from '../../store/results.ts';
import { readSamples } from '../../store/samples.ts';
import type { WordedRow, Wording } from '../../evaluation/wording/wording-results.ts';
import { recordAssessment } from '../train/result/record-assessment.ts';
import type { FinishedRun } from '../train/run-context.ts';
import { comparisonFinished, runComparison } from './run-comparison.ts';
import type { SystemSpec } from './systems/system-spec.ts';

/** Maximum number of reworded rows: classification is fast, generating answers is slow. */
const MOST_CLASSIFIED = 200;
const MOST_WRITTEN = 60;
const MOST_EXAMPLES = 8;
/** The baseline that ignores words. */
const WORDLESS = 'majority';

/**
 * After a comparison on the original rows, tests the result and its cheap rivals on reworded rows, and reports the
 * verdict on both.
 */
export async function recordWording(run: FinishedRun, result: string, subject: SystemSpec): Promise<void> {
  const { recipe, folder, emit } = run.context;
  const comparison = readAssessment(folder, 'comparison');
  if (comparison === undefined) return;
  let judged = comparison;
  if (recipe.evaluation.other_words && canReword(run.loaded.splits.train[0])) {
    await recordAssessment(run, 'wording', {
      result,
      question: 'sensitivity to wording',
      measure: () => measureWording(run, { subject, comparison }),
      report(wording) {
        judged = withOtherWords(comparison, wording);
        writeAssessment(folder, 'comparison', judged);
      },
    });
  }
  emit(comparisonFinished(judged));
}

interface Asked {
  subject: SystemSpec;
  comparison: Comparison;
}

async function measureWording(run: FinishedRun, { subject, comparison }: Asked): Promise<Wording | undefined> {
  const { recipe, folder, emit, signal } = run.context;
  const { train, validation } = run.loaded.splits;
  const { seed } = recipe.training;
  const most = train[0].kind === 'classification' ? MOST_CLASSIFIED : Math.min(MOST_WRITTEN, comparison.rows);
  const test = await otherWords(run.loaded.splits.test, { train, most, seed });
  if (test.length === 0) return undefined;
  const rows = { train, validation, test, typical: train, split: 'test, in other words' };
  const room = recipe.evaluation.max_new_tokens;
  const maxNewTokens = room === 'auto' ? undefined : room;
  const options = {
    emit,
    signal,
    seed,
    maxNewTokens,
    metrics: run.metrics ?? computableOn(suitableMetrics(train), test),
  };
  const compared = await runComparison([subject, ...(await cheapRivals(comparison))], rows, options);
  return wordingOf(compared, { comparison, samples: readSamples(folder), test });
}

/** Cheap systems of the comparison, fitted again on the rows' text. */
async function cheapRivals({ systems }: Comparison): Promise<SystemSpec[]> {
  const names = systems.flatMap(({ kind, name }) => (kind === 'cheap' && name !== WORDLESS ? [name] : []));
  const known = names.filter((name): name is BaselineName => (baselines.names as readonly string[]).includes(name));
  const loaded = await Promise.all(known.map((name) => baselines.load(name)));
  const reading = known.filter((_, i) => loaded[i].ofTables !== true);
  return reading.length === 0 ? [] : [{ source: 'cheap', baselines: reading }];
}

interface Before {
  comparison: Comparison;
  samples: Samples | undefined;
  test: readonly Example[];
}

function wordingOf({ comparison: other, samples }: Compared, before: Before): Wording {
  return { version: 1, ...worded(other, before.comparison), examples: lostRows(samples, other, before) };
}

function scoreOf(answers: SampleRow['answers'], system: string, metric: string): number | undefined {
  return entryOf(entryOf(answers, system)?.scores ?? {}, metric);
}

/** Rows that the result answered perfectly in their original wording but not when reworded. */
function lostRows(samples: Samples, { metric, metrics, subject }: Comparison, before: Before): WordedRow[] {
  const best = metrics.find(({ name }) => name === metric)?.best;
  const wasRight = new Set(
    (before.samples?.rows ?? []).flatMap(({ id, answers }) =>
      scoreOf(answers, before.comparison.subject, metric) === best ? [`${id}:other-words`] : [],
    ),
  );
  return samples.rows
    .filter(({ id, answers }) => wasRight.has(id) && scoreOf(answers, subject, metric) !== best)
    .slice(0, MOST_EXAMPLES)
    .map(({ id, prompt, expected = '', answers }) => {
      return { id, text: prompt, expected, answer: entryOf(answers, subject)?.text ?? '' };
    });
}
