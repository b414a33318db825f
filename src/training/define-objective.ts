import type { z } from 'zod';
import type { PreferenceMeasure } from '../answering/tasks/answers/answering.ts';
import { methodOf, type Definition, type Lazy, type MethodOptions } from '../methods/method.ts';
import type { Objective, Processor } from './objective.ts';

/** An objective: its options and how to create it. */
export interface ObjectiveMethod<
  Schema extends z.ZodObject = z.ZodObject,
  Options = Readonly<Record<string, unknown>>,
> extends MethodOptions<Schema, Options> {
  /** How pairs are trained and judged; undefined for other rows. @throws ZodError */
  preference(values: unknown): PreferenceMeasure | undefined;
  /** @throws ZodError if the values are not options of this method */
  create(values: unknown, processor: Processor): Promise<Objective>;
}

export function defineObjective<Schema extends z.ZodObject, Options = z.output<Schema>>(
  definition: Definition<Schema, Options> &
    Lazy<{ create(options: Options, processor: Processor): Objective }> & {
      preference?(options: Options): PreferenceMeasure;
    },
): ObjectiveMethod<Schema, Options> {
  const { settled, ...method } = methodOf(definition);
  return {
    ...method,
    preference: (values) => definition.preference?.(settled(values)),
    create: async (values, processor) => (await definition.run()).create(settled(values), processor),
  };
}
