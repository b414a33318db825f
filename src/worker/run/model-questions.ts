/** What a session of a writing model is asked besides prompts: what it is, how long prompts are, how likely they are. */
import { scorePrompt, type PromptToken } from '../../generate/index.ts';
import type { Task } from '../../models/architecture.ts';
import type { JobRequest } from '../job.ts';
import { hears } from './compare/speech.ts';
import type { OpenedModel } from './open-model.ts';
import { idsOf, readable, readPrompts, type Prompt } from './read-prompts.ts';

/** What a writing model says of itself. Plain data. */
export interface WriterDescription {
  task: Task;
  /** Writes down recordings. */
  hears: boolean;
  vocabularySize: number;
  /** The longest prompt with its answer, in tokens. */
  maxPositions: number;
  /** Ids that end an answer. */
  stopIds: readonly number[];
  /** Sources of its chat templates, by name. */
  templates: Readonly<Record<string, string>>;
}

export type ModelQuestion =
  | { ask: 'description' }
  /** Ids of prompts. */
  | { ask: 'tokens'; prompts: readonly Prompt[] }
  /** Log-probabilities of the tokens of one prompt, with so many of the most probable ones at each place. */
  | { ask: 'prompt-log-probs'; prompt: Prompt; top: number }
  /** Texts of ids. */
  | { ask: 'texts'; ids: readonly (readonly number[])[] };

export type ModelAnswer =
  | { description: WriterDescription }
  | { tokens: Int32Array[] }
  | { promptTokens: PromptToken[] }
  | { texts: string[] };

export type ModelQuestionRequest = JobRequest<ModelQuestion, ModelAnswer>;

export function isQuestion(request: JobRequest<object, never>): request is ModelQuestionRequest {
  return 'ask' in request.body;
}

/** @throws AttuneError E_PROMPT_TOO_LONG, the template's own, E_TASK_UNSUPPORTED */
export async function answerQuestion(opened: OpenedModel, question: ModelQuestion): Promise<ModelAnswer> {
  const { tokenizer } = opened;
  if (question.ask === 'description') return { description: describeWriter(opened) };
  if (question.ask === 'tokens') return { tokens: await idsOf(question.prompts.map(readable), opened) };
  if (question.ask === 'texts') return { texts: question.ids.map((ids) => tokenizer.decode(ids)) };
  const { ids } = await readPrompts([readable(question.prompt)], opened);
  return { promptTokens: scorePrompt(opened, ids[0], question.top) };
}

function describeWriter({ model, tokenizer }: OpenedModel): WriterDescription {
  const { vocabularySize, maxPositions } = model.architecture.limits(model.config);
  return {
    task: model.task,
    hears: hears(model),
    vocabularySize,
    maxPositions,
    stopIds: tokenizer.stopIds,
    templates: Object.fromEntries(tokenizer.templates.sources),
  };
}
