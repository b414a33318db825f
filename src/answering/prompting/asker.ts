import type { Example } from '../../data/example.ts';
import type { Asked } from '../../scoring/asked.ts';
import { inputReader } from '../baselines/baseline.ts';
import { Neighbours } from '../baselines/neighbours.ts';
import { FusedSearch } from './fused-search.ts';
import { describePrompting, type Library, type Prompting } from './prompting.ts';

/** Prompts for rows, and a description of them. */
export interface Asker {
  ask(examples: readonly Example[]): Promise<Asked[]>;
  note?: string;
}

/** Rows without instruction, examples or passages. */
export const asTheyAre: Asker = { ask: (examples) => Promise.resolve(examples.map((example) => ({ example }))) };

/** Asks with an instruction, examples and passages; opens the encoder that searches for them, if there is one. @throws errors of opening it */
export async function openAsker(prompting: Prompting): Promise<Asker> {
  const { instruction, shots, library } = prompting;
  const find = library === undefined ? undefined : await finderOf(library);
  return {
    note: describePrompting(prompting),
    async ask(examples) {
      const found = await find?.(examples);
      return examples.map((example, i) => ({
        example,
        instruction,
        shots: found === undefined ? shots : [...found[i].rows, ...(shots ?? [])],
        ...(found !== undefined && found[i].passages.length > 0 && { passages: found[i].passages }),
      }));
    },
  };
}

type Finder = (examples: readonly Example[]) => Promise<{ rows: Example[]; passages: string[] }[]>;

async function finderOf(library: Library): Promise<Finder> {
  if (library.by === 'similarity') {
    const neighbours = new Neighbours(library.rows);
    const shown = Math.min(library.shown, library.rows.length);
    return (examples) =>
      Promise.resolve(
        examples.map((example) => ({
          rows: others(neighbours.nearest(example, shown + 1), example, shown),
          passages: [],
        })),
      );
  }
  return fusedFinder(library);
}

async function fusedFinder(library: Library): Promise<Finder> {
  const { rows, shown, passages, passagesShown, encoder } = library;
  const embed = encoder === undefined ? undefined : await (await import('./meaning-search.ts')).openEncoder(encoder);
  const input = inputReader(rows);
  const solved = await FusedSearch.over(shown === 0 ? [] : rows.map(input), embed);
  const read = await FusedSearch.over(passages, embed);
  return async (examples) => {
    const queries = examples.map(input);
    // One more than shown: a training row must not be its own example.
    const found = shown === 0 ? queries.map(() => []) : await solved.find(queries, shown + 1);
    // Few passages are all shown, since a search could only leave some out.
    const places =
      passages.length <= passagesShown
        ? queries.map(() => [...passages.keys()])
        : await read.find(queries, passagesShown);
    return examples.map((example, i) => ({
      rows: others(
        found[i].map((place) => rows[place]),
        example,
        shown,
      ),
      passages: places[i].map((place) => passages[place]),
    }));
  };
}

function others(found: readonly Example[], example: Example, shown: number): Example[] {
  return found.filter(({ id }) => id !== example.id).slice(0, shown);
}
