import { AttuneError } from '../base/errors.ts';
import { separatorOf } from './answer-space.ts';
import { findAnswer, type RenderTurns, type Span } from './answer-spans.ts';
import { checkToolsShown } from './shown-tools.ts';
import type { Conversation, TemplateOptions } from './template.ts';
import type { Tokenizer } from './tokenizer.ts';

/** A conversation to train on or to answer. */
export interface ChatRow extends Conversation {
  kind: 'chat';
}

/** Prompt and answer as plain texts; a space stands between them where the tokenizer says so, and EOS at the end. */
export interface CompletionRow {
  kind: 'completion';
  prompt: string;
  completion: string;
}

/** A text, all of it trained. */
export interface TextRow {
  kind: 'text';
  text: string;
}

export type RenderableRow = (ChatRow | CompletionRow | TextRow) & { source?: { file: string; line: number } };

/** Which tokens carry loss: every assistant turn's, the last one's, or all tokens. */
export type TrainOn = 'answers' | 'last_answer' | 'all';

/** A trained stretch of the text, and the turn that it answers. */
export interface TrainedSpan extends Span {
  message?: number;
}

/** A row as text, before it is tokenised. */
export interface Draft {
  text: string;
  /** Sorted, without overlap. */
  trained: TrainedSpan[];
  /** Where serving starts an answer: the text is tokenised in parts there, so that no token reaches over. */
  cuts: number[];
  /** EOS follows the text. */
  endsWithEos: boolean;
}

export interface DraftOptions {
  trainOn: TrainOn;
  now: Date;
  /** EOS after rows of kind text. */
  textEos: boolean;
}

/** Lays out one row. @throws E_TEMPLATE_…, E_TEMPLATE_UNSTABLE, E_TEMPLATE_NO_STOP, E_NO_STOP_TOKEN */
export function draftRow(row: RenderableRow, tokenizer: Tokenizer, options: DraftOptions): Draft {
  if (row.kind === 'chat') return draftChat(row, tokenizer, options);
  if (row.kind === 'completion') return draftCompletion(row, tokenizer, options);
  const endsWithEos = options.textEos && tokenizer.special.eos !== undefined;
  return { text: row.text, trained: [{ start: 0, end: row.text.length }], cuts: [], endsWithEos };
}

/**
 * A conversation up to where the next answer starts, laid out as training lays it out.
 * @throws E_TEMPLATE_…, E_TEMPLATE_DROPS_TOOLS
 */
export function draftPrompt(conversation: Conversation, tokenizer: Tokenizer, now: Date): Draft {
  const text = tokenizer.templates.render(conversation, { addGenerationPrompt: true, now });
  requireTools(conversation, tokenizer, { addGenerationPrompt: true, now });
  return { text, trained: [], cuts: knownStarts(findAnswers(conversation, text, tokenizer, now)), endsWithEos: false };
}

function draftCompletion(row: CompletionRow, tokenizer: Tokenizer, { trainOn }: DraftOptions): Draft {
  const eos = tokenizer.special.eos;
  if (eos === undefined) {
    throw new AttuneError('E_NO_STOP_TOKEN', {
      what: `The tokenizer of ${tokenizer.origin} has no EOS token, so that no answer could end`,
      fix: 'name an eos_token in tokenizer_config.json, or add one as a new special token',
    });
  }
  const text = row.prompt + (tokenizer.answerSpace ? separatorOf(row) : '') + row.completion;
  const start = trainOn === 'all' ? 0 : row.prompt.length;
  const trained = [{ start, end: text.length }];
  return { text, trained, cuts: [row.prompt.length], endsWithEos: !row.completion.endsWith(eos.content) };
}

type Answer = { index: number; found: Span | 'unstable' | 'endless' };

function draftChat(row: ChatRow, tokenizer: Tokenizer, { trainOn, now }: DraftOptions): Draft {
  const text = tokenizer.templates.render(row, { addGenerationPrompt: false, now });
  requireTools(row, tokenizer, { addGenerationPrompt: false, now });
  const answers = findAnswers(row, text, tokenizer, now);
  const weighs = ({ index }: Answer) => row.messages[index].weight !== 0;
  const spans = (chosen: Answer[]) => chosen.map((answer) => requireSpan(answer, row, tokenizer));
  let trained: TrainedSpan[];
  if (trainOn === 'all') trained = without(text.length, spans(answers.filter((answer) => !weighs(answer))));
  else trained = spans((trainOn === 'last_answer' ? answers.slice(-1) : answers).filter(weighs));
  return { text, trained, cuts: knownStarts(answers), endsWithEos: false };
}

function requireTools(
  conversation: Conversation & { source?: { file: string; line: number } },
  { templates }: Tokenizer,
  options: TemplateOptions,
): void {
  const { source } = conversation;
  checkToolsShown(conversation, {
    render: (marked) => unlessRefused(() => templates.render(marked, options)),
    template: templates.describe(conversation),
    place: source && `${source.file}:${source.line}`,
  });
}

/** Many templates refuse part of a conversation, or other words in it. */
function unlessRefused(render: () => string): string | undefined {
  try {
    return render();
  } catch {
    return undefined;
  }
}

function findAnswers(conversation: Conversation, text: string, tokenizer: Tokenizer, now: Date): Answer[] {
  const { messages } = conversation;
  const render: RenderTurns = (turns, addGenerationPrompt) =>
    unlessRefused(() => tokenizer.templates.render({ ...conversation, messages: turns }, { addGenerationPrompt, now }));
  const stops = tokenizer.stopIds.map((id) => tokenizer.decode([id])).filter((stop) => stop !== '');
  return messages.flatMap(({ role }, index) =>
    role === 'assistant' ? [{ index, found: findAnswer({ messages, text, render, stops }, index) }] : [],
  );
}

function knownStarts(answers: Answer[]): number[] {
  return answers.flatMap(({ found }) => (typeof found === 'string' ? [] : [found.start]));
}

function requireSpan({ index, found }: Answer, row: ChatRow, tokenizer: Tokenizer): TrainedSpan {
  if (typeof found !== 'string') return { ...found, message: index };
  const template = tokenizer.templates.describe(row);
  if (found === 'endless') {
    throw new AttuneError('E_TEMPLATE_NO_STOP', {
      what: `The ${template} writes no token at the end of an answer, so that the model would never learn to stop`,
      got: `nothing of ${tokenizer.stopIds.map((id) => tokenizer.decode([id])).join(', ') || 'a tokenizer without EOS'}`,
      fix: 'write eos_token after the assistant turns in chat_template.jinja',
    });
  }
  throw new AttuneError('E_TEMPLATE_UNSTABLE', {
    what: `The ${template} does not show where turn ${index + 1} of the conversation stands`,
    got: 'a text that changes in other places when one turn changes',
    fix: 'train on the last answer only (train_on: last_answer), or use a template that leaves earlier turns as they are',
  });
}

/** The text without some stretches. */
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
