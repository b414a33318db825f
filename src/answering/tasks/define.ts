import type { Example, ExampleKind } from '../../data/example.ts';
import type { Prediction } from '../../scoring/predictor.ts';
import type { Model } from '../../models/model.ts';
import type { Layout } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Answer } from './answers/answering.ts';

/** Form of answers: one class, any number of them, a number, tags of words, options of typed questions, a span of a text, or text. */
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

/** Purpose of a model. Implementations that need the engine are loaded on first use. */
export interface TaskDefinition {
  /** Its name in messages: `its task is text generation`. */
  title: string;
  /** The name that model hubs give it. */
  pipelineTag: string;
  /** Kinds of rows that its models answer; all that can be asked as text, unless given. */
  answers?: readonly ExampleKind[];
  /** Kinds of rows that no text can ask, and that its models answer next to those that one can. */
  alsoAnswers?: readonly ExampleKind[];
  /** Loads the way its models answer rows of a kind. */
  answering?(kind: ExampleKind | undefined): Promise<Answer>;
  /** Form of answers; text unless given. */
  answerKind?(model: Model): AnswerKind;
  /** A flawless answer, with the fields that its models give: for checking metrics before training. */
  flawless?(example: Example): Prediction;
  /** The commands that give its output, where `predict` does not. */
  elsewhere?: { predict: string; chat(target: string): string };
  /** How it answers prompts: by writing, or with a stretch of the text that it is given. */
  prompts?: 'written' | 'found';
  /** The endpoints that serve its models; none unless given. */
  served?: ServedAs;
  /** The command to try a result with, before `eval` and `serve`. */
  firstUse?(folder: string, rows: string): string;
  /** Whether its models write down what they hear, by whether their architecture reads recordings. */
  transcribes?(readsAudio: boolean): boolean;
  /** Classes of its head, or the one name of a number; absent where heads have none. */
  labels?(model: Model): readonly string[];
  /** With an adapter its head is trained in full, as in PEFT, even if the base model has one. */
  trainsWholeHead?: true;
  /** Its models read the beginnings of texts that are too long. */
  cutsTexts?: true;
  /** Its models tell classes of texts apart, by a head or by the classes' own vectors. */
  tellsClasses?: true;
  /** How far outputs are from what they would have to be, for comparing a model before and after it is written. */
  outputLoss?(scored: Scored): number;
}

export function defineTask(definition: TaskDefinition): TaskDefinition {
  return definition;
}
