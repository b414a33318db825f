/** United States: social security number written without hyphens, believed only where words say so. */
import { labelRecogniser } from '../recogniser.ts';

export const recogniser = labelRecogniser({
  name: 'us-ssn-plain',
  kind: 'national_id',
  labels: ['ssn', 'social security', 'itin', 'tin'],
  value: String.raw`\d{9}|\d{3}[- ]\d{2}[- ]\d{4}`,
});
