import type { AssessmentName, Assessments } from '../../store/assessments.ts';
import { html, type Html } from './html.ts';
import { comparisonSection } from './sections/comparison.ts';
import { counterfactualsSection } from './sections/counterfactuals.ts';
import { forgettingSection } from './sections/forgetting.ts';
import { groundednessSection } from './sections/groundedness.ts';
import { overfittingSection } from './sections/overfitting.ts';
import { policySection } from './sections/policy.ts';
import { safetySection } from './sections/safety.ts';
import { wordingSection } from './sections/wording.ts';

/** One line each, in the order of the page: the section that shows it, or nothing for what was not measured. */
const sections: { readonly [Name in AssessmentName]: (found: Assessments[Name] | undefined) => Html | undefined } = {
  comparison: comparisonSection,
  wording: wordingSection,
  forgetting: forgettingSection,
  overfitting: overfittingSection,
  counterfactuals: counterfactualsSection,
  safety: safetySection,
  policy: policySection,
  groundedness: groundednessSection,
};

/** Sections of all that was measured. */
export function assessmentSections(found: Partial<Assessments>): Html[] {
  const names = Object.keys(sections) as AssessmentName[];
  return names.map((name) => html`${sectionOf(name, found[name])} `);
}

function sectionOf<Name extends AssessmentName>(name: Name, found: Assessments[Name] | undefined): Html | undefined {
  return sections[name](found);
}
