import { AttuneError } from '../../base/errors.ts';
import { separatorOf } from './answer-space.ts';
import { withoutPrintedNull } from './empty-content.ts';
import { markLiterals } from './literal-marks.ts';
import type { ImageFile } from './message.ts';
import { findAnswers, firstMismatch, layOutAnswers, stopTexts, type Answer } from './row-answers.ts';
import { servingMismatch } from './served-prompt.ts';
import { checkShown, checkTurnsShown, type ShownCheck } from './shown-tools.ts';
import type { Conversation, TemplateOptions } from './chat-templates.ts';
import type { Tokenizer } from './tokenizer.ts';
import { holdsNothing, Turns, unusedMarker, type Span } from './turn-places.ts';

/** Consecutive tokens that are all trained, or all not. */
export interface Piece {
  text: string;
  /** Token range, `[start, end)`. */
  start: number;
  end: number;
  trained: boolean;
  /** The turn that a trained piece answers. */
  message?: number;
  /** The template does not stop this answer, although it stops the same one in the last turn. */
  isOpen?: boolean;
  /** The turn has nothing to train, whatever the template writes around it. */
  isEmpty?: boolean;
}

export interface RenderedRow {
  /** [T] */
  ids: Int32Array;
  /** [T] 1 for tokens to be predicted; never for the first one, which has no predecessor. */
  trained: Uint8Array;
  pieces: Piece[];
  /** Images of the image tokens, in order. */
  images?: readonly ImageFile[];
}

/** A conversation to train on or to answer. */
export interface ChatRow extends Conversation {
  kind: 'chat';
}

/** Prompt and answer as plain text, followed by EOS; separated by a space if the tokenizer asks for it. */
export interface CompletionRow {
  kind: 'completion';
  prompt: string;
  completion: string;
}

/** A text, trained as a whole. */
export interface TextRow {
  kind: 'text';
  text: string;
}

export type RenderableRow = (ChatRow | CompletionRow | TextRow) & { source?: { file: string; line: number } };

/** Tokens with a loss: those of all answers, of the last answer, or all. */
export type TrainOn = 'answers' | 'last_answer' | 'all';

/** A trained span of the text, and the turn that it answers. */
export interface TrainedSpan extends Span {
  message?: number;
  /** The template does not stop this answer, although it stops the same one in the last turn. */
  isOpen?: boolean;
  /** The turn has nothing to train, whatever the template writes around it. */
  isEmpty?: boolean;
}

/** A row as text, before tokenisation. */
export interface Draft {
  text: string;
  /** Sorted, without overlaps. */
  trained: TrainedSpan[];
  /** Where answers start in serving: the text is split there, so that no token spans the boundary. */
  cuts: number[];
  /** Images of the image tokens, in order. */
  images?: readonly ImageFile[];
  /** Whether EOS follows the text. */
  endsWithEos: boolean;
  /** Where the last trained answer starts, if serving would ask for it. */
  askedAt?: number;
  /** The template's generation prompt for a trained answer differs from its header. */
  mismatch?: AttuneError;
}

export interface DraftOptions {
  trainOn: TrainOn;
  now: Date;
  /** Whether EOS follows rows of kind text. */
  textEos: boolean;
}

/** Lays out one row. @throws E_TEMPLATE_…, E_TEMPLATE_UNSTABLE, E_TEMPLATE_NO_STOP, E_NO_STOP_TOKEN */
export async function draftRow(row: RenderableRow, tokenizer: Tokenizer, options: DraftOptions): Promise<Draft> {
  if (row.kind === 'chat') return draftChat(row, tokenizer, options);
  if (row.kind === 'completion') return draftCompletion(row, tokenizer, options);
  const endsWithEos = options.textEos && tokenizer.special.eos !== undefined;
  return { text: row.text, trained: [{ start: 0, end: row.text.length }], cuts: [], endsWithEos };
}

/** How the model continues: with a new answer, within the last turn's text, or after the turns without a header. */
export type Continuation = 'new_answer' | 'final_message' | 'turns';

/** A conversation for the model to continue; with a new answer by default. */
export interface OpenConversation extends Conversation {
  continues?: Continuation;
}

