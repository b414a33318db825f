import { pushAll, smallest } from '../../../base/many.ts';
import type { Problem } from '../../../base/errors.ts';
import type { Example, FeedbackExample, PreferenceExample } from '../../../data/example.ts';
import { asContext } from '../../../data/formats/chat-body.ts';
import type { Message } from '../../../models/text/message.ts';
import type { RenderableRow, RenderedRow, Renderer } from '../../../models/text/index.ts';
import type { TextsRow } from './prepared-rows.ts';

/** Prompt and answer of one example for the renderer: only this answer is trained, not earlier ones. */
export function answeredRow(
  { prompt, source, tools }: Pick<PreferenceExample, 'prompt' | 'source' | 'tools'>,
  answer: string | readonly Message[],
): RenderableRow {
  if (typeof prompt === 'string' && typeof answer === 'string') {
    return { kind: 'completion', prompt, completion: answer, source };
  }
  const before = typeof prompt === 'string' ? [{ role: 'user' as const, content: prompt }] : prompt;
  const after = typeof answer === 'string' ? [{ role: 'assistant' as const, content: answer }] : answer;
  return { kind: 'chat', messages: [...asContext(before), ...after], ...(tools && { tools }), source };
}

/** Several answers to one prompt as a row that contains the prompt once, or the problem that prevents it. */
export function sharedPromptRow(
  { id, source }: Pick<Example, 'id' | 'source'>,
  answers: readonly RenderedRow[],
  { trainsPrompt = false }: { trainsPrompt?: boolean } = {},
): TextsRow {
  const shared = sharedTokens(answers);
  const rests = answers.map(({ ids, trained }) => ({ ids: ids.subarray(shared), trained: trained.subarray(shared) }));
  const ids = Int32Array.from([...answers[0].ids.subarray(0, shared), ...rests.flatMap((rest) => [...rest.ids])]);
  // The first token of a row cannot be predicted.
  const before = new Uint8Array(shared).fill(trainsPrompt ? 1 : 0, 1);
  const trained = Uint8Array.from([...before, ...rests.flatMap((rest) => [...rest.trained])]);
  const lengths = rests.map((rest) => rest.ids.length);
  if (shared === 0) return { id, source, ids, trained, segments: lengths };
  return { id, source, ids, trained, segments: [shared, ...lengths], parents: [-1, ...rests.map(() => 0)] };
}

/** Length of the common prefix, up to the first trained token of any answer. */
function sharedTokens(answers: readonly RenderedRow[]): number {
  const [first, ...others] = answers;
  const firstTrained = answers.map(({ trained, ids }) => {
    const place = trained.indexOf(1);
    return place < 0 ? ids.length - 1 : place;
  });
  const most = smallest([...firstTrained, ...answers.map(({ ids }) => ids.length - 1)]);
  let shared = 0;
  while (shared < most && others.every(({ ids }) => ids[shared] === first.ids[shared])) shared++;
  return shared;
}

/** Rendered answers of each example; undefined if one of them has a problem. */
export interface RenderedAnswers {
  answers: (RenderedRow[] | undefined)[];
  problems: Problem[];
}

/** Renders all answers of all examples; each problem names its answer. */
export async function renderAnswers<One extends PreferenceExample | FeedbackExample>(
  renderer: Renderer,
  examples: readonly One[],
  answersOf: Record<string, (example: One, index: number) => string | readonly Message[]>,
): Promise<RenderedAnswers> {
  const problems: Problem[] = [];
  const columns: (RenderedRow | undefined)[][] = [];
  for (const [field, answerOf] of Object.entries(answersOf)) {
    const rows = examples.map((example, i) => answeredRow(example, answerOf(example, i)));
    const rendered = await renderer.renderRows(rows);
    pushAll(
      problems,
      rendered.problems.map((problem) => ({ field, ...problem })),
    );
    columns.push(rendered.rows);
  }
  const answers = examples.map((_, i) => {
    const own = columns.map((column) => column[i]);
    return own.every((answer) => answer !== undefined) ? own : undefined;
  });
  return { answers, problems };
}

/** A prompt or an answer as plain text for encoders, without roles. */
export function plainText(part: string | readonly Message[]): string {
  return typeof part === 'string' ? part : part.map(({ content }) => content).join('\n');
}
