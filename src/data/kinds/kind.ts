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
  /** Mails that a prepared row is of, or came with: what is of one mail never straddles splits either. */
  mails?: readonly string[];
}

/**
 * Truncation of a row that is too long:
 * - `prompt`: the beginning of the prompt is cut, the answer stays
 * - `end`: read whole, without an answer among its tokens, so the end is cut
 * - `rows`: the end is cut; `split` makes a row of each window
 * - `windows`: cut at any side, since none of its tokens is trained; `split` reads all windows of a text together
 * - `sides`: several texts, each cut at any side
 * - `newest`: the newest items stay, and the user's features
 * - `never`: the row is dropped
 */
export type Cut = 'prompt' | 'end' | 'rows' | 'windows' | 'sides' | 'newest' | 'never';

/** Classes or a number, where these are learnt; `answer` is a text that may turn out to be one of few. */
export type Label<E> =
  | { type: 'class' | 'answer'; of(example: E): string }
  | { type: 'classes' | 'tags'; of(example: E): readonly string[] }
  | { type: 'number'; of(example: E): number };

/** A form of answers that only one kind of rows has: how such answers are measured and asked for. */
export interface OwnForm {
  /** Metrics by name, the one that decides first. */
  metrics: readonly string[];
  /** Completes "the answers are …". */
  inWords: string;
  /** False where no system tells how likely an answer is, or where that says nothing. */
  hasLikelihood?: false;
  /** Only baselines that name the form apply: those for texts in general say nothing of such answers. */
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
  /** By the ending of the model's class, where such models learn these rows in a way of their own. */
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
 * A kind of rows: everything that code elsewhere asks of an example without caring which kind it is. Metrics, objectives
 * and tasks lie in rooms above and are given by name; a contract test checks the names.
 *
 * Methods, not function properties: so that a kind of one example can be called with any example of that kind.
 */
export interface Kind<
  E extends Provenance & { kind: string },
  FormatName extends string = string,
  FormName extends string = string,
> {
  name: E['kind'];
  /** Shapes of files that become such rows, in the order in which they are tried. */
  formats: Readonly<Record<FormatName, Format>>;

  /** Text for comparing rows: everything that a model would read or learn, except system prompts, which whole sets share. */
  text(example: E): string;
  /** The question alone, so that one question with two answers does not straddle splits. */
  question?(example: E): string | undefined;
  /** Files of the row; they are identified by their bytes, not their location. */
  files?(example: Omit<E, keyof Provenance>): readonly Pick<MediaFile, 'hash'>[];
  /** A row that detection reads back as the same example; without it such rows are never written. */
  row?(example: E): Record<string, unknown>;
  cut: Cut;
  label?: Label<E>;

  /** The text that a predictor is given; empty where there is none. */
  prompt(example: E): string;
  /** The answer that a prediction is compared with, where the row has one. */
  answer(example: E): string | undefined;
  /** The turns before the answer, where a chat template renders them. */
  turns?(example: E): readonly Message[] | undefined;
  /** Chat models read it in a layout of its own within their chat template. */
  isTemplated?: true;
  /** Prompt for a model, if it is neither turns nor `prompt`. */
  request?(example: E): Request;
  /** It is to be continued: it asks nothing and has no answer to speak of. */
  isRunningText?: true;
  /** Name of the answer to one text that is read whole. Plain prompts end in it, and a table's columns are kept. */
  answerName?: 'label' | 'labels' | 'number';
  /** The row's text is all that a request would have of it. */
  isReadWhole?: true;
  /** A model trained on conversations is asked it as one. */
  isPrompt?: true;
  forms?: Readonly<Record<FormName, OwnForm>>;
  /** Which of `forms` the answers have, where there are several. */
  formOf?(examples: readonly E[]): FormName;

  /** The texts that may be put in other words; undefined where the row has no question with an answer. */
  written?(example: E): WrittenTexts | undefined;
  withWritten?(example: E, texts: WrittenTexts): E;
  /** Whether the row keeps its meaning when people in it are changed. */
  canChangePeople?: true;

  objective?: UsualObjective;
  /** Whether cheap systems are worth a comparison before training. */
  hasCheapRivals?: true;
  /** Requirements of the usual objective on a base model. */
  needs?(example: E): Need;
  /** Whether other objectives for these rows need another base. */
  hasOtherNeeds?: true;
  /** Not shown where it is not trained on. */
  layout?: Layout;
}

export function defineKind<
  E extends Provenance & { kind: string },
  FormatName extends string,
  FormName extends string = never,
>(kind: Kind<E, FormatName, FormName>): Kind<E, FormatName, FormName> {
  return kind;
}
