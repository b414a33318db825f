/** Requests to a generative model's session besides prompts: its description, prompt lengths, likelihoods. */
import { AttuneError } from '../../base/errors.ts';
import type { DecisionQuestion } from '../../data/kinds/decision.ts';
import { askInTurn, scorePrompt, type PromptToken } from '../decoding/index.ts';
import type { Task } from '../../models/architecture.ts';
import { withAdapters } from '../../engine/nn/index.ts';
import type { DecisionAnswer } from '../../scoring/predictor.ts';
import { promptsOf, readLabels } from '../tasks/answers/decisions.ts';
import { tasks } from '../tasks/index.ts';
import { DecisionPrompts } from '../tasks/rows/decision-prompts.ts';
import { infillMarks } from '../../models/text/index.ts';
import { hears } from '../tasks/answers/speech.ts';
import { seeImages } from '../tasks/answers/see-images.ts';
import {
  idsOf,
  readable,
  readPrompts,
  refuseEndless,
  withLease,
  type AnsweringBy,
  type Answering,
} from './read-prompts.ts';
import type { Prompt } from './prompts.ts';

/** Description of a generative model. Plain data. */
export interface WriterDescription {
  task: Task;
  /** Whether it transcribes recordings. */
  hears: boolean;
  /** Whether it accepts images in prompts. */
  sees: boolean;
  vocabularySize: number;
  /** Maximum length of a prompt plus its answer, in tokens. */
  maxPositions: number;
  /** Ids that end an answer. */
  stopIds: readonly number[];
  /** Ids that end infilled text, for models that fill in the middle. */
  infillStopIds?: readonly number[];
  /** Its chat templates, by name. */
  templates: Readonly<Record<string, string>>;
}

export type ModelQuestion = {
  /** Name of an installed adapter; the opened model by default. */
  adapter?: string;
} & (
  | { ask: 'description' }
  /** Token ids of prompts. */
  | { ask: 'tokens'; prompts: readonly Prompt[] }
  /** Log-probabilities of one prompt's tokens, with the `top` most likely ones at each position. */
  | { ask: 'prompt-log-probs'; prompt: Prompt; top: number }
  /** Texts of token ids. */
  | { ask: 'texts'; ids: readonly (readonly number[])[] }
  /** Probabilities of the options of typed questions; `owner` and `salt` as for prompts. */
  | ({ ask: 'decisions'; state: string; questions: readonly DecisionQuestion[] } & { owner?: string; salt?: string })
);

export type ModelAnswer =
  | { description: WriterDescription }
  | { tokens: Int32Array[] }
  | { promptTokens: PromptToken[] }
  | { texts: string[] }
  | { decisions: DecisionAnswer[]; tokens: number };

/** @throws AttuneError E_PROMPT_TOO_LONG, the template's own, E_TASK_UNSUPPORTED, E_ADAPTER_UNKNOWN */
export function answerQuestion(answering: Answering, question: ModelQuestion): Promise<ModelAnswer> {
  return withLease(answering, question.adapter, (answeringBy) => answerBy(answeringBy, question));
}

async function answerBy(answering: AnsweringBy, question: ModelQuestion): Promise<ModelAnswer> {
  const { tokenizer, lease } = answering;
  if (question.ask === 'description') return { description: describeWriter(answering) };
  if (question.ask === 'tokens') return { tokens: await idsOf(question.prompts.map(readable), answering) };
  if (question.ask === 'texts') return { texts: question.ids.map((ids) => tokenizer.decode(ids)) };
  if (question.ask === 'decisions') return decide(answering, question);
  const { ids, images } = await readPrompts([readable(question.prompt)], answering);
  using seen = await seeImages(answering, images[0]);
  const score = () => scorePrompt({ ...answering, images: seen }, ids[0], question.top);
  return { promptTokens: withAdapters(lease && { all: lease.owner }, score) };
}

/** Only questions about the same state wait for each other. @throws AttuneError E_PROMPT_TOO_LONG */
async function decide(
  { batcher, model, tokenizer, lease, calibration }: AnsweringBy,
  { state, questions, owner, salt }: Extract<ModelQuestion, { ask: 'decisions' }>,
): Promise<ModelAnswer> {
  if (tasks[model.task].alsoAnswers?.includes('decision') !== true) throw decidesNothing(model.task);
  refuseEndless([state], { model, tokenizer });
  const prompts = await promptsOf({ state, questions }, DecisionPrompts.of(tokenizer));
  const shared = { owner, salt, adapter: lease?.key };
  const read = await askInTurn(prompts, 1, (prompt) =>
    readLabels(prompt, {
      temperatures: calibration?.temperatures,
      submit: (request) => batcher.submit({ ...request, ...shared }),
    }),
  );
  const tokens = read.reduce((sum, one) => sum + one.tokens, 0);
  return { decisions: read.map(({ answer }) => answer), tokens };
}

function decidesNothing(task: Task): AttuneError {
  return new AttuneError('E_TASK_UNSUPPORTED', {
    what: 'The model does not answer typed questions',
    got: tasks[task].title,
    expected: 'a chat model',
  });
}

function describeWriter({ model, tokenizer }: AnsweringBy): WriterDescription {
  const infill = model.task === 'causal-lm' ? infillMarks(tokenizer) : undefined;
  const { vocabularySize, maxPositions } = model.architecture.limits(model.config);
  return {
    task: model.task,
    hears: hears(model),
    sees: model.trunk.imageReader !== undefined,
    vocabularySize,
    maxPositions,
    stopIds: tokenizer.stopIds,
    ...(infill !== undefined && { infillStopIds: [...new Set([...tokenizer.stopIds, ...infill.ends])] }),
    templates: Object.fromEntries(tokenizer.templates.sources),
  };
}
