import {
  assessmentNames,
  figuresOf,
  type AssessmentName,
  type Assessments,
} from '../../evaluation/assessments/index.ts';
import { html, type Html } from './html.ts';
import { comparisonSection } from './sections/comparison.ts';
import { figuresSection } from './sections/figures.ts';

/** Sections of all assessments. */
export function assessmentSections(found: Partial<Assessments>): Html[] {
  return assessmentNames.map((name) => html`${sectionOf(name, found)} `);
}

/** Comparisons have charts of every difference; other assessments have tables. */
function sectionOf(name: AssessmentName, found: Partial<Assessments>): Html | undefined {
  if (name === 'comparison') return comparisonSection(found.comparison);
  const shown = figuresOf(name, found[name]);
  return shown && figuresSection(shown);
}
