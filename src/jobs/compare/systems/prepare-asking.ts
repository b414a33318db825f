import { AttuneError } from '../../../base/errors.ts';
import { loadData, type Example } from '../../../data/index.ts';
import { promptingSchema } from '../../../methods/recipe/recipe-prompting.ts';
import { answerForm } from '../../../scoring/answer-form.ts';
import type { Predictor } from '../../../scoring/predictor.ts';
import { createMetric } from '../../../scoring/metrics/index.ts';
import { scorePredictions } from '../../../scoring/score.ts';
import { asTheyAre, openAsker, type Asker } from '../../../answering/prompting/asker.ts';
import type { Prompting } from '../../../answering/prompting/prompting.ts';
import type { FoundPrompt } from '../../../answering/prompting/search/found-prompt.ts';
import type { PromptTrial } from '../../../answering/prompting/search/prompt-trial.ts';
import { waysOfAsking } from '../../../answering/prompting/ways/index.ts';
import type { PreparingRows } from '../comparing.ts';
import { openReflector, type Reflect } from './reflector.ts';
import type { Asking } from './system-spec.ts';

/** Prompts of a system; `prompting` is absent if rows are sent unchanged. */
export interface PreparedAsking {
  asker: Asker;
  prompting?: Prompting;
  /** Prompts that a search tried. */
  search?: Omit<FoundPrompt, 'prompting'>;
}

/** The prompted model. */
export interface AskedModel {
  /** Display title. */
  title: string;
  /** Answers rows with the asker's prompts. */
  predictor(asker: Asker): Predictor;
  /** Rewrites instructions, if the model can; used unless the settings name another model. */
  reflect?: Reflect;
}

/**
 * Chooses the prompting: instruction, examples or passages.
 * @throws AttuneError E_NOTHING_ASKED for rows of plain text, and errors of the way
 */
export async function prepareAsking(
  { how, instruction, settings = promptingSchema.parse({}) }: Asking,
  model: AskedModel,
  comparing: PreparingRows,
): Promise<PreparedAsking> {
  if (how === 'plain') return { asker: asTheyAre };
  const { rows, emit, signal } = comparing;
  if (answerForm(rows.typical).kind === 'text') {
    throw new AttuneError('E_NOTHING_ASKED', {
      what: 'Rows of plain text have no prompt, so instructions and examples do not apply',
    });
  }
  const passages = await readPassages(settings.passages, signal);
  const reflect = settings.reflector === null ? model.reflect : await openReflector(settings.reflector, signal);
  const trial: PromptTrial = {
    ...(await trialOf(model, comparing)),
    ...(reflect && { reflect: (request) => reflect(request, signal) }),
    onTried: (done, total) =>
      emit({ type: 'work-advanced', phase: 'evaluate', done: Math.min(done, total), total, unit: 'prompt trials' }),
  };
  const way = await waysOfAsking.load(how);
  const { prompting, search } = await way.prepare({ rows, instruction, settings, passages, trial });
  const asker = await openAsker(prompting);
  const searched = search && `chosen among ${search.tried.length} prompts by ${search.answers} answers`;
  const note = [asker.note, searched].filter((part) => part !== undefined).join('; ');
  return { asker: { ...asker, ...(note !== '' && { note }) }, prompting, search };
}

/** Answers rows under a prompting and scores them by the deciding metric. */
async function trialOf(model: AskedModel, { metric, seed, signal }: PreparingRows): Promise<PromptTrial> {
  const { best, better } = (await createMetric(metric)).definition;
  const sign = better === 'higher' ? 1 : -1;
  return {
    ...(best !== undefined && { best: sign * best }),
    seed,
    signal,
    async answer(prompting, examples) {
      const predictions = await model.predictor(await openAsker(prompting)).predict(examples, { signal });
      const [{ rows }] = await scorePredictions(predictions, examples, [metric]);
      return examples.map((example, i) => ({ example, answer: predictions[i].text, score: sign * rows[i] }));
    },
  };
}

/** Texts of passage files. @throws errors of reading, E_WRONG_ROWS for rows of another kind */
async function readPassages(paths: readonly string[], signal: AbortSignal): Promise<string[]> {
  if (paths.length === 0) return [];
  const { splits } = await loadData({ train: paths.map((path) => ({ path })), seed: 0, allowOverlap: true, signal });
  const texts = splits.train.map(textOf);
  return [...new Set(texts)];
}

function textOf(example: Example): string {
  if (example.kind === 'text') return example.text;
  throw new AttuneError('E_WRONG_ROWS', {
    what: `${example.source.file} does not contain passages`,
    got: `rows of kind ${example.kind}`,
    expected: '{"text": …}, one passage per row',
    fix: 'attune data prepare FOLDER --output passages.jsonl cuts documents into passages',
  });
}