/** Lays out a conversation to be continued, exactly as in training. @throws E_TEMPLATE_…, E_TEMPLATE_DROPS_TOOLS */
export async function draftPrompt(given: OpenConversation, tokenizer: Tokenizer, now: Date): Promise<Draft> {
  const { continues = 'new_answer', ...rest } = given;
  const { row: asked, restore } = markLiterals(rest, tokenizer);
  const options = { addGenerationPrompt: continues === 'new_answer', now };
  const conversation = withoutPrintedNull(asked, (row) =>
    unlessRefused(() => tokenizer.templates.render(row, options)),
  );
  const whole = tokenizer.templates.render(conversation, options);
  checkShown(conversation, shownCheck(conversation, tokenizer, options));
  const text = continues === 'final_message' ? upToLastWord(conversation, whole, tokenizer, options) : whole;
  const shown = turnsOf(conversation, tokenizer, now).shown(conversation.messages.length, options.addGenerationPrompt);
  const answers = shown === undefined ? [] : await findAnswers(shown, tokenizer);
  const cuts = knownStarts(answers).filter((start) => start <= text.length);
  return restore({ text, trained: [], cuts, endsWithEos: false });
}

/** The conversation up to the end of its last turn's text, without closing the turn. @throws E_TEMPLATE_DROPS_TEXT */
function upToLastWord(
  conversation: Conversation,
  whole: string,
  { templates }: Tokenizer,
  options: TemplateOptions,
): string {
  const last = conversation.messages.length - 1;
  const message = conversation.messages[last];
  const marker = unusedMarker(whole);
  const marked = { ...message, content: message.content + marker };
  const text = templates.render({ ...conversation, messages: conversation.messages.with(last, marked) }, options);
  const end = text.lastIndexOf(marker);
  if (end >= 0) return text.slice(0, end);
  throw new AttuneError('E_TEMPLATE_DROPS_TEXT', {
    what: `The ${templates.describe(conversation)} leaves out the text of the last turn, so it cannot be continued`,
    fix: 'ask for a new answer instead',
  });
}

function draftCompletion(row: CompletionRow, tokenizer: Tokenizer, { trainOn }: DraftOptions): Draft {
  const eos = tokenizer.special.eos;
  if (eos === undefined) {
    throw new AttuneError('E_NO_STOP_TOKEN', {
      what: `The tokenizer of ${tokenizer.origin} has no EOS token, so answers could never end`,
      fix: 'set eos_token in tokenizer_config.json, or add one as a new special token',
    });
  }
  const text = row.prompt + (tokenizer.answerSpace ? separatorOf(row) : '') + row.completion;
  const start = trainOn === 'all' ? 0 : row.prompt.length;
  const trained = [{ start, end: text.length }];
  return { text, trained, cuts: [row.prompt.length], endsWithEos: !row.completion.endsWith(eos.content) };
}

async function draftChat(given: ChatRow, tokenizer: Tokenizer, options: DraftOptions): Promise<Draft> {
  const { row, restore } = markLiterals(given, tokenizer);
  return restore(await draftMarked(row, tokenizer, options));
}

async function draftMarked(given: ChatRow, tokenizer: Tokenizer, { trainOn, now }: DraftOptions): Promise<Draft> {
  const options = { addGenerationPrompt: false, now };
  const row = withoutPrintedNull(given, (one) => unlessRefused(() => tokenizer.templates.render(one, options)));
  const turns = turnsOf(row, tokenizer, now);
  // Rendering again throws the template's error.
  if (turns.beginning(row.messages.length, false) === undefined) tokenizer.templates.render(row, options);
  const check = shownCheck(row, tokenizer, { ...options, isTrained: true });
  checkShown(row, check);
  const { text, answers } = await layOutAnswers(turns, tokenizer, trainOn === 'all');
  const weighs = ({ index }: Answer) => row.messages[index].weight !== 0;
  const chosen = (trainOn === 'last_answer' ? answers.slice(-1) : answers).filter(weighs);
  const name = tokenizer.templates.describe(row);
  const mismatch = await firstMismatch(
    chosen.map(({ index }) => index),
    turns,
    tokenizer,
  );
  const draft = {
    text,
    cuts: knownStarts(answers),
    endsWithEos: false,
    mismatch: mismatch && servingMismatch(mismatch, name),
  };
  if (trainOn === 'all') {
    const left = answers.filter((answer) => !weighs(answer));
    return { ...draft, trained: without(text.length, requireSpans(left, row, tokenizer)) };
  }
  const trained = requireSpans(chosen, row, tokenizer);
  checkTurnsShown(row, text, check);
  if (trained.length > 0 && trained.every(({ isOpen }) => isOpen)) throw onlyOpen(row, tokenizer);
  return { ...draft, trained, askedAt: trained.at(-1)?.start };
}

