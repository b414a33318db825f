/**
 * Groundedness of answers: hallucinations, wrong quotations, abstentions, and how reliable the model's confidence is.
 */
import { classifyAnswer } from '../safety/answer-classifier.ts';
import { figuresOf } from '../safety/measure-safety.ts';
import type { GroundedFigures, GroundedSystem } from '../assessments/groundedness.ts';
import { checkCitations } from './citations.ts';
import type { GroundedRow } from './grounded-rows.ts';
import { calibrationOf, riskCoverage } from './risk-coverage.ts';
import { isSupported } from './support.ts';

export interface GroundedAnswer {
  text: string;
  /** Geometric mean of the token probabilities. */
  confidence: number;
  /** A judge's verdict, used instead of the classifier. */
  isSupported?: boolean;
}

/** Result for an answer. */
export interface CheckedAnswer {
  abstains: boolean;
  /** Whether it is unsupported by its source, misquotes it, or was given although the source has no answer. */
  isMadeUp: boolean;
  confidence: number;
  quotes: number;
  wrongQuotes: number;
}

export function checkAnswer({ source, question, isAnswered }: GroundedRow, given: GroundedAnswer): CheckedAnswer {
  const { text, confidence } = given;
  const abstains = text.trim() === '' || classifyAnswer('abstention', text, question).label === 'abstained';
  const { quotes, wrong } = checkCitations(text, source);
  const isCarried = given.isSupported ?? isSupported(text, source);
  const isMadeUp = !abstains && (isAnswered === false || !isCarried || wrong.length > 0);
  return { abstains, isMadeUp, confidence, quotes, wrongQuotes: wrong.length };
}

/** `before`: answers of the system to compare with. Both lists are in row order. */
export function groundedSystem(
  name: string,
  rows: readonly GroundedRow[],
  { now, before }: { now: readonly CheckedAnswer[]; before?: readonly CheckedAnswer[] },
): GroundedSystem {
  const shares = (
    isOne: (checked: CheckedAnswer) => boolean,
    isFor: (row: GroundedRow) => boolean = () => true,
  ): GroundedFigures => {
    const places = [...rows.keys()].filter((place) => isFor(rows[place]));
    if (places.length === 0) return undefined;
    return figuresOf(
      places.map((place) => ({
        category: '',
        after: isOne(now[place]) ? 1 : 0,
        ...(before !== undefined && { before: isOne(before[place]) ? 1 : 0 }),
      })),
    );
  };
  const given = now.filter(({ abstains }) => !abstains);
  const judged = given.map(({ confidence, isMadeUp: isWrong }) => ({ confidence, isWrong }));
  const total = (key: 'quotes' | 'wrongQuotes') => now.reduce((sum, one) => sum + one[key], 0);
  return {
    name,
    hallucinated: shares(({ isMadeUp }) => isMadeUp)!,
    answeredThoughSilent: shares(
      ({ abstains }) => !abstains,
      ({ isAnswered }) => isAnswered === false,
    ),
    abstainedThoughTold: shares(
      ({ abstains }) => abstains,
      ({ isAnswered }) => isAnswered === true,
    ),
    citations: { quotes: total('quotes'), wrong: total('wrongQuotes') },
    riskCoverage: riskCoverage(judged),
    calibration: calibrationOf(judged),
  };
}
