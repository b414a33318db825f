// R answers, C classes
import { AttuneError } from '../../base/errors.ts';
import { answeredRow, plainText } from '../../answering/tasks/rows/shared-prompt.ts';
import { withRandomness } from '../../engine/nn/index.ts';
import { isCausal } from '../../models/architecture.ts';
import { Renderer } from '../../models/text/index.ts';
import type { PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { AnswerToScore, RewardModel, RewardModelSpec } from '../../training/reward-model.ts';
import { openModel, type OpenedModel } from '../../answering/model/open-model.ts';
import { inBatches } from '../../answering/tasks/answers/batched.ts';
import { classScores } from '../../answering/tasks/answers/head-scores.ts';
import { readScores } from '../../answering/tasks/answers/read-scores.ts';
import { TEMPLATE_DATE } from '../../answering/tasks/answers/answering.ts';
import { processRewards, refuseLong, refuseUnknownStep } from './process-rewards.ts';

/**
 * A reward model from any model that scores rows: one trained with attune, a sequence classifier with one class as the
 * reward, or a process reward model.
 */
export function rewardModel(spec: RewardModelSpec): RewardModel {
  let opened: OpenedModel | undefined;
  return {
    async open() {
      opened = await openModel(spec.model);
      refuseUnfit(opened, spec);
    },
    async score(answers) {
      if (opened === undefined) throw new Error('the reward model is not open');
      if (opened.model.task === 'token') return processRewards(opened, answers, spec);
      return scoresOf(opened, await rowsOf(opened, answers, spec), spec);
    },
    dispose() {
      opened?.tuning?.dispose();
      opened?.model.dispose();
      opened = undefined;
    },
  };
}

/** @throws AttuneError E_REWARD_MODEL */
function refuseUnfit({ model, media }: OpenedModel, spec: RewardModelSpec): void {
  const { model: name, label, steps, step_separator: separator } = spec;
  const refused = (got: string, expected: string, fix: string) =>
    new AttuneError('E_REWARD_MODEL', { what: `${name} cannot be used as a reward model`, got, expected, fix });
  if (model.task === 'token') {
    refuseUnknownStep(model.tokenClassHead.labels, spec);
    return;
  }
  const fit = 'a scoring model: a result of objective: reward or prm, or a text classifier';
  if (model.task !== 'sequence' || media !== undefined)
    throw refused(`a model for ${model.task}`, fit, 'choose another model in reward_funcs');
  if (steps !== undefined || separator !== undefined)
    throw refused(
      'a model that scores whole answers',
      'no steps and no step_separator',
      'remove steps and step_separator, or use a result of prm',
    );
  const { labels, problemType } = model.sequenceHead;
  if (problemType === 'regression') {
    if (label !== undefined) throw refused('a model with one score', 'no label', 'remove label');
    return;
  }
  if (label !== undefined && labels.includes(label)) return;
  const got = label === undefined ? 'a classifier, and no label' : `label ${JSON.stringify(label)}`;
  throw refused(
    got,
    `one of ${labels.slice(0, 20).join(', ')}`,
    'choose the class whose probability is the reward: label: CLASS',
  );
}

/**
 * Prompt and answer in the format that the model was trained on, or the answer alone. @throws AttuneError
 * E_REWARD_MODEL_ROOM
 */
async function rowsOf(
  opened: OpenedModel,
  answers: readonly AnswerToScore[],
  { reads, model: name }: RewardModelSpec,
): Promise<PreparedRow[]> {
  const { model, tokenizer } = opened;
  const { maxPositions } = model.limits;
  const causal = isCausal(model.architecture, model.config);
  const rows = reads === 'conversation' && causal ? await rendered(opened, answers) : await framed();
  refuseLong(rows, { maxPositions, name });
  return rows;

  async function framed(): Promise<PreparedRow[]> {
    const texts = answers.map(({ prompt, completion }) =>
      reads === 'answer' ? { text: completion } : { text: plainText(prompt), pair: completion },
    );
    const encoded = await tokenizer.encodeFramed(texts);
    return encoded.map(({ ids, typeIds }, i) => {
      const { source } = answers[i];
      return { id: String(i), source, ids, typeIds, trained: new Uint8Array(ids.length) };
    });
  }
}

/** @throws AttuneError E_REWARD_MODEL for rows that its template cannot render */
async function rendered({ tokenizer }: OpenedModel, answers: readonly AnswerToScore[]): Promise<PreparedRow[]> {
  const renderer = new Renderer(tokenizer, { trainOn: 'answers', now: TEMPLATE_DATE });
  const { rows, problems } = await renderer.renderRows(
    answers.map(({ prompt, completion, source }) => answeredRow({ prompt, source }, completion)),
  );
  if (problems.length > 0)
    throw new AttuneError('E_REWARD_MODEL', { what: 'The reward model cannot read some answers', problems });
  return rows.map((row, i) => {
    const { ids, trained } = row!;
    return { id: String(i), source: answers[i].source, ids, trained };
  });
}

/** The single score of each answer, or the probability of the reward class. */
async function scoresOf(
  { model }: OpenedModel,
  rows: readonly PreparedRow[],
  { label }: RewardModelSpec,
): Promise<number[]> {
  const causal = isCausal(model.architecture, model.config);
  const { maxPositions } = model.limits;
  const found = await inBatches(rows, { maxPositions }, (some) =>
    withRandomness(undefined, () => classScores(model, some, causal)),
  );
  return found.map((own = []) => {
    const { text = '', scores } = readScores(own, model.sequenceHead, model.config);
    return label === undefined ? Number(text) : (scores?.[label] ?? 0); // own: a class of the head
  });
}
