import type { FeedbackExample, PreferenceExample, PromptExample, StepwiseExample } from '../data/example.ts';
import type { Example } from '../data/index.ts';
import { renderAnswers, sharedPromptRow, type RenderedAnswers } from '../answering/tasks/rows/shared-prompt.ts';
import { stepRows } from '../answering/tasks/rows/step-rows.ts';
import { Renderer, type RenderedRow, type Tokenizer } from '../models/text/index.ts';
import type { Problem } from '../base/errors.ts';
import type { MediaReader } from '../answering/tasks/rows/prepared-rows.ts';
import type { Recipe } from '../training/recipe/recipe.ts';

export interface RenderedRows {
  rows: (RenderedRow | undefined)[];
  problems: Problem[];
}

export interface RenderContext {
  recipe: Recipe;
  /** For models that read images or recordings. */
  media?: MediaReader;
}

type Piece = RenderedRow['pieces'][number];

/** Renders pairs: the prompt, then both answers. */
export async function renderPairs(examples: readonly Example[], tokenizer: Tokenizer): Promise<RenderedRows> {
  const pairs = examples as readonly PreferenceExample[];
  const rendered = await renderAnswers(new Renderer(tokenizer), pairs, {
    chosen: ({ chosen }) => chosen,
    rejected: ({ rejected }) => rejected,
  });
  return shown(pairs, rendered, () => ['\n  chosen: ', '\n  rejected: ']);
}

/** Renders feedback: the prompt, then the answer with its verdict. */
export async function renderFeedback(examples: readonly Example[], tokenizer: Tokenizer): Promise<RenderedRows> {
  const judged = examples as readonly FeedbackExample[];
  const rendered = await renderAnswers(new Renderer(tokenizer), judged, { completion: ({ completion }) => completion });
  return shown(judged, rendered, ({ label }) => [label ? '\n  good: ' : '\n  bad: ']);
}

/** Renders prompts, whose answers the model generates. */
export async function renderPrompts(examples: readonly Example[], tokenizer: Tokenizer): Promise<RenderedRows> {
  const renderer = new Renderer(tokenizer);
  const rows = await Promise.all(
    (examples as readonly PromptExample[]).map(async ({ prompt }): Promise<RenderedRow> => {
      const { ids, text } = await renderer.prompt(typeof prompt === 'string' ? prompt : { messages: prompt });
      const pieces = [{ text, start: 0, end: ids.length, trained: false }];
      return { ids, trained: new Uint8Array(ids.length), pieces };
    }),
  );
  return { rows, problems: [] };
}

/** Renders the prompt, then each step with its verdict, which is the target at the end of the step. */
export async function renderSteps(
  examples: readonly Example[],
  tokenizer: Tokenizer,
  { recipe: { objective } }: RenderContext,
): Promise<RenderedRows> {
  const all = examples as readonly StepwiseExample[];
  const separator = 'step_separator' in objective ? objective.step_separator : '\n';
  const rows = await stepRows(all, { tokenizer, now: new Date(), causal: true, separator });
  return {
    rows: rows.map(({ ids, trained, segments = [0] }, i) => {
      const read = { text: tokenizer.decode(ids.subarray(0, segments[0])), start: 0, end: segments[0], trained: false };
      const steps = all[i].completions.flatMap((step, n): Piece[] => [
        { text: `\n  ${step} `, start: 0, end: 0, trained: false },
        { text: String(all[i].labels[n]), start: 0, end: 0, trained: true },
      ]);
      return { ids, trained, pieces: [read, ...steps] };
    }),
    problems: [],
  };
}

function shown<One extends PreferenceExample | FeedbackExample>(
  examples: readonly One[],
  { answers, problems }: RenderedAnswers,
  titlesOf: (example: One) => readonly string[],
): RenderedRows {
  const rows = examples.map((example, i): RenderedRow | undefined => {
    const own = answers[i];
    if (own === undefined) return undefined;
    const { ids, trained } = sharedPromptRow(example, own);
    const titles = titlesOf(example);
    const untrained = own[0].pieces.slice(
      0,
      own[0].pieces.findIndex((piece) => piece.trained),
    );
    const parts = own.flatMap((answer, n): Piece[] => {
      const first = answer.pieces.findIndex((piece) => piece.trained);
      const title = { text: titles[n], start: 0, end: 0, trained: false };
      return [title, ...answer.pieces.slice(Math.max(0, first))];
    });
    return { ids, trained, pieces: [...untrained, ...parts] };
  });
  return { rows, problems };
}
