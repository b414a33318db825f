import { z } from 'zod';
import { steps } from '../preparation/steps/index.ts';

export const stepDescriptionSchema = z.strictObject({
  name: z.string(),
  summary: z.string(),
  takes: z.array(z.string()).readonly(),
  options: z.array(
    z.strictObject({
      name: z.string(),
      description: z.string(),
      defaultValue: z.unknown().optional(),
    }),
  ),
});
export type StepDescription = z.infer<typeof stepDescriptionSchema>;

/** All steps, with their options. */
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