function shownCheck(
  conversation: Conversation,
  { templates }: Tokenizer,
  { isTrained = false, ...options }: TemplateOptions & { isTrained?: boolean },
): ShownCheck {
  return {
    render: (marked) => unlessRefused(() => templates.render(marked, options)),
    template: templates.describe(conversation),
    isTrained,
  };
}

/** Many templates reject partial conversations, or unusual words. */
function unlessRefused(render: () => string): string | undefined {
  try {
    return render();
  } catch {
    return undefined;
  }
}

function turnsOf(conversation: Conversation, { templates }: Tokenizer, now: Date): Turns {
  return new Turns(conversation.messages, (messages, addGenerationPrompt) =>
    unlessRefused(() => templates.render({ ...conversation, messages }, { addGenerationPrompt, now })),
  );
}

function knownStarts(answers: Answer[]): number[] {
  return answers.flatMap(({ found }) => (found === 'unstable' ? [] : [found.start]));
}

function requireSpans(answers: Answer[], row: ChatRow, tokenizer: Tokenizer): TrainedSpan[] {
  return answers.map(({ index, found }) => {
    if (found === 'unstable') throw unstable(row, index, tokenizer);
    const { start, end, ending } = found;
    const isEmpty = found.isHidden === true || holdsNothing(row.messages[index]);
    const span = { start, end, message: index, ...(isEmpty && { isEmpty }) };
    if (ending === 'stop') return span;
    // After a call, generation has to stop for the tool's result.
    const hasCalls = (row.messages[index].tool_calls ?? []).length > 0;
    if (ending === 'endless' || hasCalls) throw noStop(row, index, tokenizer);
    return { ...span, isOpen: true };
  });
}

function noStop(row: ChatRow, index: number, tokenizer: Tokenizer): AttuneError {
  const stops = stopTexts(tokenizer);
  return new AttuneError('E_TEMPLATE_NO_STOP', {
    what:
      `The ${tokenizer.templates.describe(row)} ends turn ${index + 1} without a token that stops generation, ` +
      'so the model would never learn to stop',
    got: stops.length === 0 ? 'a tokenizer without EOS' : `none of ${stops.join(', ')}`,
    fix: 'put eos_token after assistant turns in chat_template.jinja',
  });
}

function onlyOpen(row: ChatRow, tokenizer: Tokenizer): AttuneError {
  const stops = stopTexts(tokenizer).join(', ');
  return new AttuneError('E_TEMPLATE_NO_STOP', {
    what: `The ${tokenizer.templates.describe(row)} writes ${stops} only after the last turn, which is not an answer to train on`,
    fix: 'end the row with an answer to train on',
  });
}

function unstable(row: ChatRow, index: number, tokenizer: Tokenizer): AttuneError {
  return new AttuneError('E_TEMPLATE_UNSTABLE', {
    what: `Turn ${index + 1} of the conversation cannot be located in the output of the ${tokenizer.templates.describe(row)}`,
    got: 'changing one turn also changes text elsewhere',
    fix: 'train on the last answer only (train_on: last_answer), or use a template that leaves earlier turns unchanged',
  });
}

/** The text without the excluded spans. */
function without(length: number, excluded: Span[]): TrainedSpan[] {
  const kept: TrainedSpan[] = [];
  let start = 0;
  for (const span of excluded) {
    if (span.start > start) kept.push({ start, end: span.start });
    start = span.end;
  }
  if (start < length) kept.push({ start, end: length });
  return kept;
}
