import { AttuneError } from '../../base/errors.ts';
import type { Prediction } from '../predictor.ts';

/** A metric was asked of predictions that lack what it is computed from. */
export function missingInput(
  prediction: Prediction,
  needed: string,
  lacking: string,
  { fix }: { fix: string },
): AttuneError {
  return new AttuneError('E_METRIC_INPUT', {
    what: `This metric needs ${needed}`,
    got: `a prediction without ${lacking} (row ${prediction.id})`,
    fix,
  });
}
