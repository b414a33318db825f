import type { Example, ExampleKind } from '../../data/example.ts';
import type { Prediction } from '../../scoring/predictor.ts';
import type { Model } from '../../models/model.ts';
import type { Layout } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Answer } from './answers/answering.ts';

/**
 * Form of answers: one class, several classes, a number, tags of words, options of typed questions, a text span, or
 * text.
 */
export type AnswerKind = 'label' | 'labels' | 'number' | 'tags' | 'steps' | 'decisions' | 'stretch' | 'text';

/** The group of endpoints that serves a model. */
export type ServedAs = 'text' | 'rows' | 'vectors' | 'items';

/** A model with the hidden states of its tokens. */
export interface Scored {
  model: Model;
  hidden: Tensor;
  layout: Layout;
  ids: BigInt64Array;
  tensorOf(values: BigInt64Array): Tensor;
}

/** A task that models perform. Implementations that need the engine are loaded on first use. */
export interface TaskDefinition {
  /** Its name in messages: `its task is text generation`. */
  title: string;
  /** Its pipeline tag on model hubs. */
  pipelineTag: string;
  /** Kinds of rows that its models answer; by default all that can be asked as text. */
  answers?: readonly ExampleKind[];
  /** Additional kinds of rows, which cannot be asked as text. */
  alsoAnswers?: readonly ExampleKind[];
  /** Loads the function that answers rows of a kind. */
  answering?(kind: ExampleKind | undefined): Promise<Answer>;
  /** Form of answers; text by default. */
  answerKind?(model: Model): AnswerKind;
  /** A correct answer with the fields that its models return, to check metrics before training. */
  flawless?(example: Example): Prediction;
  /** Commands that produce its output, if `predict` does not. */
  elsewhere?: { predict: string; chat(target: string): string };
  /** How it answers prompts: by generating text, or with a span of the given text. */
  prompts?: 'written' | 'found';
  /** Endpoints that serve its models; none by default. */
  served?: ServedAs;
  /** Command to try a result with, before `eval` and `serve`. */
  firstUse?(folder: string, rows: string): string;
  /** Whether its models transcribe speech, given whether their architecture reads audio. */
  transcribes?(readsAudio: boolean): boolean;
  /** Classes of its head, or the single name of a number; absent if heads have none. */
  labels?(model: Model): readonly string[];
  /** With an adapter, the head is trained in full, as in PEFT, even if the base model has one. */
  trainsWholeHead?: true;
  /** Its models truncate texts that are too long. */
  cutsTexts?: true;
  /** Its models can classify texts, with a head or with vectors of the classes. */
  tellsClasses?: true;
  /** Deviation of outputs from fixed targets, to compare a model before and after saving. */
  outputLoss?(scored: Scored): number;
}

export function defineTask(definition: TaskDefinition): TaskDefinition {
  return definition;
}
