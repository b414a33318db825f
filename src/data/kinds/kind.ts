import type { Message, ToolSchema } from '../../models/text/message.ts';
import type { Format } from '../formats/format.ts';
import type { MediaFile } from '../media.ts';

/** Fields of every example, whatever its kind. */
export interface Provenance {
  /** Content hash of the row (kind and values; not its place): 16 hex digits. Keys random numbers, splits and caches. */
  id: string;
  source: { file: string; line: number };
  /** Rows of one group never straddle splits (customer, patient, conversation). */
  group?: string;
  /** Sort key of the row's time, if rows are split by it. */
  time?: number;
  /** Mails that a prepared row belongs to or was attached to; rows of one mail never straddle splits. */
  mails?: readonly string[];
}

/**
 * Truncation of a row that is too long:
 * - `prompt`: cuts the beginning of the prompt; the answer stays
 * - `end`: cuts the end, since the row has no answer among its tokens
 * - `rows`: cuts the end; `split` makes a row of each window
 * - `windows`: cuts any side, since no token is trained; `split` reads all windows of a text together
 * - `sides`: several texts, each cut on any side
 * - `newest`: keeps the newest items and the user's features
 * - `never`: drops the row
 */
export type Cut = 'prompt' | 'end' | 'rows' | 'windows' | 'sides' | 'newest' | 'never';

/** The classes or number to learn; `answer` is a text that may be one of a few classes. */
export type Label<E> =
  | { type: 'class' | 'answer'; of(example: E): string }
  | { type: 'classes' | 'tags'; of(example: E): readonly string[] }
  | { type: 'number'; of(example: E): number };

/** An answer form that only one kind of rows has, with its metrics and prompt. */
export interface OwnForm {
  /** Names of metrics, the deciding one first. */
  metrics: readonly string[];
  /** Completes "the answers are …". */
  inWords: string;
  /** False if no system provides a likelihood of the answers, or it is meaningless. */
  hasLikelihood?: false;
  /** Only baselines that name the form apply; general text baselines do not. */
  hasOwnBaselines?: true;
  /** Instruction for generative models; absent if they are not asked. */
  instruction?: string;
}

/** Requirements on a base model: its input, and one of these tasks. */
export interface Need {
  reads: 'text' | 'image' | 'audio' | 'items';
  tasks: readonly string[];
}

/** An objective by name, with a description for remarks. */
interface NamedObjective {
  name: string;
  remark: string;
}

export interface UsualObjective extends NamedObjective {
  /** Alternatives by the suffix of the model's class, for models that learn these rows differently. */
  ofClasses?: Readonly<Record<string, NamedObjective>>;
}

/** Prompt for a model. */
export type Request =
  | string
  | { messages: Message[]; tools?: readonly ToolSchema[]; chatTemplateKwargs?: Record<string, unknown> }
  | { audio: string }
  | { question: string; context: string };

/** Prompt and answer in natural language, which may be reworded. */
export interface WrittenTexts {
  prompt: string;
  answer: string;
}

/** How `data inspect` lays a row out. */
export type Layout =
  | 'turns'
  | 'whole'
  | 'words'
  | 'span'
  | 'preference'
  | 'feedback'
  | 'steps'
  | 'prompt'
  | 'texts'
  | 'items'
  | 'file';

/**
 * A kind of rows: everything that other code needs from an example without knowing its kind. Metrics, objectives and
 * tasks are in higher layers and referred to by name; a contract test checks the names.
 *
 * These are methods rather than function properties, so that a kind of one example type can be called with any example
 * of that kind.
 */
export interface Kind<
  E extends Provenance & { kind: string },
  FormatName extends string = string,
  FormName extends string = string,
> {
  name: E['kind'];
  /** File formats that yield such rows, in the order in which they are tried. */
  formats: Readonly<Record<FormatName, Format>>;

  /** Text for comparing rows: everything that a model would read or learn, except system prompts, which whole sets share. */
  text(example: E): string;
  /** The question alone, so that one question with two answers does not straddle splits. */
  question?(example: E): string | undefined;
  /** Files of the row; they are identified by content rather than location. */
  files?(example: Omit<E, keyof Provenance>): readonly Pick<MediaFile, 'hash'>[];
  /** A row that detection reads back as the same example; if absent, such rows are never written. */
  row?(example: E): Record<string, unknown>;
  cut: Cut;
  label?: Label<E>;

  /** Input text for predictors; empty if there is none. */
  prompt(example: E): string;
  /** The expected answer, if the row has one. */
  answer(example: E): string | undefined;
  /** The turns before the answer, if a chat template renders them. */
  turns?(example: E): readonly Message[] | undefined;
  /** Chat models read it in a special layout within their chat template. */
  isTemplated?: true;
  /** Prompt for a model, if it is neither turns nor `prompt`. */
  request?(example: E): Request;
  /** Running text to continue: it has neither a question nor an answer. */
  isRunningText?: true;
  /** Name of the answer about a single input text. Plain prompts end with it, and table columns are kept. */
  answerName?: 'label' | 'labels' | 'number';
  /** A request needs nothing but the row's text. */
  isReadWhole?: true;
  /** Models trained on conversations are prompted with it as one. */
  isPrompt?: true;
  forms?: Readonly<Record<FormName, OwnForm>>;
  /** The form of the answers, if `forms` has several. */
  formOf?(examples: readonly E[]): FormName;

  /** Texts that may be reworded; undefined if the row has no question with an answer. */
  written?(example: E): WrittenTexts | undefined;
  withWritten?(example: E, texts: WrittenTexts): E;
  /** Whether the row keeps its meaning if the people in it are changed. */
  canChangePeople?: true;

  objective?: UsualObjective;
  /** Whether cheap systems are worth comparing before training. */
  hasCheapRivals?: true;
  /** Requirements of the usual objective on a base model. */
  needs?(example: E): Need;
  /** Whether other objectives for these rows need a different base model. */
  hasOtherNeeds?: true;
  /** Absent for rows that are not trained on. */
  layout?: Layout;
}

export function defineKind<
  E extends Provenance & { kind: string },
  FormatName extends string,
  FormName extends string = never,
>(kind: Kind<E, FormatName, FormName>): Kind<E, FormatName, FormName> {
  return kind;
}
