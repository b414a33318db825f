import { z } from 'zod';
import { steps } from '../preparation/steps/index.ts';

export interface StepDescription {
  name: string;
  summary: string;
  takes: readonly string[];
  options: { name: string; description: string; defaultValue?: unknown }[];
}

/** All pipeline steps with their options. */
export async function describeSteps(): Promise<StepDescription[]> {
  return Promise.all(
    steps.names.map(async (name) => {
      const { summary, takes, options } = await steps.load(name);
      const { properties = {} } = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
      const described = Object.entries(properties).map(([option, schema]) => {
        const { description = '', default: defaultValue } = schema as { description?: string; default?: unknown };
        return { name: option, description, ...(defaultValue !== undefined && { defaultValue }) };
      });
      return { name, summary, takes, options: described };
    }),
  );
}
