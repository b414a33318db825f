import type { DecisionQuestion } from '../../../data/kinds/decision.ts';

/** False and true, in words. */
const SAID = ['no', 'yes'];

/** Options as models read them: name and description; for a score's levels, whose names are numbers, the description alone. */
export function optionNames({ type, options }: DecisionQuestion): string[] {
  return options.map(({ key, description }, i) => {
    const name = type === 'score' ? undefined : type === 'noul' ? SAID[i] : key;
    return [name, description].filter((part) => part !== undefined).join(': ');
  });
}
