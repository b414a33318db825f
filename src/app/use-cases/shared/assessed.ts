import type { z } from 'zod';
import type { AssessmentName, Assessments } from '../../../evaluation/assessments/index.ts';
import type { Terminal } from '../../terminal/terminal.ts';

type Schemas = { readonly [Name in AssessmentName]: { schema: z.ZodType<Assessments[Name]> } };

/** Schema of a use case that returns an assessment. */
export async function schemaOf<Name extends AssessmentName>(name: Name): Promise<z.ZodType<Assessments[Name]>> {
  const { assessments }: { assessments: Schemas } = await import('../../../evaluation/assessments/index.ts');
  return assessments[name].schema;
}

/** Its text for people. */
export async function describeAssessment<Name extends AssessmentName>(
  name: Name,
  found: Assessments[Name],
  terminal: Terminal,
): Promise<string> {
  const [{ figuresOf }, { describeFigures }] = await Promise.all([
    import('../../../evaluation/assessments/index.ts'),
    import('../../terminal/format-figures.ts'),
  ]);
  const figures = figuresOf(name, found);
  return figures === undefined ? 'nothing was measured' : describeFigures(figures, terminal);
}
