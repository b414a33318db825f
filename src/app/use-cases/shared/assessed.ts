import type { AssessmentName, Assessments } from '../../../evaluation/assessments/index.ts';
import type { Terminal } from '../../terminal/terminal.ts';

/** Formats an assessment as text. */
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
