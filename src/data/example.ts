import type { Message, ToolSchema } from '../text/message.ts';
import type { CellValue } from './cells.ts';
import type { MediaFile } from './media.ts';

/** What every example carries to the end, whatever its kind. */
export interface Provenance {
  /** Content hash of the row (kind and values; not its place): 16 hex digits. Keys random numbers, splits and caches. */
  id: string;
  source: { file: string; line: number };
  /** Rows of one group never straddle splits (customer, patient, conversation). */
  group?: string;
  /** Mails that a prepared row is of, or came with: what is of one mail never straddles splits either. */
  mails?: readonly string[];
}

export interface ChatExample extends Provenance {
  kind: 'chat';
  messages: readonly Message[];
  tools?: readonly ToolSchema[];
  chatTemplateKwargs?: Record<string, unknown>;
}

/** Prompt and answer without a chat template, when both are strings; as messages they are a chat. */
export interface CompletionExample extends Provenance {
  kind: 'completion';
  prompt: string;
  completion: string;
}

export interface TextExample extends Provenance {
  kind: 'text';
  text: string;
}

/** Two answers to one prompt; strings, or the messages that continue the prompt's. */
export interface PreferenceExample extends Provenance {
  kind: 'preference';
  prompt: string | readonly Message[];
  chosen: string | readonly Message[];
  rejected: string | readonly Message[];
  /** By how much the chosen answer is better, for reward models. */
  margin?: number;
  tools?: readonly ToolSchema[];
}

/** One answer with a thumb up or down (KTO). */
export interface FeedbackExample extends Provenance {
  kind: 'feedback';
  prompt: string | readonly Message[];
  completion: string | readonly Message[];
  label: boolean;
}

/** An answer in steps, each of them judged, for models of process rewards. */
export interface StepwiseExample extends Provenance {
  kind: 'stepwise';
  prompt: string | readonly Message[];
  /** The steps, in their order; at least one. */
  completions: readonly string[];
  /** How probable it is that each step is right: 1 and 0 for verdicts. */
  labels: readonly number[];
}

/** A prompt only, for rollouts. Further columns go to the reward functions. */
export interface PromptExample extends Provenance {
  kind: 'prompt';
  prompt: string | readonly Message[];
  columns: Record<string, unknown>;
}

/** A text that is read whole, to be given classes or a number. */
interface ReadText extends Provenance {
  text: string;
  /** Second sentence of a pair task. */
  textPair?: string;
  /** The values by column, where the text is made of several; no part of what identifies the row. */
  fields?: Readonly<Record<string, CellValue>>;
}

export interface ClassificationExample extends ReadText {
  kind: 'classification';
  /** What is to be classified, where it is no text; the text is empty then. */
  media?: MediaFile;
  label: string;
}

/** Any number of classes for one text, none of them too. */
export interface MultiLabelExample extends ReadText {
  kind: 'multilabel';
  /** Each once, sorted. */
  labels: readonly string[];
}

/** A number for one text. */
export interface RegressionExample extends ReadText {
  kind: 'regression';
  value: number;
}

/** Words, each with a tag: names (`B-PER`), parts of speech. */
export interface TaggedExample extends Provenance {
  kind: 'tagged';
  words: readonly string[];
  /** One for each word. */
  tags: readonly string[];
  /** What the words were taken from, of rows that are to be answered. */
  text?: string;
}

/** A stretch of a text that answers a question about it. */
export interface AnswerSpan {
  text: string;
  /** Where it begins, in UTF-16 units of the text. */
  start: number;
}

/** A question about a text, which is answered by a stretch of it. */
export interface QuestionExample extends Provenance {
  kind: 'question';
  question: string;
  context: string;
  /** All that are right; empty where the text does not tell; absent where nobody knows. */
  answers?: readonly AnswerSpan[];
}

/** A text and one that belongs to it, for search; `negatives` do not belong to it, though they may look so. */
export interface PairExample extends Provenance {
  kind: 'pair';
  anchor: string;
  positive: string;
  negatives: readonly string[];
}

/** Two texts and how alike they are. */
export interface GradedExample extends Provenance {
  kind: 'graded';
  first: string;
  second: string;
  score: number;
}

/** What somebody chose, in order: bought, read, watched. The last item is what is predicted where the row is evaluated. */
export interface ItemsExample extends Provenance {
  kind: 'items';
  user?: string;
  /** What is known of whoever chose, as `name=value`, sorted. */
  about?: readonly string[];
  /** At least one. */
  items: readonly string[];
  /** Only the last item is new: those before it were trained on. */
  isLastOnly?: true;
  /** One interaction of many, to be joined with the others of its user; `at` puts them in order. */
  part?: { at?: number };
}

/** A recording and what is said in it. */
export interface SpeechExample extends Provenance {
  kind: 'speech';
  media: MediaFile;
  text: string;
}

/** A recording to write down. */
export interface RecordingExample extends Provenance {
  kind: 'recording';
  media: MediaFile;
}

/** An image and a text that describes it. */
export interface ImageTextExample extends Provenance {
  kind: 'image-text';
  media: MediaFile;
  text: string;
}

/** What formats produce and objectives accept; checked before training. */
export type Example =
  | ChatExample
  | CompletionExample
  | TextExample
  | PreferenceExample
  | FeedbackExample
  | StepwiseExample
  | PromptExample
  | ClassificationExample
  | MultiLabelExample
  | RegressionExample
  | TaggedExample
  | QuestionExample
  | PairExample
  | GradedExample
  | ItemsExample
  | SpeechExample
  | RecordingExample
  | ImageTextExample;

export type ExampleKind = Example['kind'];
