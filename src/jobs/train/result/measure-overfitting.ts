import { readAssessment } from '../../../evaluation/assessments/assessment-files.ts';
import { recordAssessment } from './record-assessment.ts';
import { entryOf } from '../../../base/table.ts';
import { formatPercent } from '../../../base/format.ts';
import type { Example } from '../../../data/index.ts';
import { expectedText, promptText } from '../../../scoring/prompt-text.ts';
import { memorisedWords, type AnsweredRow } from '../../../evaluation/overfitting/memorised.ts';
import { mean } from '../../../scoring/statistics/index.ts';
import type { Memorised, Overfitting } from '../../../evaluation/assessments/overfitting.ts';
import { readSamples } from '../../../store/samples.ts';
import { OpenModels } from '../../compare/open-models.ts';
import { measureCanaries } from './measure-canaries.ts';
import { gapOf, membershipOf, readLosses } from './measure-gap.ts';
import { measureParaphrases } from './measure-paraphrases.ts';
import type { FinishedRun } from '../run-context.ts';

/** Nats per token; smaller differences are normal after any training. */
const NOTABLE = 0.1;
/** Canary exposure in bits above the base model's. */
const EXPOSED = 2;

/**
 * Measures whether a result memorised its rows, if its recipe asks for it: from losses, also on paraphrased requests,
 * and from the answers of the comparison. Significant findings become warnings.
 */
export async function recordOverfitting(run: FinishedRun, result: string): Promise<void> {
  const { recipe, emit } = run.context;
  const { overfitting, canaries } = recipe.evaluation;
  if (!overfitting && canaries === 0) return;
  await recordAssessment(run, 'overfitting', {
    result,
    question: 'memorisation',
    measure: () => measureOverfitting(run, result),
    report(found) {
      for (const message of findings(found)) emit({ type: 'warning-raised', code: 'W_OVERFITTING', message });
    },
  });
}

async function measureOverfitting(run: FinishedRun, result: string): Promise<Overfitting> {
  const { recipe, emit } = run.context;
  const { overfitting: isWanted, canaries: planted } = recipe.evaluation;
  emit({ type: 'phase-started', phase: 'evaluate', message: 'reading training and validation rows again' });
  const { seed } = recipe.training;
  using models = new OpenModels();
  const reading = { result, models };
  const losses = isWanted ? await readLosses(run, reading) : undefined;
  const gap = losses && gapOf(losses, seed);
  const memorised = isWanted ? measureMemorised(run, seed) : undefined;
  const paraphrases = isWanted ? await measureParaphrases(run, reading) : undefined;
  const membership = losses && membershipOf(losses);
  const canaries = planted > 0 ? await measureCanaries(run, reading) : undefined;
  return { version: 1, confidence: 0.95, gap, memorised, paraphrases, membership, canaries };
}

/** Computed from the answers of the comparison; undefined if there was none. */
function measureMemorised({ loaded, context }: FinishedRun, seed: number): Memorised | undefined {
  const [comparison, samples] = [readAssessment(context.folder, 'comparison'), readSamples(context.folder)];
  if (comparison === undefined || samples === undefined) return undefined;
  const rows = samples.rows.map(({ id, prompt, expected = '', answers }): AnsweredRow => {
    return { id, prompt, answer: entryOf(answers, comparison.subject)?.text ?? '', expected };
  });
  return memorisedWords(rows, textsOf(loaded.splits.train), { seed });
}

function* textsOf(examples: readonly Example[]): Generator<string> {
  for (const example of examples) yield `${promptText(example)}\n${expectedText(example) ?? ''}`;
}

function findings({ gap, memorised, paraphrases, canaries }: Overfitting): string[] {
  const found: string[] = [];
  if (gap !== undefined && gap.low > NOTABLE) {
    const losses = `loss ${gap.training.toFixed(3)} on training rows, ${gap.validation.toFixed(3)} on validation rows`;
    found.push(`the result fits its training rows better than others: ${losses}; fewer epochs or more rows help`);
  }
  if (canaries !== undefined && mean(canaries.exposures) - mean(canaries.base) > EXPOSED) {
    const bits = [canaries.exposures, canaries.base].map((all) => mean(all).toFixed(1));
    found.push(
      `the result reveals planted codes: ${bits[0]} bits of each on average, the base ${bits[1]}; single ` +
        'rows can be extracted (optimizer: dp_sgd bounds that)',
    );
  }
  if (memorised !== undefined && memorised.low > 0) {
    const shares =
      `${formatPercent(memorised.answers, 0)} of its ${memorised.order}-word sequences occur in training ` +
      `rows, compared with ${formatPercent(memorised.expected, 0)} in the right answers`;
    found.push(`the result repeats memorised passages: ${shares}`);
  }
  if (paraphrases !== undefined && paraphrases.training.low > NOTABLE) {
    const { rows, excess, base, tuned } = paraphrases.training;
    const [own, bases] = [tuned, base].map(({ original, rephrased }) => (rephrased - original).toFixed(3));
    found.push(
      `the result depends on the wording of its training rows: on ${rows} of them, rewording costs it ` +
        `${own} nats per token and its base ${bases} (${excess.toFixed(3)} more)`,
    );
  }
  return found;
}
