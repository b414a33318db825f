import type { Example } from '../../../data/example.ts';
import { shuffled } from '../../../base/random.ts';
import type { FoundPrompt } from './found-prompt.ts';
import type { Prompting } from '../prompting.ts';
import type { WayContext } from '../ways/way.ts';
import { drawByWins, mean, paretoWins } from './pareto.ts';
import { Pool, type Candidate } from './pool.ts';
import { instructionIn, reflectionRequest, type Judged } from './reflection.ts';
import { firstPromptings, halve, halvingCost } from './shot-choice.ts';
import type { PromptTrial } from './prompt-trial.ts';

/** Rows on which prompts are ranked; more would leave too few prompts to try. */
const MOST_ROWS = 50;
const FEWEST_ROWS = 4;
/** Rows whose mistakes lead to a rewritten instruction. */
const MINIBATCH = 4;
/** The search ends after this many rewritings in a row without improvement. */
const PATIENCE = 12;

/**
 * Searches for the prompt with the best mean score on validation rows under a budget of answers: instructions and
 * examples by successive halving first, then instructions rewritten by a model that reads the mistakes of a minibatch.
 * A rewriting that does better on its minibatch is measured on all validation rows; parents are drawn from the Pareto
 * set over these rows (GEPA, Agrawal et al., 2025).
 */
export async function searchPrompt(context: WayContext): Promise<FoundPrompt> {
  const { settings, trial } = context;
  const first = firstPromptings(context);
  const { practice, lessons } = practiceRows(context, first.length);
  const pool = new Pool(practice, trial, settings.budget);
  await halve(pool, first);
  if (trial.reflect !== undefined) await evolve(pool, lessons, trial);
  return found(pool);
}

/** The prompting with the best mean score on validation rows, each measured on as many as the budget allows. */
export async function bestPrompting(
  promptings: readonly Prompting[],
  { rows: { validation }, settings: { budget }, trial }: WayContext,
): Promise<FoundPrompt> {
  const affordable = Math.max(FEWEST_ROWS, Math.floor(budget / promptings.length));
  const order = shuffled(validation, [trial.seed, 'prompt-search rows']);
  const pool = new Pool(order.slice(0, Math.min(MOST_ROWS, affordable)), trial, budget);
  for (const prompting of promptings) await pool.measure(pool.add(prompting));
  return found(pool);
}

function found(pool: Pool): FoundPrompt {
  const best = bestOf(pool.whole);
  return {
    prompting: best.prompting,
    answers: pool.spent,
    tried: pool.candidates.map(({ prompting, scores, parent }) => ({
      ...(prompting.instruction !== undefined && { instruction: prompting.instruction }),
      examples: prompting.library !== undefined ? 'retrieved' : prompting.shots === undefined ? 'none' : 'fixed',
      score: mean(scores),
      rows: scores.length,
      ...(parent && { parent: parent.place }),
    })),
  };
}

/** Rows to rank prompts on, few enough that the first promptings leave half of the budget, and rows to learn from. */
function practiceRows(
  { rows: { train, validation }, settings: { budget }, trial }: WayContext,
  promptings: number,
): { practice: Example[]; lessons: readonly Example[] } {
  const order = shuffled(validation.length > 0 ? validation : train, [trial.seed, 'prompt-search rows']);
  const share = trial.reflect === undefined ? budget : budget / 2;
  let count = Math.min(MOST_ROWS, order.length);
  while (count > FEWEST_ROWS && halvingCost(promptings, count) > share) count--;
  const practice = order.slice(0, count);
  return { practice, lessons: shuffled(train.length > 0 ? train : practice, [trial.seed, 'prompt-search lessons']) };
}

/** The best mean; the earlier one on ties, which has the shorter prompt. */
function bestOf(candidates: readonly Candidate[]): Candidate {
  return candidates.toSorted((a, b) => mean(b.scores) - mean(a.scores) || a.place - b.place)[0];
}

async function evolve(pool: Pool, lessons: readonly Example[], trial: PromptTrial): Promise<void> {
  const known = new Set(pool.candidates.map(({ prompting }) => prompting.instruction ?? ''));
  let idle = 0;
  for (let round = 0; idle < PATIENCE && pool.hasRoom(2 * MINIBATCH); round++) {
    const isNew = await rewrite(pool, { lessons, trial, round, known });
    idle = isNew ? 0 : idle + 1;
  }
}

interface Rewriting {
  lessons: readonly Example[];
  trial: PromptTrial;
  round: number;
  /** Instructions tried before. */
  known: Set<string>;
}

/** @returns whether the rewritten instruction was better on its minibatch */
async function rewrite(pool: Pool, { lessons, trial, round, known }: Rewriting): Promise<boolean> {
  const { whole } = pool;
  const wins = paretoWins(whole.map(({ scores }) => scores));
  const parent = whole[drawByWins(wins, [trial.seed, 'prompt-search parent', round])];
  const batch = Array.from({ length: MINIBATCH }, (_, i) => lessons[(round * MINIBATCH + i) % lessons.length]);
  const judged: Judged[] = await pool.answer(parent.prompting, batch);
  if (judged.every(({ score }) => score === trial.best)) return false;
  if (parent.parent !== undefined && pool.hasRoom(2 * MINIBATCH)) {
    const before = await pool.answer(parent.parent.prompting, batch);
    for (const [i, one] of judged.entries()) one.before = before[i];
  }
  const reply = await trial.reflect!(reflectionRequest(parent.prompting.instruction, judged, trial.best));
  const instruction = instructionIn(reply);
  if (instruction === undefined || known.has(instruction) || !pool.hasRoom(MINIBATCH)) return false;
  known.add(instruction);
  const prompting = { ...parent.prompting, instruction };
  const after = await pool.answer(prompting, batch);
  const isBetter = mean(after.map(({ score }) => score)) > mean(judged.map(({ score }) => score));
  if (!isBetter || !pool.hasRoom(pool.rows.length)) return false;
  await pool.measure(pool.add(prompting, parent));
  return true;
}
