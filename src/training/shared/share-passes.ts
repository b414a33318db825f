import { turn } from '../../base/turn.ts';
import { sharesOf, type Shared } from './shared.ts';

interface Passes<Item, Result> {
  /** Names the passes in errors. */
  name: string;
  shared: Shared | undefined;
  items: readonly Item[];
  /** Whether the passes produce gradients of the weights, which are then summed. */
  hasGradients: boolean;
  /** Passes over an item. `onStage`, if given, is called by the tape's backward pass with the number of stages left. */
  pass(item: Item, onStage: ((stagesLeft: number) => void) | undefined): Promise<Result>;
}

/** Passes over the micro-batches of a step, divided among the processes. Returns all results in the order of the items. */
export async function sharePasses<Item, Result>(given: Passes<Item, Result>): Promise<Result[]> {
  const { name, shared, items, hasGradients, pass } = given;
  const found: [number, Result][] = [];
  const gradients = hasGradients ? shared?.gradients() : undefined;
  for (const { own = [], size } of sharesOf(items, shared)) {
    for (const [i, [place, item]] of own.entries()) {
      const isLast = i === own.length - 1;
      found.push([place, await pass(item, isLast ? gradients?.watch(size) : undefined)]);
      await turn();
    }
    await gradients?.add(size);
  }
  if (gradients !== undefined && !(await shared!.finish(gradients))) return sharePasses(given);
  return shared === undefined ? found.map(([, result]) => result) : shared.inOrder(name, found);
}
